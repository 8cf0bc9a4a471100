"""Acts of whoever holds the root's private key: issuing keys begin, retire and are revoked, and the key set says so.

Each is one act: the change, the signed key set and both ledger entries, or nothing. The note is put out after the
commit; a crash between the two leaves it in the database, from where the next publication puts it out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select

from api.installation import KEYS_FOLDER, RECOVERY_FILE, RECOVERY_PUBLIC, ROOT_FILE, Installation, note_signer
from api.settings import Settings, passphrase_in
from gimark.clock import local_day
from gimark.errors import Fault, KeyFileError
from gimark.issuance.keys import actions
from gimark.issuance.keys.rules import ISSUING_MONTHS, last_day
from gimark.issuance.model import IssueRun
from gimark.keys.age import Recipient
from gimark.keys.files import create_ed25519, create_serial_master, load_ed25519
from gimark.keys.keyset import IssuingKey, KeySet, KeyState
from gimark.keys.note import NoteSigner
from gimark.keys.recovery import create_recovery, write_recipient
from gimark.keys.signer import ED25519, Ed25519Signer
from gimark.store.unit_of_work import Act

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RootPlace:
    """Where the root's private key is kept, and the passphrase that opens it."""

    path: Path
    passphrase: bytes


def root_place(settings: Settings, path: Path | None, passphrase_file: Path | None) -> RootPlace:
    """The place that the options name; what is left out is the data folder's keys/root.pem and its own passphrase."""
    passphrase = settings.secret() if passphrase_file is None else passphrase_in(passphrase_file)
    return RootPlace(path or settings.data_dir / KEYS_FOLDER / ROOT_FILE, passphrase)


def open_root(here: Installation, place: RootPlace) -> NoteSigner:
    """Who signs key sets. Raises KeyFileError when the file does not open or holds another key."""
    root = note_signer(here.root_key.name, load_ed25519(place.path, place.passphrase))
    if root.key != here.root_key:
        raise KeyFileError(
            (
                Fault(
                    place.path.name,
                    "不是本平台的根密钥",
                    "it is not the root key of this installation",
                    f"请找到公钥为 {here.root_key} 的密钥文件",
                    f"Find the key file whose public half is {here.root_key}",
                ),
            )
        )
    return root


def recovery_beside(root: RootPlace) -> RootPlace:
    """Where the recovery key is kept when it is made with the root's: beside it, under the same passphrase."""
    return RootPlace(root.path.with_name(RECOVERY_FILE), root.passphrase)


def new_recovery_key(here: Installation, place: RootPlace) -> Recipient:
    """Make a recovery key at `place`; from now on the nonces of runs are sealed to it. Gives its public half.

    An earlier one's public half is kept as recovery-<n>.pub, and what was sealed to it stays. No official act: it
    signs nothing. Raises KeyFileError when `place` is taken or cannot be written.
    """
    recipient = create_recovery(place.path, place.passphrase)
    public = here.keys_folder / RECOVERY_PUBLIC
    if public.exists():
        numbers = (number for number in count(1) if not public.with_stem(f"recovery-{number}").exists())
        public.rename(public.with_stem(f"recovery-{next(numbers)}"))
    write_recipient(public, recipient)
    return recipient


def add_key(here: Installation, root: NoteSigner, from_on: date | None = None, until_on: date | None = None) -> str:
    """Make an issuing key, in term from a day (today when None) for at most 13 months; its kid.

    Raises as `gimark.issuance.keys.actions.add_key`.
    """
    return _act(here, root, lambda act: _add(here, act, from_on, until_on))


def retire_key(here: Installation, root: NoteSigner, kid: str) -> None:
    """Let a key sign no new runs. Raises as `gimark.issuance.keys.actions.retire_key`."""
    _act(here, root, lambda act: actions.retire_key(act, kid))


def revoke_key(here: Installation, root: NoteSigner, kid: str) -> int:
    """Withdraw a key that others may have; the log size below which its runs stay confirmed."""
    return _act(here, root, lambda act: actions.revoke_key(act, kid))


def add_epoch(here: Installation) -> int:
    """Make a serial master for a new epoch, under which runs get their serials from now on; the epoch.

    No official act: each run.issue names its epoch. Running processes take it up by themselves, within a second before
    they look up codes and before their next job. Raises KeyFileError when the file cannot be written.
    """
    with here.store.reading() as session:
        used = session.scalar(select(func.max(IssueRun.epoch))) or 0
    epoch = 1 + max(used, *(epoch for epoch, path in here.serial_files().items() if path.exists()), 0)
    create_serial_master(here.keys_folder / f"serial-{epoch}.key", here.settings.secret())
    here.take_up_keys()
    return epoch


def renew_key_set(here: Installation, root: NoteSigner) -> KeySet:
    """Sign the key set again, with a new number and a new end; the key set."""
    _act(here, root, lambda _: None)
    return here.keyset


def _act(here: Installation, root: NoteSigner, change: Callable[[Act], T]) -> T:
    with here.store.acting() as act:
        done = change(act)
        actions.publish_key_set(act, here.last_key_set(), root)
        act.commit()
    here.put_out_keys()
    return done


def _add(here: Installation, act: Act, from_on: date | None, until_on: date | None) -> str:
    first = from_on or local_day(act.now)
    last = until_on or last_day(first, ISSUING_MONTHS)
    actions.check_may_begin(act, first, last)
    kid = actions.next_kid(act)
    path, passphrase = here.keys_folder / f"issuing-{kid}.pem", here.settings.secret()
    # A file without an entry is what a broken-off act left; nothing was ever signed with it.
    if path.exists():
        public = Ed25519Signer(kid, load_ed25519(path, passphrase)).public
    else:
        public = create_ed25519(path, passphrase)
    actions.add_key(act, IssuingKey(kid, ED25519, public, first, last, KeyState.ACTIVE))
    return kid

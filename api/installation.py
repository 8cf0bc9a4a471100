"""An installation opened: the database, the files, the published key set, and the secrets it issues with."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from sqlalchemy import URL

from api.logs import log
from api.settings import Settings
from gimark.accounts.secrets import AccountSecrets, account_secrets
from gimark.clock import Clock, SystemClock, local_day
from gimark.codes.cipher import SerialCipher
from gimark.errors import Fault, KeyFileError, StoreFailedError
from gimark.files.content import Files
from gimark.files.folder import LocalFiles
from gimark.issuance.ended import ended_codes, red_lots
from gimark.issuance.keyring import HeldKey, Keyring
from gimark.issuance.keys.queries import last_published
from gimark.keys import ed25519
from gimark.keys.age import Recipient
from gimark.keys.files import load_ed25519, load_serial_master
from gimark.keys.jwks import jwks
from gimark.keys.keyset import KeySet, KeyState, read_published, supersede
from gimark.keys.note import ED25519, NoteSigner, VerifierKey, split_note
from gimark.keys.recovery import load_recipient
from gimark.keys.signer import Ed25519Signer
from gimark.keys.statuslist import StatusList
from gimark.keys.statuslist import parse as parse_status_list
from gimark.keys.statuslist import publish as publish_status_list
from gimark.ledger import book
from gimark.ledger.checkpoints import Trust
from gimark.ledger.disk import alone, write_whole
from gimark.ledger.publishing import Witness, publish
from gimark.ledger.signing import CheckpointSigner, lock_beside
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store

WELL_KNOWN = Path(".well-known")
KEYS_NOTE, STATUS_NOTE, JWKS_FILE = WELL_KNOWN / "gi-keys", WELL_KNOWN / "gi-status", WELL_KNOWN / "jwks.json"
KEYS_FOLDER, ROOT_FILE, ROOT_VKEY = "keys", "root.pem", "root.vkey"
RECOVERY_FILE, RECOVERY_PUBLIC = "recovery.age", "recovery.pub"
SIGNER_STATE = "signer-state.json"
STATUS_LIFE = timedelta(days=31)


@dataclass
class Installation:
    """Everything a process of one installation works with. Secrets are read when first needed, not before."""

    settings: Settings
    store: Store
    files: Files
    witnesses: Sequence[Witness] = ()

    @property
    def keys_folder(self) -> Path:
        """Where the key files are."""
        return self.settings.data_dir / KEYS_FOLDER

    @cached_property
    def root_key(self) -> VerifierKey:
        """The root's public key, under which the key set is believed."""
        return VerifierKey.parse(_text(self.keys_folder / ROOT_VKEY).strip())

    @property
    def recovery_key(self) -> Recipient | None:
        """Who the nonces of runs are sealed to; None when there is no recovery key."""
        return load_recipient(self.keys_folder / RECOVERY_PUBLIC)

    @cached_property
    def keyset_note(self) -> bytes:
        """The published key set, as served."""
        return _text(self.settings.published / KEYS_NOTE).encode()

    @cached_property
    def keyset(self) -> KeySet:
        """The published key set, verified."""
        return read_published(self.keyset_note, self.root_key)

    @cached_property
    def keyring(self) -> Keyring:
        """The issuing keys and serial ciphers. Raises KeyFileError with the remedy."""
        return Keyring(self.keyset.origin, self.keyset.hosts[0], self._held_keys({}), self._held_ciphers({}))

    @cached_property
    def account_secrets(self) -> AccountSecrets:
        """What seals second factors, derived from the first serial master. Raises KeyFileError with the remedy."""
        first = min(self.serial_files().items())[1]
        return account_secrets(self._opened(load_serial_master, first))

    def issuing_file(self, kid: str) -> Path:
        """Where the private half of an issuing key is, until it is destroyed."""
        return self.keys_folder / f"issuing-{kid}.pem"

    def serial_files(self) -> dict[int, Path]:
        """Where the serial masters are, by epoch; that of the first is always named."""
        found = self.keys_folder.glob("serial-*.key")
        by_epoch = {int(path.stem.removeprefix("serial-")): path for path in found}
        return by_epoch or {1: self.keys_folder / "serial-1.key"}

    def _held_ciphers(self, held: Mapping[int, SerialCipher]) -> dict[int, SerialCipher]:
        """The ciphers of `held`, and those of masters that were added since."""
        added = {epoch: path for epoch, path in self.serial_files().items() if epoch not in held}
        masters = {epoch: self._opened(load_serial_master, path) for epoch, path in added.items()}
        return {**held, **{epoch: SerialCipher(master, self.keyset.origin) for epoch, master in masters.items()}}

    def _held_keys(self, held: Mapping[str, HeldKey]) -> dict[str, HeldKey]:
        """The keys that may sign by the key set; private halves are those of `held`, else from their files.

        A key whose term is over is let go of when its file is gone: it was destroyed.
        """
        issuing: dict[str, HeldKey] = {}
        for key in self.keyset.keys:
            path = self.issuing_file(key.kid)
            stays = key.kid in held and not self._has_ended(held[key.kid])
            if key.state is KeyState.REVOKED or not (stays or path.exists()):
                continue
            known = held.get(key.kid)
            signer = known.signer if known else Ed25519Signer(key.kid, self._opened(load_ed25519, path))
            issuing[key.kid] = HeldKey(signer, key.from_on, key.until_on, key.state is KeyState.RETIRED)
        return issuing

    def _opened(self, load: Callable[[Path, bytes], bytes], path: Path) -> bytes:
        return load(path, self.settings.secret())

    def _has_ended(self, key: HeldKey) -> bool:
        return key.issues_until < local_day(self.store.clock.now())

    def take_up_keys(self) -> bool:
        """Use a newly published key set if it continues the one held, and the files as they are; whether that is new.

        Raises ConflictError when the key set is older than the one held and LedgerError when it contradicts it: the one
        held stays in use. A destroyed key is let go of whatever the key set is.
        """
        is_new = self._take_up_files()
        offered = _text(self.settings.published / KEYS_NOTE).encode()
        if offered == self.keyset_note:
            return is_new
        keyset = supersede(self.keyset_note, offered, self.root_key)
        self.keyset, self.keyset_note = keyset, offered
        if (held := self.__dict__.get("keyring")) is not None:
            self.keyring = Keyring(keyset.origin, keyset.hosts[0], self._held_keys(held.issuing), held.ciphers)
        return True

    def _take_up_files(self) -> bool:
        """Let go of issuing keys that were destroyed, and take up serial masters that were added; whether any were."""
        held: Keyring | None = self.__dict__.get("keyring")
        if held is None:
            return False
        ended = [kid for kid, key in held.issuing.items() if self._has_ended(key)]
        is_gone = any(not self.issuing_file(kid).exists() for kid in ended)
        is_added = any(epoch not in held.ciphers and path.exists() for epoch, path in self.serial_files().items())
        if is_gone or is_added:
            self.keyring = replace(
                held, issuing=self._held_keys(held.issuing), ciphers=self._held_ciphers(held.ciphers)
            )
        return is_gone or is_added

    @cached_property
    def log_signer(self) -> NoteSigner:
        """Who signs checkpoints and status lists."""
        return note_signer(
            f"{self.keyset.origin}/log", load_ed25519(self.keys_folder / "log.pem", self.settings.secret())
        )

    @cached_property
    def checkpoint_signer(self) -> CheckpointSigner:
        """The log's signer with its memory outside the database."""
        return CheckpointSigner(f"{self.keyset.origin}/log", self.log_signer, self.settings.data_dir / SIGNER_STATE)

    @property
    def trust(self) -> Trust:
        """Whom a reader believes about the log, by the key set."""
        keyset = self.keyset
        return Trust(f"{keyset.origin}/log", [log.key for log in keyset.logs], keyset.witnesses, keyset.quorum)

    def publish_checkpoint(self) -> bytes:
        """Sign and publish the log as it is; the note. A witness that did not sign is named in the log."""
        publication = publish(self.store, self.checkpoint_signer, self.settings.published, self.witnesses)
        for witness, error in publication.refusals.items():
            size = publication.checkpoint.size
            log.warning("a witness did not sign a checkpoint", witness=witness, size=size, reason=error.text("en"))
        return publication.note

    def publish_status(self) -> bytes:
        """Sign and publish the list of red lots and ended codes; the note.

        Its number is above the last one's, and never below the log's size, so that it goes on rising even where the
        published folder was lost.
        """
        now = self.store.clock.now().replace(microsecond=0)
        with self._alone(), self.store.reading() as session:
            listed = StatusList(
                origin=self.keyset.origin,
                seq=max(1 + self._last_status_seq(), book.size(session)),
                published_at=now,
                expires_at=now + STATUS_LIFE,
                lots=red_lots(session),
                codes=ended_codes(session, self.keyring),
            )
            note = publish_status_list(listed, self.log_signer)
            write_whole(self.settings.published / STATUS_NOTE, note)
        return note

    def publish_keyset(self, note: bytes) -> None:
        """Put out a key set and the JWKS derived from it."""
        with self._alone():
            self._put_out(note)
        for name in ("keyset", "keyset_note"):
            self.__dict__.pop(name, None)

    def put_out_keys(self) -> None:
        """Put out the last key set that the database has, unless that one or a newer one is out, and use what is out.

        A newer one is out where the database came from a backup. Raises LedgerError when the two contradict each other.
        """
        with self._alone():
            note, out = self.last_key_set(), self._keys_out()
            if note != out:
                supersede(out or note, note, self.root_key)
                self._put_out(note)
        self.take_up_keys()

    def last_key_set(self) -> bytes:
        """The note of the last key set: of the one that is out and the one that the database has, the newer."""
        with self.store.reading() as session:
            recorded = last_published(session)
        found = [note for note in (recorded, self._keys_out()) if note is not None]
        return max(found, key=lambda note: read_published(note, self.root_key).seq)

    def _keys_out(self) -> bytes | None:
        path = self.settings.published / KEYS_NOTE
        return path.read_bytes() if path.exists() else None

    def _put_out(self, note: bytes) -> None:
        keyset = read_published(note, self.root_key)
        write_whole(self.settings.published / KEYS_NOTE, note)
        write_whole(self.settings.published / JWKS_FILE, json.dumps(jwks(keyset), indent=1).encode())

    def _last_status_seq(self) -> int:
        path = self.settings.published / STATUS_NOTE
        return parse_status_list(split_note(path.read_bytes())[0]).seq if path.exists() else 0

    def _alone(self) -> AbstractContextManager[None]:
        return alone(lock_beside(self.settings.data_dir / SIGNER_STATE))


def open_installation(settings: Settings, clock: Clock | None = None) -> Installation:
    """The installation that `settings` name; the database is opened, not yet asked.

    Raises KeyFileError where none was founded, before anything is made there: `gimark init` wants an empty folder;
    StoreFailedError where the SQLite file is gone, which the driver would make anew, and empty.
    """
    _text(settings.data_dir / KEYS_FOLDER / ROOT_VKEY)
    _check_database(settings.database)
    return unfounded(settings, clock)


def unfounded(settings: Settings, clock: Clock | None = None) -> Installation:
    """An installation of which nothing but the folder need be there, for founding."""
    store = Store(open_engine(settings.database), clock or SystemClock())
    return Installation(settings, store, LocalFiles(settings.data_dir / "files"))


def note_signer(name: str, seed: bytes) -> NoteSigner:
    """A signer of notes under `name` with the Ed25519 key `seed`."""
    public, secret = ed25519.key_pair(seed)
    return NoteSigner(VerifierKey(name, ED25519, public), lambda message: ed25519.sign(message, secret))


def _check_database(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).is_file():
        raise StoreFailedError(
            (
                Fault(
                    "database",
                    f"{url.database} 不见了",
                    f"{url.database} is gone",
                    "请从备份恢复，或检查 GIMARK_DATA_DIR 和 GIMARK_DATABASE_URL",
                    "Restore it from a backup, or check GIMARK_DATA_DIR and GIMARK_DATABASE_URL",
                ),
            )
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(
            (
                Fault(
                    path.name,
                    "没有这个文件，或无法读取",
                    "the file is missing or cannot be read",
                    "请先运行 gimark init，或检查 GIMARK_DATA_DIR",
                    "Run gimark init first, or check GIMARK_DATA_DIR",
                ),
            )
        ) from error

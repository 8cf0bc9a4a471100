"""Founding an installation: keys, database, first users, the county's profile, the first published log.

All of it is made in a folder beside the data folder and moved there whole, so that a failure leaves nothing. On
PostgreSQL the database is committed before the move; a failure between the two is said, and an empty database is
given again.
"""

import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from api.installation import ROOT_VKEY, Installation, note_signer, unfounded
from api.settings import Settings
from gimark import migrations
from gimark.accounts.actions import UserForm, create_first_administrator, create_user
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Role
from gimark.clock import SHANGHAI, Clock, local_day
from gimark.errors import ConflictError, Fault, StoreFailedError
from gimark.issuance.keys.actions import add_key, record_publication
from gimark.keys.files import create_ed25519, create_serial_master, load_ed25519
from gimark.keys.keyset import IssuingKey, KeySet, KeyState, LogKey, publish
from gimark.ledger import book
from gimark.ledger.signing import start_state
from gimark.registry.profiles.actions import load_profile
from gimark.registry.profiles.profile import Profile
from gimark.registry.profiles.reading import read_profile

ISSUING_MONTHS = 13
LOG_MONTHS = 61
KEYSET_LIFE = timedelta(days=184)
FIRST_KID = "0001"
ADMINISTRATOR, REGULATOR = "admin", "regulator"


@dataclass(frozen=True, slots=True)
class Founded:
    """What is told once: the root's public key and each first user's one-time password."""

    root_vkey: str
    passwords: dict[str, str]


def found(settings: Settings, profile: Path, origin: str, host: str, clock: Clock | None = None) -> Founded:
    """Make the installation that `settings` name, from a county profile.

    `origin` is signed into every code for the installation's life; `host` is printed. Raises ConflictError when the
    data folder or the database holds anything already, StoreFailedError when the disk refuses, and whatever the
    passphrase, the profile or the database refuses.
    """
    folder = settings.data_dir.absolute()
    _refuse_existing(folder)
    building = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    try:
        building.mkdir(parents=True, mode=0o700)
        founded = _build(settings.model_copy(update={"data_dir": building}), profile, origin, host, clock)
        building.replace(folder)
    except BaseException as error:
        shutil.rmtree(building, ignore_errors=True)
        if isinstance(error, OSError):
            raise _disk_refused(folder, error) from error
        raise
    return founded


def _build(settings: Settings, profile: Path, origin: str, host: str, clock: Clock | None) -> Founded:
    county = read_profile(profile)
    here = unfounded(settings, clock)
    try:
        keyset = _make_keys(here, origin, host)
        migrations.upgrade(here.store.engine)
        root = note_signer(f"{origin}/root", load_ed25519(here.keys_folder / "root.pem", settings.secret()))
        note = publish(keyset, root)
        (here.keys_folder / ROOT_VKEY).write_text(f"{root.key}\n", encoding="utf-8")
        passwords = _first_acts(here, keyset, note, county)
        here.publish_keyset(note)
        start_state(settings.data_dir / "signer-state.json", f"{origin}/log")
        here.publish_checkpoint()
        here.publish_status()
    finally:
        here.store.engine.dispose()
    return Founded(str(root.key), passwords)


def _make_keys(here: Installation, origin: str, host: str) -> KeySet:
    folder, passphrase = here.keys_folder, here.settings.secret()
    folder.mkdir(mode=0o700)
    create_ed25519(folder / "root.pem", passphrase)
    create_serial_master(folder / "serial-1.key", passphrase)
    create_ed25519(folder / "log.pem", passphrase)
    public = create_ed25519(folder / f"issuing-{FIRST_KID}.pem", passphrase)
    now = here.store.clock.now().replace(microsecond=0)
    today = local_day(now)
    log = note_signer(f"{origin}/log", load_ed25519(folder / "log.pem", passphrase)).key
    issuing = IssuingKey(FIRST_KID, "ed25519", public, today, last_day(today, ISSUING_MONTHS), KeyState.ACTIVE)
    return KeySet(
        origin=origin,
        hosts=(host,),
        seq=1,
        published_at=now,
        expires_at=_midnight_after(now + KEYSET_LIFE),
        quorum=0,
        logs=(LogKey(log, today, last_day(today, LOG_MONTHS)),),
        witnesses=(),
        keys=(issuing,),
    )


def _first_acts(here: Installation, keyset: KeySet, note: bytes, county: Profile) -> dict[str, str]:
    with here.store.acting() as act:
        if book.lock(act):
            raise _already("database", "数据库", "the database")
        for key in keyset.keys:
            add_key(act, key)
        record_publication(act, keyset.seq, note)
        administrator = create_first_administrator(act, ADMINISTRATOR)
        regulator = create_user(act, actor_for(act.session, ADMINISTRATOR), UserForm(REGULATOR, Role.REGULATOR, None))
        load_profile(act, actor_for(act.session, REGULATOR), county)
        act.commit()
    return {new.name: new.one_time_password for new in (administrator, regulator)}


def last_day(first: date, months: int) -> date:
    """The last day of a term of `months` that begins on `first`: the day before the same-numbered one."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    for day in range(first.day, 0, -1):
        try:
            return date(year, month + 1, day) - timedelta(days=1)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def _midnight_after(instant: datetime) -> datetime:
    day = instant.astimezone(SHANGHAI).date() + timedelta(days=1)
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def _refuse_existing(folder: Path) -> None:
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise _already("data_dir", f"{folder} ", str(folder))


def _already(where: str, what_zh: str, what_en: str) -> ConflictError:
    return ConflictError(
        (
            Fault(
                where,
                f"{what_zh}里已有内容",
                f"{what_en} holds something already",
                "密钥和账本绝不覆盖；请换一个空的，或确认后自行移走",
                "Keys and ledgers are never written over; choose an empty one",
            ),
        )
    )


def _disk_refused(folder: Path, error: OSError) -> StoreFailedError:
    return StoreFailedError(
        (
            Fault(
                "data_dir",
                f"无法建立 {folder}（{error.strerror}）",
                f"{folder} cannot be made ({error.strerror})",
                "没有留下任何内容；请检查上级文件夹的权限和磁盘空间",
                "Nothing was left behind; check the parent folder's permissions and the room on the disk",
            ),
        )
    )

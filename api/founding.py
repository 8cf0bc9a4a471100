"""Founding an installation: keys, database, first users, the county's profile, the first published log.

All of it is made in a folder beside the data folder, so the folder that holds both must be writable, and moved there
whole, so that a failure leaves nothing. On PostgreSQL the database is committed before the move; a failure between the
two is said, and an empty database is given again.
"""

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from api.ceremony import RootPlace, new_recovery_key, recovery_beside, root_place
from api.installation import ROOT_VKEY, SIGNER_STATE, Installation, note_signer, unfounded
from api.settings import Settings
from gimark import migrations
from gimark.accounts.actions import UserForm, create_first_administrator, create_user
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Role
from gimark.clock import Clock, local_day
from gimark.errors import ConflictError, Fault, StoreFailedError, invalid
from gimark.issuance.keys.actions import add_key, midnight_after, record_publication
from gimark.issuance.keys.rules import ISSUING_MONTHS, KEYSET_LIFE, LOG_MONTHS, last_day
from gimark.keys.files import create_ed25519, create_serial_master, load_ed25519
from gimark.keys.keyset import IssuingKey, KeySet, KeyState, LogKey, publish
from gimark.keys.names import is_host, is_origin
from gimark.ledger import book
from gimark.ledger.signing import start_state
from gimark.registry.profiles.actions import load_profile
from gimark.registry.profiles.profile import Profile
from gimark.registry.profiles.reading import read_profile

FIRST_KID = "0001"
ADMINISTRATOR, REGULATOR = "admin", "regulator"


@dataclass(frozen=True, slots=True)
class Founded:
    """What is told once: the root's public key and each first user's one-time password."""

    root_vkey: str
    passwords: dict[str, str]


def found(
    settings: Settings,
    profile: Path,
    origin: str,
    host: str,
    clock: Clock | None = None,
    root: RootPlace | None = None,
) -> Founded:
    """Make the installation that `settings` name, from a county profile.

    `origin` is signed into every code for the installation's life; `host` is printed. The root's private key is kept
    at `root`, outside the data folder, and the recovery key beside it; None = both in the folder keys, to be moved off
    line by hand. Raises ConflictError when the data folder or the database holds anything already, StoreFailedError
    when the disk refuses, and whatever the passphrases, the profile or the database refuses.
    """
    folder = settings.data_dir.absolute()
    _refuse_existing(folder)
    _check_names(origin, host)
    _check_folder(profile)
    if root is not None:
        _check_apart(folder, settings, root)
        create_ed25519(root.path, root.passphrase)
    building = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    try:
        building.mkdir(parents=True, mode=0o700)
        building_settings = settings.model_copy(update={"data_dir": building})
        founded = _build(building_settings, profile, origin, host, clock, root)
        building.replace(folder)
    except BaseException as error:
        shutil.rmtree(building, ignore_errors=True)
        if root is not None:
            root.path.unlink()
            recovery_beside(root).path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _disk_refused(folder, error) from error
        raise
    return founded


def _build(
    settings: Settings, profile: Path, origin: str, host: str, clock: Clock | None, place: RootPlace | None
) -> Founded:
    county = read_profile(profile)
    here = unfounded(settings, clock)
    try:
        keyset = _make_keys(here, origin, host)
        migrations.upgrade(here.store.engine)
        if place is None:
            place = root_place(settings, None, None)
            create_ed25519(place.path, place.passphrase)
        new_recovery_key(here, recovery_beside(place))
        root = note_signer(f"{origin}/root", load_ed25519(place.path, place.passphrase))
        note = publish(keyset, root)
        (here.keys_folder / ROOT_VKEY).write_text(f"{root.key}\n", encoding="utf-8")
        passwords = _first_acts(here, keyset, note, county)
        here.publish_keyset(note)
        start_state(settings.data_dir / SIGNER_STATE, f"{origin}/log")
        here.publish_checkpoint()
        here.publish_status()
    finally:
        here.store.engine.dispose()
    return Founded(str(root.key), passwords)


def _make_keys(here: Installation, origin: str, host: str) -> KeySet:
    folder, passphrase = here.keys_folder, here.settings.secret()
    folder.mkdir(mode=0o700)
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
        expires_at=midnight_after(now + KEYSET_LIFE),
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
        regulator = create_user(act, actor_for(act.session, ADMINISTRATOR), UserForm(REGULATOR, Role.REGULATOR_LEAD))
        load_profile(act, actor_for(act.session, REGULATOR), county)
        act.commit()
    return {new.name: new.one_time_password for new in (administrator, regulator)}


def _check_names(origin: str, host: str) -> None:
    if not is_origin(origin):
        raise invalid(
            "origin",
            "签名来源名只能用小写字母、数字和 . - /",
            "an origin has lower-case letters, digits, and . - / in between",
            "请用一个永远属于本县的名字，例如 gi.example.cn",
            "Give a name that will always be the county's own, such as gi.example.cn",
        )
    if host != host.lower() or not is_host(host.encode(errors="replace")):
        raise invalid(
            "host",
            "不是小写的主机名",
            "it is not a host name in lower case",
            "只写主机名，例如 gi.example.cn，不带 https://、端口和路径",
            "Give the name alone, such as gi.example.cn, without https://, port or path",
        )


def _check_folder(profile: Path) -> None:
    if not profile.is_dir():
        raise invalid(
            "profile",
            f"{profile} 不是文件夹",
            f"{profile} is no folder",
            "请给出县情资料文件夹，例如 scripts/profiles/yunxi",
            "Give the folder of a county's profile, such as scripts/profiles/yunxi",
        )


def _refuse_existing(folder: Path) -> None:
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise _already("data_dir", f"{folder} ", str(folder))


def _check_apart(folder: Path, settings: Settings, root: RootPlace) -> None:
    """Refuse a root key that would lie where its installation lies, or open with the same passphrase."""
    if root.path.absolute().is_relative_to(folder):
        raise invalid(
            "root_out",
            f"{root.path} 在数据文件夹里",
            f"{root.path} lies in the data folder",
            "请写到数据文件夹以外，最好是可移走的介质",
            "Write it elsewhere, best to a medium that can be taken away",
        )
    if recovery_beside(root).path.exists():
        raise _already("root_out", f"{recovery_beside(root).path.name} ", recovery_beside(root).path.name)
    if root.passphrase == settings.secret():
        raise invalid(
            "root_passphrase_file",
            "根密钥与其他密钥用了同一个口令",
            "the root key has the passphrase of the other keys",
            "请给根密钥另设口令，并与根密钥一起离线保管",
            "Give it one of its own, and keep that off line too",
        )


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
                f"无法在 {folder.parent} 里建立 {folder.name}（{error.strerror}）",
                f"{folder.name} cannot be made in {folder.parent} ({error.strerror})",
                f"没有留下任何内容；请让本用户可以写 {folder.parent} 并检查磁盘空间，"
                "或把 GIMARK_DATA_DIR 指向可写文件夹里的一个新文件夹",
                f"Nothing was left behind; let this user write to {folder.parent} and check the room on the disk, or "
                "point GIMARK_DATA_DIR to a new folder inside one that can be written",
            ),
        )
    )

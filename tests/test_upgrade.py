"""Every stored release, upgraded, keeps every code's verdict, the log and every row, on both databases."""

import base64
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, table

from api.backup import back_up, back_up_keys
from api.copying import copy_to
from api.installation import Installation, open_installation
from api.restoring import Sources, restore
from api.upgrading import upgrade
from gimark import audit, migrations
from gimark.accounts.queries import actor_for
from gimark.clock import FixedClock
from gimark.codes.minting import mint
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.issuance.signing import issued_run, secrets_of
from gimark.ledger import book, triggers
from gimark.ledger.check import check_folder, check_log
from gimark.production.model import Batch
from gimark.registry.items.model import TradeItem
from gimark.store.engine import open_engine
from gimark.upkeep.archive import reading
from gimark.upkeep.copying import copy_store
from scripts.release_store import HOST, SECOND_LOT, settings_of, verdicts
from tests.stored_release import RELEASES, StoredRelease, unpack


def nobody(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@pytest.fixture(params=RELEASES)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> StoredRelease:
    return unpack(request.param, tmp_path / "stored")


def opened(stored: StoredRelease, data_dir: Path | None = None, **changes: object) -> Installation:
    clock = FixedClock(datetime.fromisoformat(stored.expected["at"]))
    return open_installation(settings_of(data_dir or stored.data_dir, **changes), clock)


def hold(here: Installation, stored: StoredRelease) -> None:
    """The installation has everything that was in the store, and it is well."""
    expected = stored.expected
    assert migrations.current(here.store.engine) == migrations.head()
    with here.store.reading() as session:
        assert book.size(session) >= expected["size"]
        assert book.root(session, expected["size"]) == base64.b64decode(expected["root"])
        assert list(check_log(session)) == []
        assert list(check_folder(session, here.settings.published, here.trust)) == []
        assert list(audit.differences(session)) == []
        rows = {name: session.scalar(select(func.count()).select_from(table(name))) for name in expected["rows"]}
        assert triggers.missing(session.connection(), triggers.guarded(session.connection())) == ()
    assert rows == expected["rows"]
    assert verdicts(here, [target for target, _, _ in expected["verdicts"]]) == expected["verdicts"]


def go_on(here: Installation) -> None:
    """The installation issues codes that are genuine, and signs what continues what it signed."""
    with here.store.reading() as session:
        batch = session.scalars(select(Batch).where(Batch.lot == SECOND_LOT)).one()
        maker = actor_for(session, f"producer-{session.get_one(TradeItem, batch.item_id).enterprise_id:02}")
        ref = batch.ref
    run = issue_codes(here.store, here.keyring, maker, IssueForm(ref, 2, "after"))
    with here.store.acting() as act:
        change_ranges(act, maker, run.ref, RangeForm(RangeKind.ACTIVATE, ((0, 1),)))
        act.commit()
    here.publish_checkpoint()
    with here.store.reading() as session:
        issued = issued_run(session, here.keyring, run.number)
        assert list(check_log(session)) == []
        assert list(check_folder(session, here.settings.published, here.trust)) == []
        assert list(audit.differences(session)) == []
    uris = mint(issued.codes, *secrets_of(here.keyring, issued), 0, 2).uris
    target = uris[0].tobytes().decode().removeprefix(f"https://{HOST}")
    assert verdicts(here, [target]) == [[target, "green", "authentic"]]


@pytest.fixture
def upgraded(stored: StoredRelease) -> Iterator[Installation]:
    here = opened(stored)
    done = upgrade(here, None, nobody, accepts_differences=False)
    assert (done.before, done.after) == (stored.expected["revision"], migrations.head())
    yield here
    here.store.engine.dispose()


def test_a_stored_release_keeps_everything(upgraded: Installation, stored: StoredRelease) -> None:
    hold(upgraded, stored)


def test_the_backup_made_before_holds_the_old_store(upgraded: Installation, stored: StoredRelease) -> None:
    [backup] = (upgraded.settings.data_dir / "backups").iterdir()
    with reading(backup, "data") as archive:
        facts = archive.facts
    assert (facts["revision"], facts["size"]) == (stored.expected["revision"], stored.expected["size"])
    assert facts["root"] == stored.expected["root"]


def test_work_goes_on_where_it_stopped(upgraded: Installation) -> None:
    go_on(upgraded)


def test_a_restored_backup_of_it_keeps_everything_and_goes_on(
    upgraded: Installation, stored: StoredRelease, tmp_path: Path
) -> None:
    come_back_from_a_backup(upgraded, stored, tmp_path)


@pytest.mark.long
@pytest.mark.postgres
def test_the_old_backup_restored_into_postgresql_keeps_everything_and_goes_on(
    upgraded: Installation, stored: StoredRelease, tmp_path: Path, vacant_postgres: str
) -> None:
    [backup] = (upgraded.settings.data_dir / "backups").iterdir()
    back_up_keys(upgraded, tmp_path / "keys.zip")
    settings = settings_of(tmp_path / "restored", database_url=vacant_postgres)
    restore(settings, Sources(backup, tmp_path / "keys.zip"), nobody, replaces=False, clock=upgraded.store.clock)
    assert list(settings.data_dir.glob("gimark.db*")) == []
    here = opened(stored, settings.data_dir, database_url=vacant_postgres)
    hold(here, stored)
    go_on(here)
    here.store.engine.dispose()


@pytest.mark.postgres
def test_the_same_rows_upgraded_on_postgresql_keep_everything(
    stored: StoredRelease, tmp_path: Path, vacant_postgres: str
) -> None:
    source = open_engine(settings_of(stored.data_dir).database)
    target = open_engine(vacant_postgres)
    copy_store(source, target, lambda _done, _all: None)
    source.dispose()
    target.dispose()
    here = opened(stored, database_url=vacant_postgres)
    upgrade(here, tmp_path / "before.zip", nobody, accepts_differences=False)
    hold(here, stored)
    here.store.engine.dispose()


@pytest.mark.long
@pytest.mark.postgres
def test_a_store_copied_to_postgresql_keeps_everything_and_goes_on(
    upgraded: Installation, stored: StoredRelease, vacant_postgres: str
) -> None:
    there = copy_to(upgraded, vacant_postgres, nobody)
    hold(there, stored)
    go_on(there)
    there.store.engine.dispose()


@pytest.mark.long
@pytest.mark.postgres
def test_a_backup_of_postgresql_restored_into_sqlite_keeps_everything_and_goes_on(
    upgraded: Installation, stored: StoredRelease, tmp_path: Path, vacant_postgres: str
) -> None:
    there = copy_to(upgraded, vacant_postgres, nobody)
    come_back_from_a_backup(there, stored, tmp_path)
    there.store.engine.dispose()


def come_back_from_a_backup(source: Installation, stored: StoredRelease, folder: Path) -> None:
    """Back `source` up, restore it on SQLite in another place, and see that it holds everything and goes on."""
    data, keys = folder / "data.zip", folder / "keys.zip"
    back_up(source, data, nobody)
    back_up_keys(source, keys)
    settings = settings_of(folder / "restored")
    restore(settings, Sources(data, keys), nobody, replaces=False, clock=source.store.clock)
    here = opened(stored, settings.data_dir)
    hold(here, stored)
    go_on(here)
    here.store.engine.dispose()

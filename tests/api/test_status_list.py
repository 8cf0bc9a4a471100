"""The published status list: each has a number of its own, whoever publishes, and never a lower one."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.installation import STATUS_NOTE, Installation
from gimark.clock import FixedClock, SystemClock
from gimark.keys import statuslist
from gimark.keys.statuslist import StatusList
from gimark.ledger import book
from tests.founded import Founding


@pytest.fixture
def here(founding: Founding, tmp_path: Path) -> Iterator[Installation]:
    """An installation just founded, whose first list is out."""
    copy = founding.copy(tmp_path, FixedClock(SystemClock().now()))
    yield copy
    copy.store.engine.dispose()


def out(here: Installation) -> StatusList:
    return statuslist.read_published((here.settings.published / STATUS_NOTE).read_bytes(), here.keyset)


def test_a_daily_republication_has_a_higher_number(here: Installation) -> None:
    first = out(here)
    here.store.clock.at += timedelta(days=1)  # type: ignore[attr-defined]
    here.publish_status()
    second = out(here)
    assert second.seq == first.seq + 1
    assert (second.lots, second.codes) == (first.lots, first.codes)
    assert second.expires_at > first.expires_at


def test_the_number_is_never_below_the_logs_size_even_when_the_last_list_was_lost(here: Installation) -> None:
    (here.settings.published / STATUS_NOTE).unlink()
    here.publish_status()
    with here.store.reading() as session:
        assert out(here).seq == book.size(session)


def test_two_publishers_at_once_never_give_one_number_to_two_lists(here: Installation) -> None:
    _ = here.keyring, here.log_signer
    other = Installation(here.settings, here.store, here.files)
    _ = other.keyring, other.log_signer
    notes: list[bytes] = []

    def publish(publisher: Installation) -> None:
        notes.extend(publisher.publish_status() for _ in range(4))

    threads = [threading.Thread(target=publish, args=(publisher,)) for publisher in (here, other)]
    before = out(here).seq
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    numbers = sorted(statuslist.read_published(note, here.keyset).seq for note in notes)
    assert numbers == list(range(before + 1, before + 9))
    assert out(here).seq == numbers[-1]

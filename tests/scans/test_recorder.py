"""The recorder: what is answered is written once, on both databases, also when the process is told to stop."""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from gimark.errors import Fault, StoreBusyError
from gimark.scans.hours import hour_of
from gimark.scans.looks import Look, write_looks
from gimark.scans.model import CodeScans, ScanCheck, VerdictHour
from gimark.scans.provinces import mask_of
from gimark.scans.recorder import Recorder
from gimark.store.unit_of_work import Store

HOUR = hour_of(datetime(2026, 11, 22, 1, 41, tzinfo=UTC))
ONE, OTHER = b"\x01" * 8, b"\x02" * 8


def check(idx: int = 7, hour: int = HOUR, device: bytes = ONE, province: str | None = None) -> Look:
    return Look(hour, "authentic", province, 1, idx, device)


def write(store: Store, *looks: Look) -> None:
    with store.acting() as act:
        write_looks(act.session.connection(), looks)
        act.commit()


def sums(store: Store) -> dict[int, tuple[int, int, int]]:
    with store.reading() as session:
        return {row.idx: (row.checks, row.first_hour, row.provinces) for row in session.scalars(select(CodeScans))}


def totals(store: Store) -> dict[tuple[int, str, str], int]:
    with store.reading() as session:
        return {(row.hour, row.reason, row.province): row.looks for row in session.scalars(select(VerdictHour))}


def test_the_same_device_in_the_same_hour_is_one_check(any_store: Store) -> None:
    write(any_store, check(), check(), check(device=OTHER))
    write(any_store, check(), check(hour=HOUR + 1))
    assert sums(any_store) == {7: (3, HOUR, 0)}
    assert totals(any_store) == {(HOUR, "authentic", ""): 4, (HOUR + 1, "authentic", ""): 1}


def test_an_earlier_hour_that_comes_late_is_the_first(any_store: Store) -> None:
    write(any_store, check(hour=HOUR))
    write(any_store, check(hour=HOUR - 2), check(hour=HOUR - 1))
    assert sums(any_store)[7] == (3, HOUR - 2, 0)


def test_provinces_gather(any_store: Store) -> None:
    write(any_store, check(province="33"), check(device=OTHER, province="31"))
    write(any_store, check(hour=HOUR + 1, province="33"))
    assert sums(any_store)[7] == (3, HOUR, mask_of("33") | mask_of("31"))


def test_a_look_without_a_code_is_only_counted(any_store: Store) -> None:
    write(any_store, Look(HOUR, "bad_signature", None), Look(HOUR, "bad_signature", "33"))
    assert sums(any_store) == {}
    assert totals(any_store) == {(HOUR, "bad_signature", ""): 1, (HOUR, "bad_signature", "33"): 1}


def test_more_looks_than_one_statement_holds(any_store: Store) -> None:
    write(any_store, *(check(idx=i) for i in range(1203)))
    assert len(sums(any_store)) == 1203
    with any_store.reading() as session:
        assert len(session.scalars(select(ScanCheck.idx)).all()) == 1203


def test_among_many_looks_those_that_are_there_already_are_told_from_the_new_ones(any_store: Store) -> None:
    write(any_store, *(check(idx=i, province="33") for i in range(0, 1203, 5)))
    write(any_store, *(check(idx=i, province="31") for i in range(1203)), check(idx=0, device=OTHER, province="31"))
    found = sums(any_store)
    assert len(found) == 1203
    assert found[0] == (2, HOUR, mask_of("33") | mask_of("31"))
    assert {found[i] for i in range(5, 1203, 5)} == {(1, HOUR, mask_of("33"))}
    assert found[1] == (1, HOUR, mask_of("31"))


def test_two_writers_of_the_same_codes_lose_nothing(any_store: Store) -> None:
    def work(start: int) -> None:
        for hour in range(5):
            write(any_store, *(check(idx, HOUR + hour, bytes([start] * 8)) for idx in range(20)))

    threads = [threading.Thread(target=work, args=(start,)) for start in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {count for count, _, _ in sums(any_store).values()} == {10}


def test_closing_writes_everything_that_was_queued(any_store: Store) -> None:
    recorder = Recorder(any_store, limit=10_000)
    recorder.start()
    for idx in range(2_000):
        assert recorder.record(check(idx))
    assert recorder.close() == 0
    assert len(sums(any_store)) == 2_000


def test_whoever_waits_is_told_once_it_is_on_disk(store: Store) -> None:
    recorder = Recorder(store, limit=10)
    recorder.start()
    told: list[tuple[bool, int]] = []
    waiting = threading.Event()

    def done(is_kept: bool) -> None:
        told.append((is_kept, len(sums(store))))
        waiting.set()

    recorder.record(check(), done)
    assert waiting.wait(10)
    recorder.close()
    assert told == [(True, 1)]


def test_a_full_queue_drops_and_counts(store: Store) -> None:
    recorder = Recorder(store, limit=2)
    assert [recorder.record(check(idx)) for idx in range(4)] == [True, True, False, False]
    assert recorder.dropped == 2


class FailingStore:
    """A store whose database is locked as often as it is told."""

    def __init__(self, store: Store, failures: int) -> None:
        self.store = store
        self.failures = failures

    def acting(self) -> object:
        if self.failures:
            self.failures -= 1
            raise StoreBusyError((Fault("", "忙", "busy", "等", "wait"),))
        return self.store.acting()


@pytest.fixture
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("quiet")
def test_a_busy_database_delays_and_loses_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gimark.scans.recorder.RETRY_S", 0.01)
    recorder = Recorder(FailingStore(store, 3), limit=10, linger_s=0.01)  # type: ignore[arg-type]
    recorder.start()
    recorder.record(check())
    deadline = time.monotonic() + 10
    while not sums(store) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert recorder.close() == 0
    assert sums(store) == {7: (1, HOUR, 0)}


@pytest.mark.usefixtures("quiet")
def test_whoever_waits_is_told_when_it_could_not_be_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gimark.scans.recorder.RETRY_S", 0.01)
    recorder = Recorder(FailingStore(store, 1), limit=10, linger_s=0.01)  # type: ignore[arg-type]
    recorder.start()
    told: list[bool] = []
    waiting = threading.Event()

    def done(is_kept: bool) -> None:
        told.append(is_kept)
        waiting.set()

    recorder.record(check(), done)
    assert waiting.wait(10)
    recorder.close()
    assert told == [False]


@pytest.mark.usefixtures("quiet")
def test_a_database_that_is_gone_for_good_does_not_hold_up_the_stop(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gimark.scans.recorder.RETRY_S", 0.01)
    recorder = Recorder(FailingStore(store, 10**6), limit=10, linger_s=0.01)  # type: ignore[arg-type]
    recorder.start()
    recorder.record(check())
    recorder.record(check(8))
    assert recorder.close() == 2


def test_an_idle_recorder_is_woken_to_leave_and_takes_along_what_came_at_the_last_moment(any_store: Store) -> None:
    recorder = Recorder(any_store, limit=10, linger_s=600)
    recorder.record(check())
    recorder.start()
    leaving = threading.Thread(target=recorder.close, daemon=True)
    leaving.start()
    leaving.join(60)
    assert not leaving.is_alive()
    assert sums(any_store)[7][0] == 1
    late = Recorder(any_store, limit=10, linger_s=600)
    late._queue.put(None)
    late.record(check(device=OTHER))
    late._closing.set()
    late.start()
    assert late.close() == 0
    assert sums(any_store)[7][0] == 2

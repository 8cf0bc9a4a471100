"""Codes that were looked up lately: remembered within bounds, read again in time, never counted down."""

import pytest

from gimark.errors import StoreFailedError
from gimark.scans.memory import READ_AGAIN_AFTER_S, CodeMemory, CodeReader, SeenCode
from gimark.store.unit_of_work import Store
from tests.scans.test_recorder import HOUR, ONE, OTHER, check, write


def seen(checks: int = 0) -> SeenCode:
    return SeenCode(checks, HOUR, 0, HOUR, set())


def test_a_code_is_remembered_until_it_must_be_read_again() -> None:
    now = [0.0]
    memory = CodeMemory(monotonic=lambda: now[0])
    assert memory.recall(1, 7) is None
    kept = memory.keep(1, 7, seen())
    assert memory.recall(1, 7) is kept
    now[0] = READ_AGAIN_AFTER_S + 0.1
    assert memory.recall(1, 7) is None


def test_what_is_counted_and_not_yet_written_is_not_forgotten_by_reading_again() -> None:
    now = [0.0]
    memory = CodeMemory(monotonic=lambda: now[0])
    kept = memory.keep(1, 7, seen())
    kept.add(HOUR, ONE, 0)
    now[0] = 100
    assert memory.keep(1, 7, seen(checks=0)).checks == 1
    assert memory.keep(1, 7, seen(checks=5)).checks == 5


def test_no_more_codes_are_remembered_than_the_limit() -> None:
    memory = CodeMemory(limit=3)
    for idx in range(10):
        memory.keep(1, idx, seen())
    assert len(memory) == 3
    assert memory.recall(1, 9) is not None
    assert memory.recall(1, 0) is None


def test_the_hour_turns_and_the_same_device_checks_anew() -> None:
    code = seen()
    assert code.add(HOUR, ONE, 0)
    assert not code.add(HOUR, ONE, 0)
    assert code.earlier(HOUR, ONE).count == 0
    assert code.earlier(HOUR, OTHER).count == 1
    assert code.add(HOUR + 1, ONE, 0)
    assert code.earlier(HOUR + 1, OTHER).count == 2


def test_a_reader_finds_sums_and_the_hour_s_devices(any_store: Store) -> None:
    write(any_store, check(device=ONE, province="33"), check(hour=HOUR - 5, device=OTHER))
    reader = CodeReader(any_store.engine)
    found = reader.read(1, 7, HOUR)
    unknown = reader.read(1, 8, HOUR)
    reader.close()
    assert (found.checks, found.first_hour, found.devices) == (2, HOUR - 5, {ONE})
    assert (unknown.checks, unknown.devices) == (0, set())


def test_a_reader_sees_what_was_committed_after_its_last_look(any_store: Store) -> None:
    reader = CodeReader(any_store.engine)
    assert reader.read(1, 7, HOUR).checks == 0
    write(any_store, check())
    found = reader.read(1, 7, HOUR)
    reader.close()
    assert found.checks == 1


def test_a_database_that_cannot_be_read_is_said_in_our_own_words(any_store: Store) -> None:
    with any_store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE code_scans")
    reader = CodeReader(any_store.engine)
    with pytest.raises(StoreFailedError):
        reader.read(1, 7, HOUR)
    reader.close()

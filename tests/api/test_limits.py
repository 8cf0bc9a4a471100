"""What a network fails at is limited by the minute, in all processes together."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from api.limits import MOST_NETWORKS, Limits, NetworkLimit
from gimark.accounts.attempts.model import AttemptKind, FailedAttempts
from gimark.clock import FixedClock
from gimark.scans.tag_keys import TagKeys
from gimark.store.unit_of_work import Store
from tests.api.site import running
from tests.county import County
from tests.founded import settings_for
from tests.scans.desk import uri_of

PER_MINUTE = 30
ONE, OTHER = b"\xcb\x00\x71", b"\xc6\x33\x64"


def limit(per_minute: int, clock: FixedClock) -> NetworkLimit:
    return NetworkLimit(per_minute, clock.now, lambda network, minute: network + bytes([minute % 256]))


@pytest.fixture
def processes(any_store: Store, tmp_path: Path) -> list[Limits]:
    """The limits of two processes on one database."""
    tags = [TagKeys(any_store) for _ in range(2)]
    for keys in tags:
        keys.prepare(any_store.clock.now())
    settings = settings_for(tmp_path, bad_signatures_per_minute=PER_MINUTE, bad_keys_per_minute=1)
    return [Limits(any_store, settings, keys.network_tag) for keys in tags]


def fail(limit: NetworkLimit, network: bytes, times: int) -> None:
    for _ in range(times):
        limit.count(network)


def rows(store: Store) -> list[tuple[AttemptKind, int]]:
    with store.reading() as session:
        return [(row.kind, row.tries) for row in session.scalars(select(FailedAttempts))]


def test_a_network_over_its_minute_waits_and_others_do_not(clock: FixedClock) -> None:
    three = limit(3, clock)
    for _ in range(3):
        assert not three.is_over(ONE)
        three.count(ONE)
    assert three.is_over(ONE)
    assert not three.is_over(OTHER)
    clock.at = clock.now() + timedelta(minutes=1)
    assert not three.is_over(ONE)
    assert not three.is_watching


def test_nothing_is_watched_until_something_is_bad(clock: FixedClock) -> None:
    assert not limit(1, clock).is_watching


def test_very_many_networks_take_no_more_memory_and_refuse_nobody_new(clock: FixedClock) -> None:
    two = limit(2, clock)
    for number in range(MOST_NETWORKS + 10):
        two.count(number.to_bytes(3, "big"))
    assert len(two._here) <= MOST_NETWORKS
    assert not two.is_over(b"new")


def test_what_a_network_fails_at_in_two_processes_counts_in_both(processes: list[Limits]) -> None:
    one, other = processes
    fail(one.signatures, ONE, PER_MINUTE // 2)
    fail(other.signatures, ONE, PER_MINUTE // 2)
    assert not one.signatures.is_over(ONE)
    for process in (one, other, one):
        process.exchange()
    assert one.signatures.is_over(ONE)
    assert other.signatures.is_over(ONE)
    assert not other.signatures.is_over(OTHER)
    assert not other.typed.is_over(ONE)


def test_a_network_that_one_process_refuses_is_refused_by_one_that_never_saw_it(processes: list[Limits]) -> None:
    one, other = processes
    fail(one.access_keys, ONE, 1)
    one.exchange()
    assert not other.access_keys.is_watching
    other.exchange()
    assert other.access_keys.is_over(ONE)


def test_telling_again_and_again_counts_nothing_twice(processes: list[Limits]) -> None:
    one, other = processes
    for _ in range(3):
        fail(one.signatures, ONE, 4)
        fail(other.signatures, ONE, 4)
        one.exchange()
        other.exchange()
        one.exchange()
    fail(one.signatures, ONE, PER_MINUTE - 25)
    assert not one.signatures.is_over(ONE)
    fail(one.signatures, ONE, 1)
    assert one.signatures.is_over(ONE)


def test_who_failed_a_few_times_is_told_to_nobody(processes: list[Limits], any_store: Store) -> None:
    fail(processes[0].signatures, ONE, PER_MINUTE // 10 - 1)
    processes[0].exchange()
    assert rows(any_store) == []


def test_no_network_can_be_read_from_what_is_stored_and_it_goes_after_minutes(
    processes: list[Limits], any_store: Store, clock: FixedClock
) -> None:
    one, other = processes
    fail(one.signatures, ONE, PER_MINUTE)
    one.exchange()
    assert rows(any_store) == [(AttemptKind.SIGNATURE, PER_MINUTE)]
    with any_store.reading() as session:
        [network] = session.scalars(select(FailedAttempts.network))
    assert len(network) == 8
    assert ONE not in network
    clock.at = clock.now() + timedelta(minutes=1)
    fail(one.signatures, ONE, PER_MINUTE)
    one.exchange()
    with any_store.reading() as session:
        assert len(set(session.scalars(select(FailedAttempts.network)))) == 2
    clock.at = clock.now() + timedelta(minutes=4)
    other.exchange()  # nobody fails any more, and still it goes
    assert rows(any_store) == []


def test_a_network_that_guesses_typed_codes_is_asked_to_wait_and_its_forgeries_stay_red(
    county: County, tmp_path: Path
) -> None:
    run = county.run(county.batch())
    uri = uri_of(county, run)
    guesses = county.keyring.ciphers[1].encode(run.number + 1, 0, 4)
    with running(county, tmp_path, typed_misses_per_minute=3) as site:

        def told(target: str) -> tuple[str, str]:
            found = site.json(target)
            return found["verdict"], found["reason"]

        for guess in guesses[:3]:
            assert told(f"/check?code={guess.tobytes().decode()}") == ("red", "not_issued")
        assert told(f"/check?code={guesses[3].tobytes().decode()}") == ("amber", "unavailable")
        assert told(f"/check?code={uri.partition('/21/')[2][:13]}") == ("amber", "unavailable")
        assert told(uri.partition("?")[0]) == ("amber", "unavailable")
        assert told(uri)[0] == "amber"  # not activated: the signature is checked as ever
        assert told(uri[:-10] + uri_of(county, run, 1)[-10:]) == ("red", "bad_signature")


def test_rows_of_a_time_that_was_set_back_go_as_well(
    processes: list[Limits], any_store: Store, clock: FixedClock
) -> None:
    fail(processes[0].signatures, ONE, PER_MINUTE)
    processes[0].exchange()
    clock.at = clock.now() - timedelta(days=1)
    assert not processes[0].signatures.is_over(ONE)
    processes[1].exchange()
    assert rows(any_store) == []

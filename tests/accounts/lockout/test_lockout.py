"""Guessing is put off gently: in every process, for a known name and an unknown one alike, and not for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from gimark.accounts.lockout.actions import count_try, forget_tries, forgive
from gimark.accounts.lockout.model import SignInTries
from gimark.accounts.lockout.rules import FORGOTTEN_AFTER, PATIENCE, Guarded, tries_with_next, wait_after
from gimark.accounts.secrets import account_secrets
from gimark.clock import FixedClock
from gimark.errors import TooManyTriesError
from gimark.store.unit_of_work import Store
from tests.conftest import NOW

TAG = account_secrets(b"\x02" * 32).tag
TAGS = {
    Guarded.ACCOUNT: TAG("account", "li"),
    Guarded.ACCOUNT_FROM_NETWORK: TAG("account from network", "li", b"net"),
    Guarded.NETWORK: TAG("network", b"net"),
}
ELSEWHERE = {
    **TAGS,
    Guarded.ACCOUNT_FROM_NETWORK: TAG("account from network", "li", b"other"),
    Guarded.NETWORK: TAG("network", b"other"),
}
FREE = PATIENCE[Guarded.ACCOUNT_FROM_NETWORK].free


def tried(store: Store, times: int, tags: dict[Guarded, bytes] | None = None) -> int:
    """How many of so many tries were looked at."""
    looked_at = 0
    for _ in range(times):
        try:
            count_try(store, tags or TAGS)
        except TooManyTriesError:
            continue
        looked_at += 1
    return looked_at


@given(st.sampled_from(Guarded), st.integers(1, 10_000), st.integers(0, 7200))
def test_no_wait_is_longer_than_minutes_and_none_outlasts_an_hour(of: Guarded, tries: int, seconds: int) -> None:
    now = NOW + timedelta(seconds=seconds)
    wait = wait_after(of, tries, NOW, now)
    assert wait <= PATIENCE[of].longest <= timedelta(minutes=15)
    if tries < PATIENCE[of].free or now >= NOW + FORGOTTEN_AFTER:
        assert wait <= timedelta(0)


def test_each_further_try_doubles_the_wait_until_it_is_long_enough() -> None:
    of = Guarded.ACCOUNT_FROM_NETWORK
    waits = [wait_after(of, FREE + n, NOW, NOW) / timedelta(seconds=1) for n in range(8)]
    assert waits == [15, 30, 60, 120, 240, 480, 900, 900]


def test_an_hour_without_a_try_is_a_new_beginning() -> None:
    assert tries_with_next(40, NOW, NOW + FORGOTTEN_AFTER - timedelta(seconds=1)) == 41
    assert tries_with_next(40, NOW, NOW + FORGOTTEN_AFTER) == 1


def test_after_the_free_ones_a_try_waits_and_is_not_even_counted(store: Store, clock: FixedClock) -> None:
    assert tried(store, FREE + 3) == FREE
    with pytest.raises(TooManyTriesError) as refused:
        count_try(store, TAGS)
    assert refused.value.extras == {"wait_s": 15}
    clock.at += timedelta(seconds=15)
    assert tried(store, 2) == 1
    with pytest.raises(TooManyTriesError) as longer:
        count_try(store, TAGS)
    assert longer.value.extras == {"wait_s": 30}


def test_somebody_elsewhere_still_gets_in_while_one_network_guesses(store: Store) -> None:
    tried(store, FREE + 3)
    assert tried(store, 1, ELSEWHERE) == 1


def test_guessing_from_everywhere_makes_the_account_wait_for_two_minutes_at_most(
    store: Store, clock: FixedClock
) -> None:
    for n in range(40):
        clock.at += timedelta(minutes=2)
        tags = {Guarded.ACCOUNT: TAGS[Guarded.ACCOUNT], Guarded.NETWORK: TAG("network", bytes([n]))}
        assert tried(store, 1, tags) == 1


def test_whoever_was_right_is_forgiven_and_the_network_keeps_the_others_tries(store: Store) -> None:
    tried(store, 4)
    with store.acting() as act:
        forgive(act, TAGS)
        act.commit()
    with store.reading() as session:
        rows = {bytes(row.tag): row.tries for row in session.scalars(select(SignInTries))}
    assert rows == {TAGS[Guarded.NETWORK]: 3}
    with store.acting() as act:
        for _ in range(4):
            forgive(act, TAGS)
        act.commit()
    with store.reading() as session:
        assert session.scalars(select(SignInTries)).all() == []


def test_of_many_tries_at_once_no_more_are_looked_at_than_are_free(store: Store) -> None:
    start = threading.Barrier(8)

    def guess(_n: int) -> bool:
        start.wait()
        return tried(store, 1) == 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(8))) == FREE


def test_what_counts_no_longer_is_taken_away(store: Store, clock: FixedClock) -> None:
    tried(store, 2)
    with store.acting() as act:
        assert forget_tries(act, clock.at + FORGOTTEN_AFTER - timedelta(seconds=1)) == 0
        assert forget_tries(act, clock.at + FORGOTTEN_AFTER) == 3
        act.commit()


def test_neither_names_nor_networks_are_in_the_database(store: Store) -> None:
    tried(store, 1)
    with store.reading() as session:
        kept = b"".join(bytes(row.tag) for row in session.scalars(select(SignInTries)))
    assert b"li" not in kept
    assert b"net" not in kept
    assert account_secrets(b"\x03" * 32).tag("account", "li") != TAGS[Guarded.ACCOUNT]
    assert TAG("a", "bc") != TAG("ab", "c")

"""Sessions begin with a random token and end by signing out, by being revoked, by themselves, or with their user."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gimark.accounts.actions import reset_password, set_active
from gimark.accounts.queries import ref_of
from gimark.accounts.rules import Actor, Role
from gimark.accounts.sessions.actions import (
    NewSession,
    begin_session,
    end_session,
    end_sessions,
    forget_sessions,
    note_seen,
)
from gimark.accounts.sessions.model import WebSession
from gimark.accounts.sessions.queries import devices, session_with
from gimark.accounts.sessions.rules import Life, Step, csrf_of, new_token, next_step, sha256_of
from gimark.clock import FixedClock
from gimark.errors import NotFoundError
from gimark.store.unit_of_work import Store
from tests.county import staff

LIFE = Life(timedelta(hours=1), timedelta(hours=12))


@pytest.fixture
def auditor(store: Store) -> Actor:
    return staff(store, Role.AUDITOR)


def begin(store: Store, actor: Actor, device: str = "firefox/Linux") -> NewSession:
    with store.acting() as act:
        begun = begin_session(act, actor.user_id, device)
        act.commit()
    return begun


def goes_on(store: Store, begun: NewSession, clock: FixedClock) -> bool:
    with store.reading() as session:
        return session_with(session, begun.token, clock.at, LIFE) is not None


def test_a_session_is_found_by_its_token_which_is_kept_nowhere(store: Store, auditor: Actor, clock: FixedClock) -> None:
    begun = begin(store, auditor)
    with store.reading() as session:
        found = session_with(session, begun.token, clock.at, LIFE)
        kept = session.scalars(select(WebSession.token_sha256)).one()
        for wrong in ("", begun.token[:-1], begun.token + "x", new_token(), "字" * 43):
            assert session_with(session, wrong, clock.at, LIFE) is None
    assert found is not None
    assert (found.actor, found.ref, found.step) == (auditor, begun.ref, None)
    assert begun.token.encode() not in bytes(kept)
    assert len({new_token() for _ in range(100)}) == 100


def test_an_unused_session_ends_and_a_used_one_too_in_the_end(store: Store, auditor: Actor, clock: FixedClock) -> None:
    begun = begin(store, auditor)
    start = clock.at
    clock.at = start + LIFE.idle - timedelta(seconds=1)
    assert goes_on(store, begun, clock)
    clock.at = start + LIFE.idle
    assert not goes_on(store, begun, clock)
    for minutes in range(30, 12 * 60, 30):
        clock.at = start + timedelta(minutes=minutes)
        with store.acting() as act:
            note_seen(act, begun.id)
            act.commit()
    assert goes_on(store, begun, clock)
    clock.at = start + LIFE.whole
    assert not goes_on(store, begun, clock)


def test_use_is_noted_once_a_minute(store: Store, auditor: Actor, clock: FixedClock) -> None:
    begun = begin(store, auditor)
    start = clock.at
    for seconds, is_due in ((0, False), (59, False), (60, True)):
        clock.at = start + timedelta(seconds=seconds)
        with store.reading() as session:
            found = session_with(session, begun.token, clock.at, LIFE)
        assert found is not None
        assert found.is_due is is_due


def test_one_s_own_devices_are_listed_and_one_of_them_is_ended(store: Store, auditor: Actor, clock: FixedClock) -> None:
    other = staff(store, Role.AUDITOR, "other")
    first, second, another = begin(store, auditor), begin(store, auditor, "edge/Windows"), begin(store, other)
    with store.acting() as act:
        with pytest.raises(NotFoundError):
            end_session(act, auditor.user_id, another.ref)
        assert end_session(act, auditor.user_id, first.ref)
        assert not end_session(act, auditor.user_id, first.ref)
        act.commit()
    with store.reading() as session:
        assert [(d.ref, d.device) for d in devices(session, auditor, clock.at, LIFE)] == [(second.ref, "edge/Windows")]
    assert [goes_on(store, each, clock) for each in (first, second, another)] == [False, True, True]


def test_all_others_are_ended_at_once(store: Store, auditor: Actor, clock: FixedClock) -> None:
    begun = [begin(store, auditor) for _ in range(3)]
    with store.acting() as act:
        assert end_sessions(act, auditor.user_id, but=begun[1].ref) == 2
        act.commit()
    assert [goes_on(store, each, clock) for each in begun] == [False, True, False]


def test_a_reset_and_being_switched_off_end_every_session_for_good(
    store: Store, auditor: Actor, clock: FixedClock
) -> None:
    admin = staff(store, Role.ADMINISTRATOR)
    begun = begin(store, auditor)
    with store.acting() as act:
        ref = ref_of(act.session, admin, auditor.name)
        reset_password(act, admin, ref)
        act.commit()
    assert not goes_on(store, begun, clock)
    again = begin(store, auditor)
    for is_active in (False, True):
        with store.acting() as act:
            set_active(act, admin, ref, is_active=is_active)
            act.commit()
        assert not goes_on(store, again, clock)


def test_old_sessions_are_taken_away(store: Store, auditor: Actor, clock: FixedClock) -> None:
    begin(store, auditor)
    with store.acting() as act:
        assert forget_sessions(act, clock.at) == 0
        assert forget_sessions(act, clock.at + timedelta(seconds=1)) == 1
        act.commit()


def test_what_a_form_carries_is_bound_to_the_session_and_does_not_tell_its_token() -> None:
    first, second = new_token(), new_token()
    assert csrf_of(first) == csrf_of(first) != csrf_of(second)
    assert first not in csrf_of(first)
    kept = sha256_of(first)
    assert kept is not None
    assert csrf_of(first) != kept.hex()


@pytest.mark.parametrize(
    ("role", "has_factor", "is_proved", "must_change", "step"),
    [
        (Role.PRODUCER_CLERK, False, False, False, None),
        (Role.PRODUCER_CLERK, True, False, False, Step.CODE),
        (Role.PRODUCER_CLERK, True, True, True, Step.PASSWORD),
        (Role.REGULATOR_LEAD, True, False, True, Step.CODE),
        (Role.REGULATOR_LEAD, False, False, True, Step.PASSWORD),
        (Role.REGULATOR_LEAD, False, False, False, Step.AUTHENTICATOR),
        (Role.REGULATOR, False, False, False, Step.AUTHENTICATOR),
        (Role.INSPECTOR, False, True, False, Step.AUTHENTICATOR),
        (Role.ADMINISTRATOR, False, False, False, Step.AUTHENTICATOR),
        (Role.AUDITOR, False, False, False, None),
        (Role.REGULATOR, True, True, False, None),
    ],
)
def test_what_is_still_to_be_done(
    role: Role, has_factor: bool, is_proved: bool, must_change: bool, step: Step | None
) -> None:
    found = next_step(role, has_factor=has_factor, is_proved=is_proved, must_change_password=must_change)
    assert found is step

"""Authenticators are set up by their first code, shown once per code, sealed in the database, and taken away."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gimark.accounts.factors.actions import (
    begin_enrolment,
    confirm_enrolment,
    drop_second_factor,
    prove_second_factor,
    renew_recovery_codes,
)
from gimark.accounts.factors.model import RecoveryCode, SecondFactor
from gimark.accounts.factors.queries import second_factor
from gimark.accounts.queries import ref_of
from gimark.accounts.rules import Actor, Role
from gimark.accounts.secrets import AccountSecrets, account_secrets
from gimark.accounts.sessions.actions import end_sessions
from gimark.clock import FixedClock
from gimark.errors import ConflictError, InvalidInputError, KeyFileError, NotAllowedError, NotFoundError
from gimark.store.unit_of_work import Store
from tests.authenticator import code_of
from tests.county import staff

SECRETS = account_secrets(b"\x02" * 32)


@pytest.fixture
def lead(store: Store) -> Actor:
    return staff(store, Role.REGULATOR_LEAD)


def typed(secret: str, clock: FixedClock) -> str:
    """What the application shows now."""
    return code_of(base64.b32decode(secret.replace(" ", "")), clock)


def enrol(store: Store, actor: Actor, clock: FixedClock) -> tuple[str, tuple[str, ...]]:
    """The secret and the recovery codes of an authenticator just set up, half a minute ago."""
    with store.acting() as act:
        secret = begin_enrolment(act, actor, SECRETS, "云溪").secret
        codes = confirm_enrolment(act, actor, SECRETS, typed(secret, clock))
        act.commit()
    clock.at += timedelta(seconds=30)
    return secret, codes


def prove(store: Store, actor: Actor, code: str, secrets: AccountSecrets = SECRETS) -> None:
    with store.acting() as act:
        prove_second_factor(act, actor, secrets, code)
        act.commit()


def test_an_authenticator_counts_from_its_first_code_on(store: Store, lead: Actor, clock: FixedClock) -> None:
    with store.acting() as act:
        secret = begin_enrolment(act, lead, SECRETS, "云溪").secret
        assert begin_enrolment(act, lead, SECRETS, "云溪").secret == secret
        with pytest.raises(InvalidInputError):
            confirm_enrolment(act, lead, SECRETS, "000000" if typed(secret, clock) != "000000" else "000001")
        act.commit()
    with store.reading() as session:
        assert second_factor(session, lead) is None
    with pytest.raises(NotAllowedError):
        prove(store, lead, typed(secret, clock))
    with store.acting() as act:
        assert len(set(confirm_enrolment(act, lead, SECRETS, typed(secret, clock)))) == 10
        act.commit()
    with store.reading() as session:
        found = second_factor(session, lead)
    assert found is not None
    assert (found.since, found.codes_left) == (clock.at, 10)
    with store.acting() as act, pytest.raises(ConflictError):
        confirm_enrolment(act, lead, SECRETS, typed(secret, clock))


def test_a_code_is_taken_once_and_the_one_that_set_it_up_not_again(
    store: Store, lead: Actor, clock: FixedClock
) -> None:
    secret, _ = enrol(store, lead, clock)
    clock.at -= timedelta(seconds=30)
    first = typed(secret, clock)
    clock.at += timedelta(seconds=30)
    with pytest.raises(NotAllowedError):
        prove(store, lead, first)
    prove(store, lead, f" {typed(secret, clock)[:3]} {typed(secret, clock)[3:]}")
    with pytest.raises(NotAllowedError) as replayed:
        prove(store, lead, typed(secret, clock))
    with pytest.raises(NotAllowedError) as wrong:
        prove(store, lead, "12345")
    assert str(replayed.value) == str(wrong.value)


def test_of_many_who_show_the_same_code_at_once_one_gets_in(store: Store, lead: Actor, clock: FixedClock) -> None:
    secret, codes = enrol(store, lead, clock)
    for code in (typed(secret, clock), codes[0]):
        start = threading.Barrier(4)

        def show(_n: int, code: str = code, start: threading.Barrier = start) -> bool:
            start.wait()
            try:
                prove(store, lead, code)
            except NotAllowedError:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(show, range(4))) == [False, False, False, True]


def test_a_recovery_code_works_once_however_it_is_typed(store: Store, lead: Actor, clock: FixedClock) -> None:
    _, codes = enrol(store, lead, clock)
    prove(store, lead, codes[0].upper().replace("-", " "))
    for again in (codes[0], codes[0].replace("-", "")):
        with pytest.raises(NotAllowedError):
            prove(store, lead, again)
    prove(store, lead, codes[1])
    with store.acting() as act:
        fresh = renew_recovery_codes(act, lead)
        act.commit()
    with pytest.raises(NotAllowedError):
        prove(store, lead, codes[2])
    prove(store, lead, fresh[0])


def test_nobody_gets_in_with_another_s_code(store: Store, lead: Actor, clock: FixedClock) -> None:
    secret, codes = enrol(store, lead, clock)
    other = staff(store, Role.REGULATOR)
    enrol(store, other, clock)
    for code in (typed(secret, clock), codes[0]):
        with pytest.raises(NotAllowedError):
            prove(store, other, code)


def test_the_database_tells_neither_secret_nor_codes(store: Store, lead: Actor, clock: FixedClock) -> None:
    secret, codes = enrol(store, lead, clock)
    raw = base64.b32decode(secret.replace(" ", ""))
    with store.reading() as session:
        sealed = session.scalars(select(SecondFactor.sealed)).one() or b""
        kept = session.scalars(select(RecoveryCode.sha256)).all()
    assert raw not in sealed
    assert not {code.encode() for code in codes} & set(kept)
    with pytest.raises(KeyFileError):
        prove(store, lead, typed(secret, clock), account_secrets(b"\x07" * 32))


def test_a_secret_that_was_moved_to_another_user_does_not_open(store: Store, lead: Actor, clock: FixedClock) -> None:
    secret, _ = enrol(store, lead, clock)
    other = staff(store, Role.REGULATOR)
    enrol(store, other, clock)
    with store.acting() as act:
        sealed = act.session.get_one(SecondFactor, lead.user_id).sealed
        act.session.execute(update(SecondFactor).where(SecondFactor.user_id == other.user_id).values(sealed=sealed))
        act.commit()
    with pytest.raises(KeyFileError):
        prove(store, other, typed(secret, clock))


def test_changing_telephones_leaves_the_old_one_until_the_new_one_is_confirmed(
    store: Store, lead: Actor, clock: FixedClock
) -> None:
    old, _ = enrol(store, lead, clock)
    with store.acting() as act:
        new = begin_enrolment(act, lead, SECRETS, "云溪").secret
        act.commit()
    assert new != old
    prove(store, lead, typed(old, clock))
    clock.at += timedelta(seconds=30)
    with store.acting() as act:
        confirm_enrolment(act, lead, SECRETS, typed(new, clock))
        act.commit()
    clock.at += timedelta(seconds=30)
    with pytest.raises(NotAllowedError):
        prove(store, lead, typed(old, clock))
    prove(store, lead, typed(new, clock))


def test_one_that_nobody_confirmed_in_time_is_not_shown_again(store: Store, lead: Actor, clock: FixedClock) -> None:
    with store.acting() as act:
        seen = begin_enrolment(act, lead, SECRETS, "云溪").secret
        act.commit()
    clock.at += timedelta(minutes=15)
    with store.acting() as act, pytest.raises(ConflictError):
        confirm_enrolment(act, lead, SECRETS, typed(seen, clock))
    with store.acting() as act:
        assert begin_enrolment(act, lead, SECRETS, "云溪").secret != seen


def test_whoever_ends_the_other_sessions_shares_no_authenticator_that_one_of_them_saw(
    store: Store, lead: Actor, clock: FixedClock
) -> None:
    confirmed, _ = enrol(store, lead, clock)
    with store.acting() as act:
        seen = begin_enrolment(act, lead, SECRETS, "云溪").secret
        end_sessions(act, lead.user_id)
        act.commit()
    with store.acting() as act, pytest.raises(ConflictError):
        confirm_enrolment(act, lead, SECRETS, typed(seen, clock))
    prove(store, lead, typed(confirmed, clock))


def test_an_administrator_takes_a_lost_one_away_but_not_their_own(store: Store, lead: Actor, clock: FixedClock) -> None:
    enrol(store, lead, clock)
    admin = staff(store, Role.ADMINISTRATOR)
    with store.acting() as act:
        lead_ref, own_ref = ref_of(act.session, admin, lead.name), ref_of(act.session, admin, admin.name)
        with pytest.raises(NotAllowedError):
            drop_second_factor(act, lead, own_ref)
        with pytest.raises(NotAllowedError):
            drop_second_factor(act, admin, own_ref)
        with pytest.raises(NotFoundError):
            drop_second_factor(act, admin, "0" * 16)
        drop_second_factor(act, admin, lead_ref)
        act.commit()
    with store.reading() as session:
        assert second_factor(session, lead) is None
        assert session.scalars(select(RecoveryCode)).all() == []

"""A reset link sets one password, once, for a day."""

from datetime import timedelta

import pytest

from gimark.accounts.actions import change_password, set_active, verify_password
from gimark.accounts.links.actions import LINK_LIFE, forget_links, make_reset_link, use_reset_link, whose_link
from gimark.accounts.queries import ref_of
from gimark.accounts.rules import Actor, Role
from gimark.accounts.sessions.actions import begin_session
from gimark.accounts.sessions.queries import session_with
from gimark.accounts.sessions.rules import Life
from gimark.clock import FixedClock
from gimark.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gimark.store.unit_of_work import Store
from tests.county import staff

NEW_PASSWORD = "松坞 香菇 好雨 时节 晴"
LIFE = Life(timedelta(hours=1), timedelta(hours=12))


@pytest.fixture
def admin(store: Store) -> Actor:
    return staff(store, Role.ADMINISTRATOR)


@pytest.fixture
def auditor(store: Store) -> Actor:
    return staff(store, Role.AUDITOR)


def link(store: Store, admin: Actor, whose: Actor) -> str:
    with store.acting() as act:
        made = make_reset_link(act, admin, ref_of(act.session, admin, whose.name))
        act.commit()
    return made.token


def use(store: Store, token: str, password: str = NEW_PASSWORD) -> None:
    with store.acting() as act:
        use_reset_link(act, token, password)
        act.commit()


def test_a_link_sets_the_password_once_and_ends_every_session(
    store: Store, admin: Actor, auditor: Actor, clock: FixedClock
) -> None:
    with store.acting() as act:
        open_one = begin_session(act, auditor.user_id, "firefox/Linux").token
        act.commit()
    token = link(store, admin, auditor)
    with store.reading() as session:
        assert whose_link(session, token, clock.at) == auditor.name
        assert session_with(session, open_one, clock.at, LIFE) is not None
    with pytest.raises(InvalidInputError):
        use(store, token, "short")
    use(store, token)
    signed_in = verify_password(store, auditor.name, NEW_PASSWORD)
    assert not signed_in.must_change_password
    with store.reading() as session:
        assert session_with(session, open_one, clock.at, LIFE) is None
    with pytest.raises(NotFoundError):
        use(store, token)


def test_a_link_that_never_was_ran_out_or_was_replaced_is_answered_alike(
    store: Store, admin: Actor, auditor: Actor, clock: FixedClock
) -> None:
    replaced, last = link(store, admin, auditor), link(store, admin, auditor)
    said = set()
    for token in (replaced, "x" * 43, "", "字"):
        with pytest.raises(NotFoundError) as refused:
            use(store, token)
        said.add(str(refused.value))
    clock.at += LINK_LIFE
    with pytest.raises(NotFoundError) as refused:
        use(store, last)
    assert said == {str(refused.value)}
    with store.acting() as act:
        assert forget_links(act, clock.at + timedelta(seconds=1)) == 2
        act.commit()


def test_the_old_password_holds_until_the_link_is_used(store: Store, admin: Actor, auditor: Actor) -> None:
    use(store, link(store, admin, auditor))
    link(store, admin, auditor)
    assert verify_password(store, auditor.name, NEW_PASSWORD).actor == auditor
    change_password(store, auditor.name, NEW_PASSWORD, NEW_PASSWORD + " 又")


def test_only_an_administrator_makes_one_and_for_nobody_who_is_switched_off(
    store: Store, admin: Actor, auditor: Actor
) -> None:
    token = link(store, admin, auditor)
    with store.acting() as act:
        ref = ref_of(act.session, admin, auditor.name)
        with pytest.raises(NotAllowedError):
            make_reset_link(act, auditor, ref)
        with pytest.raises(NotFoundError):
            make_reset_link(act, admin, "0" * 16)
        set_active(act, admin, ref, is_active=False)
        with pytest.raises(ConflictError):
            make_reset_link(act, admin, ref)
        act.commit()
    with pytest.raises(NotFoundError):
        use(store, token)


def test_a_session_that_was_found_open_makes_no_link_to_its_own_password(store: Store, admin: Actor) -> None:
    with store.acting() as act:
        ref = ref_of(act.session, admin, admin.name)
        with pytest.raises(NotAllowedError):
            make_reset_link(act, admin, ref)
        assert make_reset_link(act, admin, ref, may_be_own=True).name == admin.name

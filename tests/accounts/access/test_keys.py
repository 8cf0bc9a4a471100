"""Access keys: whose they are, how far they reach, when they end, and how many there may be."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from gimark.accounts.access.actions import AccessKeyForm, create_access_key, note_use, revoke_access_key
from gimark.accounts.access.model import AccessKey
from gimark.accounts.access.queries import access_key, access_keys, holder_of
from gimark.accounts.access.rules import MOST_LIVE_KEYS, Token, new_token, read_token
from gimark.accounts.rules import Actor, Permission, Role, require
from gimark.errors import (
    AccessKeyRefusedError,
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    ScopeMissingError,
)
from gimark.store.paging import Wanted
from gimark.store.unit_of_work import Store
from tests.county import staff

TODAY = date(2026, 11, 22)
FORM = AccessKeyForm("ERP", (Permission.READ, Permission.ISSUE_CODES), date(2027, 6, 30))


@pytest.fixture
def producer(store: Store, enterprise_id: int) -> Actor:
    return staff(store, Role.PRODUCER_MANAGER, "songwu", enterprise_id)


def create(store: Store, actor: Actor, form: AccessKeyForm = FORM) -> tuple[str, str]:
    """Reference and token of a new key."""
    with store.acting() as act:
        made = create_access_key(act, actor, form)
        act.commit()
    return made.facts.ref, made.token


def holder(store: Store, token: str, today: date = TODAY) -> Actor:
    with store.reading() as session:
        return holder_of(session, token, today).actor


def test_a_key_acts_as_its_owner_for_its_scopes_alone(store: Store, producer: Actor) -> None:
    _, token = create(store, producer)
    actor = holder(store, token)
    assert replace(actor, scopes=None) == producer
    require(actor, Permission.ISSUE_CODES)
    with pytest.raises(ScopeMissingError, match="manage_batches"):
        require(actor, Permission.MANAGE_BATCHES)
    with pytest.raises(NotAllowedError) as caught:
        require(actor, Permission.MANAGE_REGISTRY)
    assert not isinstance(caught.value, ScopeMissingError)


def test_scopes_never_add_to_what_the_role_permits() -> None:
    actor = Actor(1, "xiehui", Role.AUDITOR, scopes=frozenset(Permission))
    assert actor.permissions == {Permission.READ, Permission.MANAGE_ACCESS}


def test_nothing_of_the_secret_is_kept_or_shown(store: Store, producer: Actor) -> None:
    _, token = create(store, producer)
    secret = token.rpartition("_")[2]
    assert len(secret) == 32
    with store.reading() as session:
        row = session.scalars(select(AccessKey)).one()
        kept = {name: getattr(row, name) for name in AccessKey.__table__.columns.keys()}  # noqa: SIM118
        listed = access_keys(session, producer, Wanted()).items
    assert secret not in repr(kept)
    assert secret not in repr(listed)
    assert secret not in repr(read_token(token))


def test_a_token_is_read_as_it_was_written_and_nothing_else_is_one() -> None:
    token = new_token()
    assert read_token(str(token)) == token
    for text in (
        "",
        str(token).upper(),
        f"{token} ",
        f"{token}\n",
        str(token)[:-1],
        f"{token}0",
        str(token).replace("gimark", "gimarc"),
        f"gimark_{'i' * 8}_{'l' * 32}",
    ):
        assert read_token(text) is None
    assert not Token(token.prefix, "0" * 32).matches(token.secret_sha256)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (replace(FORM, scopes=()), "scopes"),
        (replace(FORM, scopes=(Permission.MANAGE_USERS,)), "scopes"),
        (replace(FORM, expires_on=TODAY - timedelta(days=1)), "expires_on"),
        (replace(FORM, expires_on=TODAY + timedelta(days=367)), "expires_on"),
        (replace(FORM, name=""), "name"),
        (replace(FORM, name="two\nlines"), "name"),
        (replace(FORM, name="x" * 61), "name"),
    ],
)
def test_a_key_that_may_not_be_is_refused_by_field(
    store: Store, producer: Actor, form: AccessKeyForm, field: str
) -> None:
    with store.acting() as act, pytest.raises(InvalidInputError) as caught:
        create_access_key(act, producer, form)
    assert [fault.field for fault in caught.value.faults] == [field]


def test_a_key_can_make_no_wider_one(store: Store, producer: Actor) -> None:
    narrow = replace(producer, scopes=frozenset({Permission.READ, Permission.MANAGE_ACCESS}))
    with store.acting() as act:
        with pytest.raises(InvalidInputError, match="issue_codes"):
            create_access_key(act, narrow, FORM)
        with pytest.raises(ScopeMissingError):
            create_access_key(act, replace(producer, scopes=frozenset({Permission.READ})), FORM)


def test_an_owner_sees_and_ends_own_keys_and_an_administrator_everybody_s(store: Store, producer: Actor) -> None:
    ref, token = create(store, producer)
    other, admin = staff(store, Role.REGULATOR, "wang"), staff(store, Role.ADMINISTRATOR, "admin")
    with store.acting() as act, pytest.raises(NotFoundError):
        revoke_access_key(act, other, ref)
    with store.reading() as session:
        assert access_keys(session, other, Wanted()).items == ()
        assert access_key(session, admin, ref).owner == "songwu"
        narrow = replace(admin, scopes=frozenset({Permission.MANAGE_ACCESS}))
        assert access_keys(session, narrow, Wanted()).items == ()
    with store.acting() as act:
        revoke_access_key(act, admin, ref)
        act.commit()
    with pytest.raises(AccessKeyRefusedError, match="revoked"):
        holder(store, token)


def test_a_key_ends_with_its_last_day(store: Store, producer: Actor) -> None:
    _, token = create(store, producer, replace(FORM, expires_on=TODAY))
    assert holder(store, token).name == "songwu"
    with pytest.raises(AccessKeyRefusedError, match="2026-11-22"):
        holder(store, token, TODAY + timedelta(days=1))


def test_of_many_keys_asked_for_at_once_no_more_are_made_than_may_live(store: Store, producer: Actor) -> None:
    for _ in range(MOST_LIVE_KEYS - 2):
        create(store, producer)
    start = threading.Barrier(4)

    def ask(_n: int) -> bool:
        start.wait()
        try:
            create(store, producer)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(4))) == [False, False, True, True]
    # What has ended takes no room.
    store.clock.at += timedelta(days=300)  # type: ignore[attr-defined]
    create(store, producer, replace(FORM, expires_on=TODAY + timedelta(days=400)))


def test_the_day_of_use_never_goes_back(store: Store, producer: Actor) -> None:
    ref, _ = create(store, producer)
    with store.acting() as act:
        key_id = act.session.scalars(select(AccessKey.id)).one()
        for day in (TODAY, TODAY + timedelta(days=2), TODAY + timedelta(days=1)):
            note_use(act, key_id, day)
        act.commit()
    with store.reading() as session:
        assert access_key(session, producer, ref).last_used_on == TODAY + timedelta(days=2)

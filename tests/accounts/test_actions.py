"""Users are made, given passwords, switched off; and what a stranger learns from it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from gimark.accounts import actions, passwords
from gimark.accounts.actions import NewUser, UserForm, change_password, verify_password
from gimark.accounts.model import User
from gimark.accounts.queries import actor_for, users
from gimark.accounts.rules import Actor, Role
from gimark.accounts.sessions.actions import begin_session
from gimark.accounts.sessions.queries import session_with
from gimark.accounts.sessions.rules import Life
from gimark.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gimark.ledger.model import LogEntry
from gimark.registry.enterprises.model import Enterprise
from gimark.store.paging import Wanted
from gimark.store.unit_of_work import Store

LIFE = Life(timedelta(hours=1), timedelta(hours=12))
NEW_PASSWORD = "松坞 香菇 好雨 时节 晴"


@pytest.fixture
def songwu(enterprise_id: int) -> UserForm:
    return UserForm("songwu-01", Role.PRODUCER_MANAGER, enterprise_id)


@pytest.fixture
def first(store: Store) -> NewUser:
    with store.acting() as act:
        user = actions.create_first_administrator(act)
        act.commit()
    return user


@pytest.fixture
def admin(store: Store, first: NewUser) -> Actor:
    return actor(store, first.name)


def actor(store: Store, name: str) -> Actor:
    with store.reading() as session:
        return actor_for(session, name)


def create(store: Store, admin: Actor, form: UserForm) -> NewUser:
    with store.acting() as act:
        user = actions.create_user(act, admin, form)
        act.commit()
    return user


def switch(store: Store, admin: Actor, ref: str, *, is_active: bool) -> None:
    with store.acting() as act:
        actions.set_active(act, admin, ref, is_active=is_active)
        act.commit()


def test_the_first_administrator_signs_in_once_and_must_change_the_password(store: Store, first: NewUser) -> None:
    signed_in = verify_password(store, "admin", first.one_time_password)
    assert signed_in.must_change_password
    assert signed_in.actor.role is Role.ADMINISTRATOR

    change_password(store, "admin", first.one_time_password, NEW_PASSWORD)
    assert not verify_password(store, "admin", NEW_PASSWORD).must_change_password
    with pytest.raises(NotAllowedError):
        verify_password(store, "admin", first.one_time_password)


def test_a_new_password_ends_every_other_session_in_the_same_act(store: Store, first: NewUser, admin: Actor) -> None:
    with store.acting() as act:
        own, other = (begin_session(act, admin.user_id, device) for device in ("firefox/Linux", "edge/Windows"))
        act.commit()
    change_password(store, "admin", first.one_time_password, NEW_PASSWORD, keeps=own.ref)
    with store.reading() as session:
        now = store.clock.now()
        assert session_with(session, own.token, now, LIFE) is not None
        assert session_with(session, other.token, now, LIFE) is None


def test_there_is_only_one_first_administrator(store: Store, first: NewUser) -> None:
    with store.acting() as act, pytest.raises(ConflictError):
        actions.create_first_administrator(act, "admin2")


def test_a_producers_user_acts_for_its_enterprise(store: Store, admin: Actor, songwu: UserForm) -> None:
    create(store, admin, songwu)
    assert actor(store, "songwu-01").enterprise_id == songwu.enterprise_id


@pytest.mark.parametrize("role", [Role.REGULATOR_LEAD, Role.PRODUCER_CLERK, Role.AUDITOR])
def test_only_who_manages_users_makes_them(store: Store, admin: Actor, role: Role, songwu: UserForm) -> None:
    other = replace(admin, role=role, enterprise_id=songwu.enterprise_id if role is Role.PRODUCER_CLERK else None)
    with store.acting() as act:
        with pytest.raises(NotAllowedError):
            actions.create_user(act, other, songwu)
        with pytest.raises(NotAllowedError):
            actions.reset_password(act, other, "x")
        with pytest.raises(NotAllowedError):
            actions.set_active(act, other, "x", is_active=False)


def test_a_manager_makes_and_changes_users_of_the_own_enterprise_alone(
    store: Store, admin: Actor, songwu: UserForm
) -> None:
    manager = replace(admin, role=Role.PRODUCER_MANAGER, enterprise_id=songwu.enterprise_id)
    clerk = create(store, manager, replace(songwu, role=Role.PRODUCER_CLERK))
    auditor = create(store, admin, UserForm("auditor", Role.AUDITOR))
    with store.acting() as act:
        for form in (UserForm("x1", Role.AUDITOR), replace(songwu, name="x2", enterprise_id=99)):
            with pytest.raises(NotFoundError):
                actions.create_user(act, manager, form)
        with pytest.raises(NotFoundError):
            actions.change_role(act, manager, clerk.ref, Role.ADMINISTRATOR)
        with pytest.raises(InvalidInputError):
            actions.change_role(act, manager, clerk.ref, Role.ADMINISTRATOR, songwu.enterprise_id)
        with pytest.raises(NotFoundError):
            actions.change_role(act, manager, auditor.ref, Role.PRODUCER_CLERK, songwu.enterprise_id)
        with pytest.raises(NotFoundError):
            actions.reset_password(act, manager, auditor.ref)
        actions.change_role(act, manager, clerk.ref, Role.PRODUCER_MANAGER, songwu.enterprise_id)
        act.commit()
    with store.reading() as session:
        assert [user.role for user in users(session, manager, Wanted()).items] == [Role.PRODUCER_MANAGER]


def test_an_unknown_enterprise_is_not_found(store: Store, admin: Actor, songwu: UserForm) -> None:
    with pytest.raises(NotFoundError):
        create(store, admin, replace(songwu, enterprise_id=99))


def test_a_name_is_given_once(store: Store, admin: Actor, songwu: UserForm) -> None:
    create(store, admin, songwu)
    with pytest.raises(ConflictError, match="songwu-01"):
        create(store, admin, songwu)


def test_of_many_who_ask_for_a_name_at_once_one_gets_it(store: Store, admin: Actor, songwu: UserForm) -> None:
    start = threading.Barrier(4)

    def ask(_n: int) -> bool:
        start.wait()
        try:
            create(store, admin, songwu)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(4))) == [False, False, False, True]


def test_making_users_leaves_no_trace_in_the_ledger(store: Store, admin: Actor, songwu: UserForm) -> None:
    with store.reading() as session:
        before = session.scalar(select(func.count()).select_from(LogEntry))
    create(store, admin, songwu)
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(LogEntry)) == before


def test_the_database_itself_refuses_a_producer_without_an_enterprise(
    store: Store, admin: Actor, songwu: UserForm
) -> None:
    create(store, admin, songwu)
    for values in ({"enterprise_id": None}, {"role": Role.REGULATOR}):
        with store.acting() as act, pytest.raises(IntegrityError):
            act.session.execute(update(User).where(User.name == "songwu-01").values(**values))


def test_every_wrong_sign_in_is_refused_in_the_same_words_after_the_same_work(
    store: Store, admin: Actor, first: NewUser, monkeypatch: pytest.MonkeyPatch, songwu: UserForm
) -> None:
    off = create(store, admin, UserForm("li", Role.AUDITOR))
    switch(store, admin, off.ref, is_active=False)
    create(store, admin, songwu)
    with store.acting() as act:
        act.session.execute(update(User).where(User.name == "songwu-01").values(password_hash=None))
        act.commit()

    passwords._hash_of_nobody()
    hashed: list[str] = []

    class CountingHasher(PasswordHasher):
        def verify(self, *stored_and_given: str | bytes) -> bool:
            hashed.append(str(stored_and_given[0]))
            return super().verify(*stored_and_given)

    monkeypatch.setattr(passwords, "HASHER", CountingHasher())
    refusals = set()
    for name, password in (
        ("admin", "wrong"),
        ("nobody", first.one_time_password),
        ("li", off.one_time_password),
        ("songwu-01", ""),
    ):
        with pytest.raises(NotAllowedError) as caught:
            verify_password(store, name, password)
        refusals.add(str(caught.value))

    assert len(refusals) == 1
    assert len(hashed) == 4


def test_a_hash_of_yesterdays_cost_is_renewed_at_the_next_sign_in(store: Store, first: NewUser) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("an old password")
    with store.acting() as act:
        act.session.execute(update(User).values(password_hash=cheap))
        act.commit()

    assert verify_password(store, "admin", "an old password").must_change_password
    with store.reading() as session:
        renewed = session.scalars(select(User.password_hash)).one() or ""
    assert not passwords.is_outdated(renewed)
    verify_password(store, "admin", "an old password")


def test_the_stored_hash_is_argon2id_at_the_stated_cost(store: Store, first: NewUser) -> None:
    with store.reading() as session:
        stored = session.scalars(select(User.password_hash)).one() or ""
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first.one_time_password not in stored


def test_a_new_password_must_be_new_and_strong(store: Store, first: NewUser) -> None:
    for new in (first.one_time_password, "short"):
        with pytest.raises(InvalidInputError):
            change_password(store, "admin", first.one_time_password, new)
    with pytest.raises(NotAllowedError):
        change_password(store, "admin", "wrong", NEW_PASSWORD)
    verify_password(store, "admin", first.one_time_password)


def test_a_reset_during_a_change_wins(
    store: Store, admin: Actor, first: NewUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    resets: list[NewUser] = []

    def reset_meanwhile(password: str) -> str:
        hashed = passwords.hash_password(password)
        monkeypatch.setattr(actions, "hash_password", passwords.hash_password)
        with store.acting() as act:
            resets.append(actions.reset_password(act, admin, first.ref))
            act.commit()
        return hashed

    monkeypatch.setattr(actions, "hash_password", reset_meanwhile)
    with pytest.raises(NotAllowedError):
        change_password(store, "admin", first.one_time_password, NEW_PASSWORD)
    assert verify_password(store, "admin", resets[0].one_time_password).must_change_password


def test_a_forgotten_password_is_reset_to_a_new_one_time_one(store: Store, admin: Actor, songwu: UserForm) -> None:
    made = create(store, admin, songwu)
    change_password(store, made.name, made.one_time_password, NEW_PASSWORD)
    with store.acting() as act:
        again = actions.reset_password(act, admin, made.ref)
        act.commit()

    assert again.one_time_password != made.one_time_password
    assert verify_password(store, made.name, again.one_time_password).must_change_password
    with pytest.raises(NotAllowedError):
        verify_password(store, made.name, NEW_PASSWORD)
    with store.acting() as act, pytest.raises(NotFoundError):
        actions.reset_password(act, admin, "unknown")


def test_a_user_who_is_switched_off_can_neither_sign_in_nor_act_and_comes_back(
    store: Store, admin: Actor, songwu: UserForm
) -> None:
    made = create(store, admin, songwu)
    switch(store, admin, made.ref, is_active=False)
    with pytest.raises(NotFoundError):
        actor(store, made.name)
    with pytest.raises(NotAllowedError):
        verify_password(store, made.name, made.one_time_password)

    switch(store, admin, made.ref, is_active=True)
    assert actor(store, made.name).name == made.name
    with pytest.raises(NotFoundError):
        switch(store, admin, "unknown", is_active=True)


def test_an_administrator_always_remains(store: Store, admin: Actor, first: NewUser) -> None:
    with pytest.raises(ConflictError):
        switch(store, admin, first.ref, is_active=False)

    second = create(store, admin, UserForm("admin-2", Role.ADMINISTRATOR))
    second_actor = actor(store, "admin-2")
    switch(store, admin, second.ref, is_active=False)
    with pytest.raises(NotAllowedError):
        switch(store, second_actor, first.ref, is_active=False)


def test_two_administrators_switching_each_other_off_leave_one(store: Store, admin: Actor, first: NewUser) -> None:
    second = create(store, admin, UserForm("admin-2", Role.ADMINISTRATOR))
    other = actor(store, "admin-2")
    start = threading.Barrier(2)

    def switch_off(who: Actor, ref: str) -> bool:
        start.wait()
        try:
            switch(store, who, ref, is_active=False)
        except NotAllowedError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(switch_off, (admin, other), (second.ref, first.ref)))
    assert sorted(done) == [False, True]
    with store.reading() as session:
        assert sum(user.is_active for user in users(session, admin, Wanted()).items) == 1


def test_the_list_of_users_tells_no_hash(store: Store, admin: Actor, songwu: UserForm) -> None:
    create(store, admin, songwu)
    with store.reading() as session:
        listed = users(session, admin, Wanted()).items
        enterprise_ref = session.get_one(Enterprise, songwu.enterprise_id).ref
    assert [(user.name, user.role, user.enterprise_ref) for user in listed] == [
        ("admin", Role.ADMINISTRATOR, None),
        ("songwu-01", Role.PRODUCER_MANAGER, enterprise_ref),
    ]
    assert "argon2" not in repr(listed)


def test_one_time_passwords_are_long_distinct_and_without_look_alikes() -> None:
    made = {passwords.one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert {len(password) for password in made} == {23}
    assert not set("01ilo") & set().union(*made)

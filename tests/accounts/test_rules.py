"""Who may do what; the form of names and passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.accounts.rules import (
    GRANTS,
    Actor,
    Permission,
    Role,
    checked_membership,
    checked_name,
    checked_password,
    require,
    require_enterprise,
)
from gimark.errors import InvalidInputError, NotAllowedError, NotFoundError

REGULATOR = Actor(1, "wang", Role.REGULATOR)
PRODUCER = Actor(2, "songwu", Role.PRODUCER, 7)
ADMINISTRATOR = Actor(3, "admin", Role.ADMINISTRATOR)
AUDITOR = Actor(4, "xiehui", Role.AUDITOR)


@given(st.sampled_from(Role), st.sampled_from(Permission))
def test_an_act_is_refused_exactly_when_the_role_lacks_it(role: Role, permission: Permission) -> None:
    actor = Actor(1, "li", role, 7 if role is Role.PRODUCER else None)
    if permission in GRANTS[role]:
        require(actor, permission)
    else:
        with pytest.raises(NotAllowedError) as caught:
            require(actor, permission)
        assert caught.value.extras == {"permission": permission.value}


def test_a_refusal_names_who_may() -> None:
    with pytest.raises(NotAllowedError, match="请由监管人员办理") as caught:
        require(PRODUCER, Permission.MANAGE_AUTHORIZATIONS)
    assert "regulator" in caught.value.text("en")


def test_whoever_runs_the_platform_can_neither_grant_nor_issue() -> None:
    official = {
        Permission.MANAGE_REGISTRY,
        Permission.ERASE_PERSONS,
        Permission.MANAGE_AUTHORIZATIONS,
        Permission.MARK_CODES,
        Permission.MANAGE_ITEMS,
        Permission.MANAGE_BATCHES,
        Permission.RECALL_BATCHES,
        Permission.ISSUE_CODES,
        Permission.CHANGE_CODES,
        Permission.VOID_CODES,
    }
    assert not GRANTS[Role.ADMINISTRATOR] & official


def test_an_auditor_reads_and_does_nothing_but_make_keys_to_read_with() -> None:
    assert GRANTS[Role.AUDITOR] == {Permission.READ, Permission.MANAGE_ACCESS}


def test_nobody_lets_themselves_in() -> None:
    assert [role for role in Role if Permission.MANAGE_USERS in GRANTS[role]] == [Role.ADMINISTRATOR]


def test_every_permission_is_somebodys() -> None:
    assert set(Permission) == set().union(*GRANTS.values())


@pytest.mark.parametrize(
    ("actor", "word"), [(ADMINISTRATOR, "platform"), (REGULATOR, "regulator"), (PRODUCER, "producer")]
)
def test_the_ledger_names_the_role_and_never_the_person(actor: Actor, word: str) -> None:
    assert actor.ledger_word == word


@pytest.mark.parametrize("actor", [ADMINISTRATOR, REGULATOR, AUDITOR, PRODUCER])
def test_whoever_may_see_an_enterprise_passes(actor: Actor) -> None:
    require_enterprise(actor, 7, "batch")


def test_another_enterprises_things_look_like_nothing() -> None:
    with pytest.raises(NotFoundError) as caught:
        require_enterprise(PRODUCER, 8, "batch")
    assert caught.value.faults[0].field == "batch"


@pytest.mark.parametrize("name", ["li", "songwu-01", "王建国", "a.b_c", "松雾01"])
def test_names_that_are_taken(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "x", "Wang", "ｗａｎｇ", "li wei", "a" * 33, "a/b", "li\n", "ⅷ级", "a\u200bb", "ß1", "ı1", "аdmin"]
)
def test_a_name_that_looks_like_another_or_has_an_odd_character_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="登录名"):
        checked_name(name)


@pytest.mark.parametrize("password", ["correct horse", "云溪 香菇 二十四节气 好雨", "x" * 127 + "y"])
def test_long_passwords_of_any_characters_are_taken(password: str) -> None:
    assert checked_password(password, "songwu") == password


@pytest.mark.parametrize(
    ("password", "why"),
    [("short-one-1", "12"), ("x" * 129, "128"), ("a" * 12, "重复"), ("my-SongWu-2026", "登录名")],
)
def test_weak_passwords_are_refused_with_the_reason(password: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        checked_password(password, "songwu")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PRODUCER])
def test_only_producers_belong_to_an_enterprise(role: Role) -> None:
    checked_membership(role, None)
    checked_membership(Role.PRODUCER, 7)
    with pytest.raises(InvalidInputError, match="不能属于企业"):
        checked_membership(role, 7)
    with pytest.raises(InvalidInputError, match="必须属于一家企业"):
        checked_membership(Role.PRODUCER, None)

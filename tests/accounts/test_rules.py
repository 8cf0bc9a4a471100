"""Who may do what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.accounts.rules import (
    AUTHORITY,
    GRANTS,
    LEDGER_WORDS,
    PRODUCERS,
    ROLE_NAMES_ZH,
    Actor,
    Permission,
    Role,
    require,
    require_enterprise,
)
from gimark.errors import NotAllowedError, NotFoundError

REGULATOR = Actor(1, "wang", Role.REGULATOR)
PRODUCER = Actor(2, "songwu", Role.PRODUCER_MANAGER, 7)
ADMINISTRATOR = Actor(3, "admin", Role.ADMINISTRATOR)
AUDITOR = Actor(4, "xiehui", Role.AUDITOR)


@given(st.sampled_from(Role), st.sampled_from(Permission))
def test_an_act_is_refused_exactly_when_the_role_lacks_it(role: Role, permission: Permission) -> None:
    actor = Actor(1, "li", role, 7 if role in PRODUCERS else None)
    if permission in GRANTS[role]:
        require(actor, permission)
    else:
        with pytest.raises(NotAllowedError) as caught:
            require(actor, permission)
        assert caught.value.extras == {"permission": permission.value}


def test_a_refusal_names_who_may() -> None:
    with pytest.raises(NotAllowedError, match="请由监管负责人或监管人员办理") as caught:
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


def test_a_clerk_does_the_daily_work_and_ends_nothing() -> None:
    assert GRANTS[Role.PRODUCER_CLERK] == {
        Permission.MANAGE_BATCHES,
        Permission.ISSUE_CODES,
        Permission.CHANGE_CODES,
        Permission.READ,
    }
    assert GRANTS[Role.PRODUCER_CLERK] < GRANTS[Role.PRODUCER_MANAGER]


def test_an_inspector_reads_and_marks() -> None:
    assert GRANTS[Role.INSPECTOR] == {Permission.MARK_CODES, Permission.READ}


def test_of_the_authority_s_people_the_lead_alone_approves() -> None:
    assert GRANTS[Role.REGULATOR_LEAD] - GRANTS[Role.REGULATOR] == {Permission.APPROVE}
    assert [role for role in AUTHORITY if Permission.APPROVE in GRANTS[role]] == [Role.REGULATOR_LEAD]


def test_every_role_has_a_name_and_whoever_acts_a_word_for_the_ledger() -> None:
    assert set(ROLE_NAMES_ZH) == set(GRANTS) == set(Role)
    acting = {Permission.READ, Permission.MANAGE_ACCESS}
    assert set(LEDGER_WORDS) == {role for role in Role if GRANTS[role] - acting}


def test_every_permission_is_somebodys() -> None:
    assert set(Permission) == set().union(*GRANTS.values())


@pytest.mark.parametrize(
    ("actor", "word"),
    [
        (ADMINISTRATOR, "platform"),
        (REGULATOR, "regulator"),
        (Actor(5, "li", Role.REGULATOR_LEAD), "regulator"),
        (Actor(6, "zhao", Role.INSPECTOR), "regulator"),
        (PRODUCER, "producer"),
        (Actor(7, "qian", Role.PRODUCER_CLERK, 7), "producer"),
    ],
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

"""How an authorization stands on a day."""

from datetime import date

import pytest

from gimark.registry.authorizations.rules import (
    ALLOWED_AFTER,
    Change,
    ChangeKind,
    History,
    Standing,
    Terms,
    last_state,
)

GRANT = Terms(("dried",), "示例-2026-0007", date(2026, 3, 2), date(2029, 3, 1))


def change(kind: ChangeKind, day: date, terms: Terms | None = None) -> Change:
    return Change(kind, "示例理由", day, 9, terms)


def test_both_ends_of_the_term_are_included() -> None:
    history = History(GRANT)
    assert [history.standing_on(day)[0] for day in (date(2026, 3, 1), date(2026, 3, 2))] == [
        Standing.NOT_YET,
        Standing.ACTIVE,
    ]
    assert [history.standing_on(day)[0] for day in (date(2029, 3, 1), date(2029, 3, 2))] == [
        Standing.ACTIVE,
        Standing.EXPIRED,
    ]


def test_suspension_and_restoration_take_effect_on_their_days() -> None:
    history = History(
        GRANT, (change(ChangeKind.SUSPEND, date(2026, 5, 1)), change(ChangeKind.RESTORE, date(2026, 6, 1)))
    )
    days = [date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [history.is_active_on(day) for day in days] == [True, False, False, True]


def test_revocation_ends_it_for_good_and_names_its_act() -> None:
    revoked = change(ChangeKind.REVOKE, date(2026, 7, 1))
    history = History(GRANT, (revoked,))
    assert history.standing_on(date(2027, 1, 1)) == (Standing.REVOKED, revoked)
    assert history.is_active_on(date(2026, 6, 30))


def test_an_amendment_changes_the_terms_from_its_day() -> None:
    wider = Terms(("dried", "fresh"), "示例-2026-0011", date(2026, 8, 1), date(2029, 3, 1))
    history = History(GRANT, (change(ChangeKind.AMEND, date(2026, 8, 1), wider),))
    assert not history.covers("fresh", date(2026, 7, 31))
    assert history.covers("fresh", date(2026, 8, 1))
    assert history.covers("dried", date(2026, 7, 31))


@pytest.mark.parametrize(
    ("done", "state"),
    [
        ([], Standing.ACTIVE),
        ([ChangeKind.SUSPEND], Standing.SUSPENDED),
        ([ChangeKind.SUSPEND, ChangeKind.RESTORE], Standing.ACTIVE),
        ([ChangeKind.SUSPEND, ChangeKind.AMEND], Standing.SUSPENDED),
        ([ChangeKind.REVOKE], Standing.REVOKED),
    ],
)
def test_what_may_follow_depends_on_the_last_act(done: list[ChangeKind], state: Standing) -> None:
    changes = [change(kind, date(2026, 5, 1), GRANT if kind is ChangeKind.AMEND else None) for kind in done]
    assert last_state(changes) is state
    assert (ChangeKind.RESTORE in ALLOWED_AFTER[state]) is (state is Standing.SUSPENDED)
    assert bool(ALLOWED_AFTER[state]) is (state is not Standing.REVOKED)

"""Lists in portions: no row twice, none left out, whatever is made meanwhile."""

import pytest
from sqlalchemy import select

from gimark.accounts.model import User
from gimark.accounts.rules import Role
from gimark.errors import InvalidInputError
from gimark.store.paging import Portion, Wanted, portion
from gimark.store.unit_of_work import Store


def add(store: Store, *names: str) -> None:
    with store.acting() as act:
        for name in names:
            act.session.add(
                User(name=name, role=Role.AUDITOR, must_change_password=False, is_active=True, created_at=act.now)
            )
            act.session.flush()
        act.commit()


def asked(store: Store, wanted: Wanted, *, only: str = "%") -> Portion[str]:
    with store.reading() as session:
        query = select(User).where(User.name.like(only))
        return portion(session, query, User.id, User.ref, wanted).map(lambda user: user.name)


def test_portions_follow_each_other_to_the_end(any_store: Store) -> None:
    add(any_store, *(f"u{n}" for n in range(7)))
    found: list[str] = []
    wanted = Wanted(3)
    sizes = []
    while True:
        part = asked(any_store, wanted)
        found += part.items
        sizes.append(len(part.items))
        if part.next is None:
            break
        wanted = Wanted(3, part.next)
    assert found == [f"u{n}" for n in range(7)]
    assert sizes == [3, 3, 1]


def test_the_newest_come_first_where_that_is_wanted_and_what_is_made_meanwhile_moves_nothing(any_store: Store) -> None:
    add(any_store, "a1", "a2", "a3")
    first = asked(any_store, Wanted(2, newest_first=True))
    assert first.items == ("a3", "a2")
    add(any_store, "a4")
    rest = asked(any_store, Wanted(2, first.next, newest_first=True))
    assert (rest.items, rest.next) == (("a1",), None)


def test_a_list_that_ends_with_a_portion_has_nothing_behind_it(any_store: Store) -> None:
    add(any_store, "a1", "a2")
    assert asked(any_store, Wanted(2)).next is None
    assert asked(any_store, Wanted(1)).next is not None


def test_what_is_made_meanwhile_comes_last_and_moves_nothing(any_store: Store) -> None:
    add(any_store, "z1", "z2", "z3")
    first = asked(any_store, Wanted(2))
    add(any_store, "a0")
    assert asked(any_store, Wanted(2, first.next)).items == ("z3", "a0")


def test_an_empty_list_has_no_next(any_store: Store) -> None:
    assert asked(any_store, Wanted()) == Portion((), None)


def test_a_place_that_is_not_in_this_very_list_is_refused(any_store: Store) -> None:
    add(any_store, "mine", "other", "mine too")
    with any_store.reading() as session:
        other = session.scalars(select(User.ref).where(User.name == "other")).one()
    for after in (other, "0" * 16, "", "\U0001f344"):
        with pytest.raises(InvalidInputError) as caught:
            asked(any_store, Wanted(5, after), only="mine%")
        assert [fault.field for fault in caught.value.faults] == ["after"]

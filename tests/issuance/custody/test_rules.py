"""Every label of an order has one fate, or is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.errors import InvalidInputError
from gimark.issuance.custody.rules import Accounted, Fate, Told, check_report

LAST = 40
SPANS = st.tuples(st.integers(0, LAST), st.integers(0, LAST)).map(sorted)
REPORTS = st.lists(st.tuples(SPANS, st.sampled_from(Fate)), max_size=12)


@given(REPORTS)
def test_the_intervals_say_of_each_label_what_was_said_of_it_last(reports: list[tuple[list[int], Fate]]) -> None:
    accounted = Accounted.unsaid((0, LAST))
    one_by_one: list[Fate | None] = [None] * (LAST + 1)
    for (first, last), fate in reports:
        accounted = accounted.after([Told(first, last, fate)])
        one_by_one[first : last + 1] = [fate] * (last - first + 1)
    assert [part.fate for part in accounted.stretches for _ in range(part.size)] == one_by_one
    assert [part.first for part in accounted.stretches[1:]] == [part.last + 1 for part in accounted.stretches[:-1]]
    assert all(a.fate is not b.fate for a, b in zip(accounted.stretches, accounted.stretches[1:], strict=False))
    assert sum(accounted.number(fate) for fate in (*Fate, None)) == LAST + 1


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        ([], {"ranges"}),
        ([Told(9, 12, Fate.PRINTED)], {"ranges/0"}),
        ([Told(10, 12, Fate.PRINTED), Told(19, 20, Fate.SCRAPPED)], {"ranges/1"}),
        ([Told(12, 11, Fate.PRINTED)], {"ranges/0"}),
        ([Told(12, 15, Fate.PRINTED), Told(10, 12, Fate.SCRAPPED)], {"ranges"}),
    ],
)
def test_a_report_that_cannot_be_is_refused_where_it_is_wrong(told: list[Told], fields: set[str]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_report(told, (10, 19))
    assert {fault.field for fault in caught.value.faults} == fields


def test_a_reversed_range_is_called_reversed_and_not_out_of_the_order() -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_report([Told(12, 11, Fate.PRINTED)], (10, 19))
    assert [fault.reason_zh for fault in caught.value.faults] == ["号段首尾颠倒：第 13 枚（序号 12）在第 12 枚之后"]


def test_a_report_of_every_label_once_is_taken() -> None:
    check_report([Told(15, 19, Fate.RETURNED), Told(10, 14, Fate.PRINTED)], (10, 19))

"""Ranges against a plain array of states: slow, obvious, and so the judge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.errors import ConflictError, InvalidInputError
from gimark.issuance.rules import (
    ALLOWED_FROM,
    RESULT,
    CodeState,
    RangeKind,
    RunStates,
    check_act,
    checked_spans,
    place_words,
)

COUNT = 40
SPAN = st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)).map(lambda pair: (min(pair), max(pair)))
ACTS = st.lists(st.tuples(st.sampled_from(list(RangeKind)), st.lists(SPAN, min_size=1, max_size=3)), max_size=12)


@given(ACTS)
def test_states_equal_those_of_an_array_kept_code_by_code(acts: list[tuple[RangeKind, list[tuple[int, int]]]]) -> None:
    array = [CodeState.ISSUED] * COUNT
    states = RunStates.fresh(COUNT)
    for place, (kind, raw) in enumerate(acts):
        try:
            spans = checked_spans(raw, COUNT)
        except InvalidInputError:
            assert _overlaps(raw)
            continue
        indices = [i for first, last in spans for i in range(first, last + 1)]
        allowed = all(array[i] in ALLOWED_FROM[kind] for i in indices)
        try:
            check_act(states, kind, spans)
        except ConflictError:
            assert not allowed
            continue
        assert allowed
        states = states.after(kind, spans, place)
        for i in indices:
            array[i] = RESULT.get(kind, array[i])
        assert [states.at(i).state for i in range(COUNT)] == array
        assert states.count == COUNT
        assert sum(states.number_in(state) for state in CodeState) == COUNT


def _overlaps(spans: list[tuple[int, int]]) -> bool:
    seen: set[int] = set()
    for first, last in spans:
        indices = set(range(first, last + 1))
        if indices & seen:
            return True
        seen |= indices
    return False


@pytest.mark.parametrize("ended_by", [RangeKind.VOID, RangeKind.RETURN])
@pytest.mark.parametrize("later", list(RangeKind))
def test_an_ended_code_never_comes_back(ended_by: RangeKind, later: RangeKind) -> None:
    states = RunStates.fresh(10).after(ended_by, [(3, 5)], 1)
    with pytest.raises(ConflictError):
        check_act(states, later, [(5, 7)])


@pytest.mark.parametrize(
    ("spans", "word"),
    [
        ([], "没有给出号段"),
        ([(5, 2)], "颠倒"),
        ([(-1, 2)], "超出"),
        ([(0, 10)], "超出"),
        ([(0, 4), (4, 6)], "重叠"),
        ([(7, 8), (0, 9)], "重叠"),
    ],
)
def test_a_bad_range_is_refused_by_name(spans: list[tuple[int, int]], word: str) -> None:
    with pytest.raises(InvalidInputError, match=word):
        checked_spans(spans, 10)


def test_codes_are_named_as_people_count_them_and_by_index() -> None:
    assert place_words(90, 91) == ("第 91–92 枚（序号 90–91）", "codes 91–92 (index 90–91)")
    assert place_words(0, 0) == ("第 1 枚（序号 0）", "code 1 (index 0)")

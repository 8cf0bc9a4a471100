"""Texts that people enter."""

import pytest

from gimark.errors import Checklist, InvalidInputError
from gimark.texts import check_texts, checked_reason, checked_text


@pytest.mark.parametrize("text", ["云", "a b", "𬒗", "x" * 10])
def test_a_plain_text_is_kept_as_it_is(text: str) -> None:
    assert checked_text(text, "name", 10) == text


@pytest.mark.parametrize("text", ["", " ", "　", "x" * 11, " a", "a\n", "a\nb", "a\x00", "a\u200b", "\u202ea"])
def test_an_empty_long_or_invisible_text_is_refused_by_field(text: str) -> None:
    with pytest.raises(InvalidInputError, match="name"):
        checked_text(text, "name", 10)


@pytest.mark.parametrize("reason", [None, "", "x" * 241])
def test_an_act_needs_a_reason_that_fits(reason: str | None) -> None:
    with pytest.raises(InvalidInputError, match="reason"):
        checked_reason(reason)


def test_every_wrong_text_of_a_form_is_noted() -> None:
    checklist = Checklist()
    check_texts(checklist, {"a": ("", 3), "b": (None, 3), "c": ("ok", 3), "d": ("long", 3)})
    assert [fault.field for fault in checklist.faults] == ["a", "d"]

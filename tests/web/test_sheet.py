"""A page rendered once and filled many times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.public.sheet import Sheet, slot


def test_slots_are_filled_in_place_as_often_as_they_stand() -> None:
    sheet = Sheet(f"<b>{slot('nth')}</b>、{slot('serial')}、{slot('nth')}", {})
    assert sheet.fill({"nth": "3", "serial": "38GP"}).decode() == "<b>3</b>、38GP、3"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_values_cannot_leave_their_place(value: str) -> None:
    filled = Sheet(f'<a href="{slot("href")}">', {}).fill({"href": value}).decode()
    inside = filled.removeprefix('<a href="').removesuffix('">')
    assert not set(inside) & set("<>\"'")


def test_a_value_that_looks_like_a_slot_stays_text() -> None:
    sheet = Sheet(f"{slot('serial')}", {})
    assert sheet.fill({"serial": slot("nth")}).decode() == slot("nth")


def test_shared_bytes_are_not_copied_into_the_sheet() -> None:
    style = b"body{margin:0}"
    sheet = Sheet(f"<style>{slot('style')}</style>", {"style": style})
    assert any(piece is style for piece in sheet._pieces)
    assert sheet.fill({}) == b"<style>body{margin:0}</style>"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="serial"):
        Sheet(slot("serial"), {}).fill({})

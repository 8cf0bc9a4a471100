"""Dates and masses of a batch."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.errors import InvalidInputError
from gimark.production.rules import BatchTerms, Volume, check_terms
from gimark.quantities import MAX_MASS_G, grams_from_kg

TODAY = date(2026, 11, 22)
TERMS = BatchTerms("999001001", date(2026, 10, 1), date(2026, 10, 21), 250_000)
CONFIRMED = replace(TERMS, packed_g=240_000, packed_on=date(2026, 11, 12))


def faulty_fields(terms: BatchTerms, before: BatchTerms | None = None) -> set[str]:
    with pytest.raises(InvalidInputError) as caught:
        check_terms(terms, TODAY, before)
    return {fault.field for fault in caught.value.faults}


def test_a_sound_batch_passes() -> None:
    check_terms(TERMS, TODAY)
    check_terms(CONFIRMED, TODAY, TERMS)


@pytest.mark.parametrize("mass", [0, -1, MAX_MASS_G])
def test_an_impossible_mass_is_refused(mass: int) -> None:
    assert faulty_fields(replace(TERMS, planned_g=mass)) == {"planned_g"}
    assert faulty_fields(replace(CONFIRMED, packed_g=mass), TERMS) == {"packed_g"}


def test_packing_before_the_harvest_is_refused() -> None:
    assert faulty_fields(replace(CONFIRMED, packed_on=date(2026, 10, 20))) == {"packed_on"}


def test_packing_on_the_last_harvest_day_is_allowed() -> None:
    check_terms(replace(CONFIRMED, packed_on=TERMS.harvested_until), TODAY)


def test_a_confirmed_packing_date_never_moves_earlier() -> None:
    assert faulty_fields(replace(CONFIRMED, packed_on=date(2026, 11, 11)), CONFIRMED) == {"packed_on"}
    check_terms(replace(CONFIRMED, packed_on=date(2026, 11, 13)), TODAY, CONFIRMED)


def test_days_in_the_future_and_reversed_harvests_are_refused_together() -> None:
    wrong = replace(CONFIRMED, harvested_from=date(2026, 11, 30), harvested_until=date(2026, 11, 25), packed_on=TODAY)
    assert faulty_fields(wrong) == {"harvested_until", "packed_on"}


@pytest.mark.parametrize(("text", "grams"), [("250", 250_000), ("0.25", 250), (" 12.345 ", 12_345), ("1e3", 1_000_000)])
def test_kilograms_become_whole_grams(text: str, grams: int) -> None:
    assert grams_from_kg(text, "planned") == grams


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "-1", "NaN", "sNaN", "Infinity", "1e12", "1e999999", "1e-999999", "1000000000", "0.0005"),
        *("２５０", "25万", "1,000", "1_000", "0x10", "1 000", "250.00000000000000000000000000001"),
    ],
)
def test_a_mass_that_is_no_number_of_grams_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="planned"):
        grams_from_kg(text, "planned")


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 10**5))
def test_no_more_codes_fit_than_mass_and_two_percent(planned: int, issued: int, held: int, net: int) -> None:
    volume = Volume(planned, planned, issued, issued, held)
    left = volume.issuable(net)
    limit = Fraction(planned) * 102 / 100
    assert left == 0 or issued + held + left * net <= limit
    assert issued + held + (left + 1) * net > limit


def test_nothing_is_activated_before_the_batch_is_confirmed() -> None:
    assert Volume(250_000, None, 250_000, 0, 0).activatable(250) == 0

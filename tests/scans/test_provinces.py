"""Sets of provinces as bit masks."""

from hypothesis import given
from hypothesis import strategies as st

from api.web.provinces import PROVINCES
from gimark.scans.provinces import PROVINCE_CODES, NoGeoResolver, codes_in, mask_of


@given(st.sets(st.sampled_from(PROVINCE_CODES)))
def test_a_set_of_provinces_survives_being_a_mask(codes: set[str]) -> None:
    mask = 0
    for code in codes:
        mask |= mask_of(code)
    assert codes_in(mask) == tuple(sorted(codes))
    assert mask < 2**63


def test_the_unknown_adds_nothing() -> None:
    assert mask_of(None) == mask_of("") == mask_of("99") == 0
    assert NoGeoResolver().province("203.0.113.7") is None


def test_every_code_has_a_name_on_the_pages() -> None:
    assert set(PROVINCE_CODES) == set(PROVINCES)

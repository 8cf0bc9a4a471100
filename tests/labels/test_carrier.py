"""The advisor speaks in whole printer dots and refuses what cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labels.carrier import PRINTER_DPI, Legibility, advise, advise_all, require_legible
from labels.errors import CarrierError


def test_a_code_of_162_characters_is_53_modules() -> None:
    carrier = advise(162, 26.6, 300)
    assert (carrier.version, carrier.modules, carrier.dots) == (9, 53, 5)
    assert carrier.module_mm == pytest.approx(5 * 25.4 / 300)
    assert carrier.side_mm == pytest.approx(25.823, abs=0.001)
    assert carrier.legibility is Legibility.GOOD


@pytest.mark.parametrize(
    ("box_mm", "dpi", "dots", "verdict"),
    [
        (24.2, 203, 3, Legibility.SMALL),
        (20.7, 203, 2, Legibility.REFUSED),
        (20.7, 300, 4, Legibility.SMALL),
        (20.7, 600, 8, Legibility.SMALL),
        (24.3, 600, 9, Legibility.SMALL),
        (25.9, 600, 10, Legibility.GOOD),
        (10.0, 600, 3, Legibility.REFUSED),
        (1.0, 203, 0, Legibility.REFUSED),
    ],
)
def test_verdicts_by_space_and_printer(box_mm: float, dpi: int, dots: int, verdict: Legibility) -> None:
    carrier = advise(162, box_mm, dpi)
    assert (carrier.dots, carrier.legibility) == (dots, verdict)


@given(st.integers(1, 180), st.floats(5, 60), st.sampled_from(PRINTER_DPI))
def test_the_symbol_never_leaves_its_box_and_one_more_dot_would(length: int, box_mm: float, dpi: int) -> None:
    carrier = advise(length, box_mm, dpi)
    assert carrier.side_mm <= box_mm + 1e-4
    assert carrier.side_mm + (carrier.modules + 8) * 25.4 / dpi > box_mm


def test_a_box_of_exactly_so_many_dots_is_used_whole() -> None:
    assert advise(162, 61 * 5 * 25.4 / 300, 300).dots == 5


def test_an_illegible_symbol_is_an_error_that_names_the_printer() -> None:
    with pytest.raises(CarrierError) as refused:
        require_legible(advise(162, 20.7, 203))
    assert refused.value.faults[0].field == "qr"
    assert "203 dpi" in refused.value.text("zh")


def test_advice_for_all_printers_in_both_languages() -> None:
    assert [carrier.dpi for carrier in advise_all(162, 20.7)] == [203, 300, 600]
    small = advise(162, 20.7, 300)
    assert "0.396" in small.advice_zh
    assert "4 dots" in small.advice_en

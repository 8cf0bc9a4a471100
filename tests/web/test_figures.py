"""Dates, masses, counts and codes as people write them."""

from datetime import UTC, date, datetime

import pytest

from api.web.figures import count_text, day_text, mass_text, minute_text, serial_text, short_day_text
from api.web.provinces import PROVINCES, province_names


def test_a_day_is_written_in_full() -> None:
    assert day_text(date(2026, 11, 2), "zh") == "2026年11月2日"
    assert day_text(date(2026, 11, 2), "en").replace("\u00a0", " ") == "2 November 2026"
    assert short_day_text(date(2026, 11, 2), "en").replace("\u00a0", " ") == "2 Nov 2026"


def test_an_instant_is_written_in_beijing_time() -> None:
    just_before_midnight_utc = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    assert minute_text(just_before_midnight_utc, "zh") == "2027年1月1日 07:59"
    assert minute_text(just_before_midnight_utc, "en") == "1 Jan 2027, 07:59"


@pytest.mark.parametrize(
    ("grams", "text"),
    [
        (1, "1 g"),
        (250, "250 g"),
        (999, "999 g"),
        (1000, "1 kg"),
        (1500, "1.5 kg"),
        (1001, "1.001 kg"),
        (2_050, "2.05 kg"),
        (3_050_000, "3,050 kg"),
        (12_345_678, "12,345.678 kg"),
    ],
)
def test_a_mass_keeps_every_gram(grams: int, text: str) -> None:
    assert mass_text(grams).replace("\u00a0", " ") == text


def test_counts_have_separators_and_serials_have_hyphens() -> None:
    assert count_text(12_200) == "12,200"
    assert serial_text("38GPERNQBQTSA") == "38GP-ERNQ-BQTSA"


def test_there_are_34_provinces_and_none_has_a_name_twice() -> None:
    assert len(PROVINCES) == 34
    for language in (0, 1):
        assert len({names[language] for names in PROVINCES.values()}) == 34


def test_provinces_are_named_in_their_order() -> None:
    assert province_names(("33", "15"), "zh") == "浙江、内蒙古"
    assert province_names(("33", "15"), "en") == "Zhejiang, Inner Mongolia"

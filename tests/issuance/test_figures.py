"""A season's figures are those of its own acts, and a producer's are its own."""

from datetime import date

import pytest

from gimark.clock import FixedClock
from gimark.issuance.figures import CodeFigures, code_figures
from gimark.issuance.rules import RangeKind
from gimark.ledger import book
from gimark.production.seasons import SeasonVolume, season_of, season_volume, volume_by_enterprise
from gimark.store.unit_of_work import Store
from tests.county import County, make_county, on_both

NOTHING = CodeFigures(0, 0, 0, 0, 0)


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    """A small county, on SQLite unless a test asks for both."""
    return make_county(Store(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_engine"), clock))


@on_both
def test_codes_and_volume_of_a_stretch_are_summed_by_their_acts(county: County) -> None:
    run = county.run(county.batch(), 900)
    county.change(run, RangeKind.ACTIVATE, (0, 499))
    county.change(run, RangeKind.VOID, (10, 19), (600, 604), reason="印坏")
    with county.store.reading() as session:
        middle = book.size(session)
    county.change(run, RangeKind.RETURN, (700, 799), reason="剩余退回")
    with county.store.reading() as session:
        end = book.size(session)
        assert code_figures(session, county.regulator, 0) == CodeFigures(1, 900, 500, 15, 100)
        assert code_figures(session, county.regulator, middle) == CodeFigures(0, 0, 0, 0, 100)
        assert code_figures(session, county.producer, 0).issued == 900
        assert code_figures(session, county.other_producer, 0) == NOTHING
        volume = season_volume(session, county.regulator, 0)
        (only,) = volume_by_enterprise(session, county.regulator, 0, 5)
        assert season_volume(session, county.regulator, end) == SeasonVolume(0, 0, 0, 0)
        assert season_volume(session, county.other_producer, 0).batches == 0
    # 250 g each: 785 live codes of which 490 are active.
    assert volume == SeasonVolume(1, 250_000, 785 * 250, 490 * 250)
    assert (only.ref, only.volume) == (county.enterprise_ref, volume)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 11, 22), date(2026, 7, 1)),
        (date(2026, 7, 1), date(2026, 7, 1)),
        (date(2026, 6, 30), date(2025, 7, 1)),
    ],
)
def test_a_season_begins_in_july(day: date, first: date) -> None:
    assert season_of(day) == first

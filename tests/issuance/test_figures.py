"""A season's figures are those of its own acts, and a producer's are its own."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from gimark import audit, migrations
from gimark.clock import SHANGHAI, FixedClock, SystemClock
from gimark.issuance.figures import CodeFigures, code_figures
from gimark.issuance.model import SeasonCodes
from gimark.issuance.rules import RangeKind
from gimark.production.actions import amend_batch
from gimark.production.model import Batch, SeasonSums
from gimark.production.rules import BatchTerms
from gimark.production.seasons import SeasonVolume, season_of, season_volume, volume_by_enterprise
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from tests.county import BATCH, HARVEST, PACKED_ON, TOWN, County, make_county, on_both
from tests.stored_release import RELEASES, unpack

SEASON, NEXT_SEASON = date(2026, 7, 1), date(2027, 7, 1)
NOTHING = CodeFigures(0, 0, 0, 0, 0)


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    """A small county, on SQLite unless a test asks for both."""
    return make_county(Store(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_engine"), clock))


@on_both
def test_codes_and_volume_of_a_season_are_those_of_its_acts(county: County, clock: FixedClock) -> None:
    run = county.run(county.batch(), 900)
    county.change(run, RangeKind.ACTIVATE, (0, 499))
    county.change(run, RangeKind.VOID, (10, 19), (600, 604), reason="印坏")
    clock.at = datetime(2027, 7, 1, 1, tzinfo=SHANGHAI)  # 30 June in UTC
    county.change(run, RangeKind.RETURN, (700, 799), reason="剩余退回")
    with county.store.reading() as session:
        assert code_figures(session, county.regulator, SEASON) == CodeFigures(1, 900, 500, 15, 0)
        assert code_figures(session, county.regulator, NEXT_SEASON) == CodeFigures(0, 0, 0, 0, 100)
        assert code_figures(session, county.producer, SEASON).issued == 900
        assert code_figures(session, county.other_producer, SEASON) == NOTHING
        volume = season_volume(session, county.regulator, SEASON)
        (only,) = volume_by_enterprise(session, county.regulator, SEASON, 5)
        assert season_volume(session, county.regulator, NEXT_SEASON) == SeasonVolume(0, 0, 0, 0)
        assert season_volume(session, county.other_producer, SEASON).batches == 0
        assert list(audit.differences(session)) == []
    # 250 g each: 785 live codes of which 490 are active; the batch is of the season in which it was registered.
    assert volume == SeasonVolume(1, 250_000, 785 * 250, 490 * 250)
    assert (only.ref, only.volume) == (county.enterprise_ref, volume)


@on_both
def test_a_season_counts_what_was_packed_as_soon_as_it_is_known(county: County) -> None:
    def base_g() -> int:
        with county.store.reading() as session:
            return season_volume(session, county.producer, SEASON).base_g

    county.batch(form=replace(BATCH, lot="B1"), confirmed=False)
    assert base_g() == 250_000
    ref = county.batch(packed_g=240_000)
    assert base_g() == 490_000
    with county.store.acting() as act:
        terms = BatchTerms(TOWN, *HARVEST, 260_000, 230_000, PACKED_ON)
        amend_batch(act, county.producer, ref, terms, "称重有误")
        act.commit()
    assert base_g() == 480_000
    with county.store.acting() as act:
        amend_batch(act, county.producer, ref, replace(terms, packed_g=1), "不算")
    assert base_g() == 480_000  # it was never committed


def test_a_season_is_read_without_its_batches(county: County) -> None:
    asked: list[str] = []
    event.listen(county.store.engine, "before_cursor_execute", lambda _c, _u, said, *_: asked.append(said))
    with county.store.reading() as session:
        code_figures(session, county.regulator, SEASON)
        season_volume(session, county.regulator, SEASON)
        volume_by_enterprise(session, county.regulator, SEASON, 5)
    assert [said for said in asked if "season_volume" in said]
    assert not [said for said in asked if "FROM batch" in said or "issue_run" in said or "range_act" in said]


@pytest.mark.parametrize("release", RELEASES)
def test_the_sums_of_a_release_s_seasons_are_made_when_it_is_upgraded(release: str, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{unpack(release, tmp_path / 'stored').data_dir / 'gimark.db'}")
    migrations.upgrade(engine)
    with Store(engine, SystemClock()).reading() as session:
        assert session.scalar(select(func.sum(SeasonSums.batches))) == session.scalar(select(func.count(Batch.id)))
        assert session.scalar(select(func.sum(SeasonCodes.activated))) > 0
        assert not [found for found in audit.differences(session) if "season" in found.what]
    engine.dispose()


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

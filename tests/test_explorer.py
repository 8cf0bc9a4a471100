"""Finding entries: newest first, by type, and by what they are about, page by page."""

import json

import pytest
from sqlalchemy import select, update

from gimark import explorer
from gimark.audit import ENTRY_ONLY
from gimark.clock import FixedClock
from gimark.explorer import EntryPage, entry_types, newest
from gimark.issuance.model import IssueRun
from gimark.issuance.rules import RangeKind
from gimark.ledger import book
from gimark.ledger.entries import known_types
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.enterprises.actions import EnterpriseForm, erase_person, register_enterprise
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind
from gimark.scans.actions import mark_code
from gimark.scans.model import MarkKind
from gimark.store.unit_of_work import Store
from tests.county import BATCH, GTIN, OTHER_GTIN, OTHER_USCC, TOWN, USCC, County, make_county, on_both

TRADER = "92000952MA0YXA101B"
OF_BATCH = "run.void run.activate run.issue batch.confirm batch.register"


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    """A county with a batch, a run, acts on its ranges and a suspension."""
    county = make_county(Store(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_engine"), clock))
    run = county.run(county.batch())
    county.change(run, RangeKind.ACTIVATE, (0, 499))
    county.change(run, RangeKind.VOID, (500, 509), reason="破损")
    county.stop(ChangeKind.SUSPEND)
    return county


def find(county: County, **wanted: object) -> EntryPage:
    with county.store.reading() as session:
        return newest(session, **{"limit": 100, **wanted})  # type: ignore[arg-type]


def logged(county: County) -> list[tuple[int, bytes]]:
    with county.store.reading() as session:
        return list(enumerate(book.entries(session, 0, book.size(session))))


def types(page: EntryPage) -> list[str]:
    return [json.loads(entry.body)["type"] for entry in page.entries]


def test_every_type_that_is_written_can_be_asked_for() -> None:
    assert set(entry_types()) == set(known_types()) - ENTRY_ONLY
    assert len(set(entry_types())) == len(entry_types())


@on_both
def test_the_newest_come_first_and_pages_join_without_gap(county: County) -> None:
    everything = logged(county)
    seen: list[tuple[int, bytes]] = []
    before: int | None = None
    while True:
        page = find(county, before=before, limit=4)
        seen += [(entry.index, entry.body) for entry in page.entries]
        if page.before is None:
            break
        assert len(page.entries) == 4
        before = page.before
    assert seen == everything[::-1]
    assert find(county, before=10**15).entries == find(county).entries
    assert find(county, before=0) == EntryPage((), None)


@on_both
def test_a_type_finds_exactly_its_entries(county: County) -> None:
    for type_ in entry_types():
        meant = [index for index, body in logged(county) if json.loads(body)["type"] == type_]
        assert [entry.index for entry in find(county, type_=type_).entries] == meant[::-1], type_
    assert find(county, type_="moon.land") == EntryPage((), None)
    first = find(county, type_="item.set", limit=1)
    assert first.before == first.entries[0].index
    assert find(county, type_="item.set", limit=1, before=first.before).before is None


@on_both
@pytest.mark.parametrize(
    ("about", "meant"),
    [
        (USCC, f"authorization.suspend {OF_BATCH} authorization.grant item.set enterprise.set"),
        (OTHER_USCC, "authorization.grant item.set enterprise.set"),
        (GTIN, f"{OF_BATCH} item.set"),
        (OTHER_GTIN, "item.set"),
        (BATCH.lot, OF_BATCH),
        (f"{GTIN} {BATCH.lot}", OF_BATCH),
        (f"{OTHER_GTIN} {BATCH.lot}", ""),
        ("NOTHING", ""),
        ("%", ""),
    ],
)
def test_an_enterprise_an_item_or_a_batch_finds_what_was_done_about_it(
    county: County, about: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, whether its acts are gathered or, as those of a large producer, met on the way back from the newest."""
    assert types(find(county, about=about)) == meant.split()
    monkeypatch.setattr(explorer, "FEW_RUNS", 0)
    assert types(find(county, about=about)) == meant.split()


def test_type_and_subject_together_narrow(county: County) -> None:
    assert types(find(county, about=USCC, type_="run.void")) == ["run.void"]
    assert types(find(county, about=OTHER_USCC, type_="run.void")) == []
    assert types(find(county, about=USCC, type_="keyset.publish")) == []


@on_both
def test_marks_and_erasures_are_found_by_their_types_and_by_no_subject(county: County) -> None:
    with county.store.acting() as act:
        form = EnterpriseForm(TRADER, "云溪县王五菇行", EnterpriseKind.SOLE_TRADER, TOWN, "松坞镇 9 号")
        register_enterprise(act, county.regulator, form)
        erase_person(act, county.regulator, TRADER, "本人申请")
        run = act.session.scalars(select(IssueRun.ref)).one()
        mark_code(act, county.regulator, run, 7, MarkKind.COPIED, "示例理由")
        act.commit()
    for type_ in ("correction", "private"):
        assert types(find(county, type_=type_)) == [type_]
    for about in (TRADER, USCC, GTIN, BATCH.lot):
        assert {"correction", "private"}.isdisjoint(types(find(county, about=about)))


def test_a_sole_trader_whose_salt_is_gone_is_found_by_no_number(county: County) -> None:
    with county.store.acting() as act:
        row = update(Enterprise).where(Enterprise.uscc == OTHER_USCC)
        act.session.execute(row.values(kind=EnterpriseKind.SOLE_TRADER, subject_salt=None))
        act.commit()
    assert find(county, about=OTHER_USCC).entries == ()


def test_an_empty_ledger_has_an_empty_page(store: Store) -> None:
    with store.reading() as session:
        assert explorer.newest(session, limit=5) == EntryPage((), None)
        assert explorer.newest(session, limit=5, type_="run.issue") == EntryPage((), None)

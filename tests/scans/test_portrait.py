"""The portrait of a code says what a consumer who scans it is told, and when and where it was checked."""

from datetime import date, timedelta

import pytest

from gimark.clock import FixedClock
from gimark.errors import NotFoundError
from gimark.issuance.rules import RangeKind
from gimark.registry.authorizations.rules import ChangeKind
from gimark.scans.life import AskedCode, read_asked
from gimark.scans.portrait import CodePortrait, code_portrait
from gimark.scans.rules import Reason
from gimark.store.unit_of_work import Store
from tests.county import County, make_county
from tests.scans.desk import OTHER_PHONE, PHONE, Desk, keyset_of, uri_of


@pytest.fixture
def county(store: Store) -> County:
    return make_county(store)


def portrait(county: County, asked: AskedCode) -> CodePortrait:
    with county.store.reading() as session:
        return code_portrait(session, county.regulator, county.keyring, asked, county.store.clock.now())


def test_the_verdict_is_the_one_that_a_scan_is_answered_with_at_every_step(county: County) -> None:
    desk = Desk(county)
    run = county.run(county.batch(), 10)
    uri = uri_of(county, run, 3)
    asked = AskedCode(read_asked(uri, keyset_of(county)).serial)
    seen = []
    steps = (
        lambda: None,
        lambda: county.change(run, RangeKind.ACTIVATE, (0, 9)),
        lambda: county.stop(ChangeKind.SUSPEND, date(2026, 11, 12)),
        lambda: county.change(run, RangeKind.VOID, (3, 3), reason="损坏"),
    )
    for step in steps:
        step()
        answer = desk.scan(uri, desk.visit(None))
        found = portrait(county, asked).verdict
        assert (found.reason, found.colour, found.rungs) == (
            answer.verdict.reason,
            answer.verdict.colour,
            answer.verdict.rungs,
        )
        seen.append(found.reason)
    assert seen == [Reason.NOT_ACTIVATED, Reason.AUTHENTIC, Reason.NOT_AUTHORISED, Reason.VOIDED]


def test_checks_are_counted_by_day_and_by_province(county: County, clock: FixedClock) -> None:
    desk = Desk(county)
    uri = uri_of(county, county.run(county.batch(), 10))
    asked = AskedCode(read_asked(uri, keyset_of(county)).serial)
    desk.recorder.start()
    desk.scan(uri, desk.visit(PHONE, "33"))
    desk.scan(uri, desk.visit(OTHER_PHONE, None))
    clock.at += timedelta(days=1)
    desk.scan(uri, desk.visit(PHONE, "33"))
    desk.recorder.close()
    checks = portrait(county, asked).checks
    assert checks.by_day == {date(2026, 11, 22): 2, date(2026, 11, 23): 1}
    assert checks.by_province == {"33": 2, "": 1}
    assert checks.by_month == {}


def test_another_s_code_is_not_found(county: County) -> None:
    uri = uri_of(county, county.run(county.batch(), 10))
    asked = read_asked(uri, keyset_of(county))
    with county.store.reading() as session, pytest.raises(NotFoundError):
        code_portrait(session, county.other_producer, county.keyring, asked, county.store.clock.now())

"""Printed once, replaced by a reprint, accounted for; who was given which file stays on file."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from gimark import audit
from gimark.accounts.rules import Actor
from gimark.clock import FixedClock
from gimark.errors import ConflictError, NotAllowedError, NotFoundError
from gimark.issuance.custody.actions import ReportForm, hand_out, report_labels
from gimark.issuance.custody.queries import Custody, custody, spans_to_void
from gimark.issuance.custody.rules import Fate, Told
from gimark.issuance.model import PrintState
from gimark.issuance.printing import PrintForm, add_file, order_print, set_print_state
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import RangeKind
from gimark.production.actions import recall_batch
from gimark.store.unit_of_work import Store
from tests.county import County, make_county, on_both

SHA256 = "ab" * 32


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    """On SQLite, or on the database that a test names."""
    engine = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_engine")
    return make_county(Store(engine, clock))


def printed(
    county: County,
    run: RunFacts,
    first: int,
    last: int,
    reason: str | None = None,
    end: PrintState = PrintState.RELEASED,
) -> str:
    """A print order whose files were made, as its job leaves it."""
    form = PrintForm(run.ref, first, last, "a4-3x8", 300, f"{first}-{last}-{reason}", reprint_reason=reason)
    with county.store.acting() as act:
        ref = order_print(act, county.producer, form).ref
        add_file(act, ref, "labels-0001.pdf", (first, last), SHA256, 9)
        set_print_state(act, ref, end)
        act.commit()
    return ref


def account(county: County, ref: str, actor: Actor | None = None) -> Custody:
    with county.store.reading() as session:
        return custody(session, actor or county.producer, ref)


def report(county: County, ref: str, *told: Told, actor: Actor | None = None) -> None:
    with county.store.acting() as act:
        report_labels(act, actor or county.producer, ref, ReportForm(told, "一卷"))
        act.commit()


def fetch(county: County, actor: Actor, ref: str) -> str:
    with county.store.acting() as act:
        file = hand_out(act, actor, ref, "labels-0001.pdf")
        act.commit()
    return file.sha256


@on_both
def test_reports_add_up_and_what_is_missing_is_voided_in_one_act(county: County) -> None:
    run = county.run(county.batch(), count=100)
    ref = printed(county, run, 0, 99)
    with pytest.raises(ConflictError):
        spans_to_void(account(county, ref))
    report(county, ref, Told(0, 79, Fate.PRINTED), Told(80, 84, Fate.SCRAPPED), Told(90, 92, Fate.RETURNED))
    report(county, ref, Told(79, 79, Fate.SCRAPPED))
    county.change(run, RangeKind.VOID, (82, 82), reason="破损")
    found = account(county, ref)
    numbers = {fate: found.accounted.number(fate) for fate in (*Fate, None)}
    assert numbers == {Fate.PRINTED: 79, Fate.SCRAPPED: 6, Fate.RETURNED: 3, None: 12}
    assert found.missing == ((85, 89), (93, 99))
    assert (found.to_void, found.to_return) == (((79, 81), (83, 89), (93, 99)), ((90, 92),))
    assert [(one.reported_by, one.note) for one in found.reports] == [(county.producer.name, "一卷")] * 2
    county.change(run, RangeKind.VOID, *spans_to_void(found), reason="缺号和报废")
    after = account(county, ref)
    assert (after.to_void, after.accounted) == ((), found.accounted)
    with pytest.raises(ConflictError):
        spans_to_void(after)
    with county.store.reading() as session:
        assert list(audit.differences(session)) == []


def test_a_reprint_replaces_the_former_file_unless_it_fails(county: County) -> None:
    run = county.run(county.batch(), count=100)
    former = printed(county, run, 0, 49)
    beside = printed(county, run, 50, 99)
    failed = printed(county, run, 20, 22, "打印机卡纸", PrintState.FAILED)
    assert fetch(county, county.producer, former) == SHA256
    later = printed(county, run, 20, 24, "再次卡纸")
    with pytest.raises(ConflictError) as caught:
        fetch(county, county.producer, former)
    assert caught.value.extras == {"superseded_by": later}
    assert fetch(county, county.producer, later) == fetch(county, county.producer, beside) == SHA256
    assert account(county, former).superseded_by == (later,)
    assert account(county, failed).superseded_by == (later,)
    assert account(county, former).files[0].sha256 == SHA256


def test_labels_that_were_printed_again_are_not_voided_for_the_first_print(county: County) -> None:
    run = county.run(county.batch(), count=50)
    former = printed(county, run, 0, 49)
    later = printed(county, run, 20, 24, "卡纸")
    report(county, former, Told(0, 19, Fate.PRINTED), Told(20, 24, Fate.SCRAPPED), Told(25, 48, Fate.PRINTED))
    assert account(county, former).to_void == ((49, 49),)
    report(county, later, Told(20, 23, Fate.PRINTED))
    assert account(county, later).to_void == ((24, 24),)


@on_both
def test_who_was_given_which_file_stays_on_file(county: County, clock: FixedClock) -> None:
    ref = printed(county, county.run(county.batch(), count=10), 0, 9)
    for actor in (county.other_producer, county.regulator):
        with pytest.raises((NotFoundError, NotAllowedError)):
            fetch(county, actor, ref)
    fetch(county, county.producer, ref)
    [download] = account(county, ref, county.regulator).downloads
    assert (download.user, download.sha256, download.at) == (county.producer.name, SHA256, clock.at)
    for statement in ("DELETE FROM file_download", "UPDATE custody_span SET last = 9", "DELETE FROM custody_report"):
        report(county, ref, Told(0, 0, Fate.PRINTED))
        with pytest.raises(DatabaseError), county.store.engine.begin() as connection:
            connection.execute(text(statement))


def test_a_report_is_the_owner_s_and_comes_after_the_files(county: County) -> None:
    run = county.run(county.batch(), count=10)
    ref = printed(county, run, 0, 4)
    waiting = printed(county, run, 5, 9, end=PrintState.READY)
    told = Told(0, 4, Fate.PRINTED)
    with pytest.raises(NotFoundError):
        report(county, ref, told, actor=county.other_producer)
    with pytest.raises(NotAllowedError):
        report(county, ref, told, actor=county.regulator)
    with pytest.raises(ConflictError):
        report(county, waiting, Told(5, 9, Fate.PRINTED))
    with pytest.raises(NotFoundError):
        account(county, ref, county.other_producer)


def test_files_whose_labels_cannot_be_used_any_more_leave_no_more(county: County) -> None:
    batch = county.batch()
    run = county.run(batch, count=100)
    first, second = printed(county, run, 0, 9), printed(county, run, 10, 19)
    county.change(run, RangeKind.VOID, (0, 8), reason="破损")
    assert fetch(county, county.producer, first) == SHA256
    county.change(run, RangeKind.RETURN, (9, 9), reason="没用")
    with pytest.raises(ConflictError, match="every code of this order was voided or returned"):
        fetch(county, county.producer, first)
    assert fetch(county, county.producer, second) == SHA256
    with county.store.acting() as act:
        recall_batch(act, county.producer, batch, "霉变")
        act.commit()
    with pytest.raises(ConflictError, match="the batch was recalled"):
        fetch(county, county.producer, second)

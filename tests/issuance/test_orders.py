"""A desk's rows of orders: how far each is, from the wish to the files; nothing of another's; a flat cost."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from gimark.accounts.rules import Permission
from gimark.errors import NotFoundError, ScopeMissingError
from gimark.issuance.issuing import MOST_AT_ONCE, IssueForm, issue_job, order_codes
from gimark.issuance.model import PrintState
from gimark.issuance.orders import OrderRow, labels_of, order_of_run, order_row, order_rows
from gimark.issuance.printing import PrintForm, order_print, print_job, set_print_state
from gimark.issuance.queries import RunFacts
from gimark.issuance.stages import OrderStage, stage_of
from gimark.jobs.actions import cancel
from gimark.jobs.queries import job_by_key
from gimark.jobs.rules import JobState
from gimark.store.paging import Wanted
from gimark.store.unit_of_work import Store
from tests.county import BATCH, County, make_county

NEWEST = Wanted(50, newest_first=True)


@pytest.fixture
def county(any_store: Store) -> County:
    return make_county(any_store)


def rows(county: County, wanted: Wanted = NEWEST, batch_ref: str | None = None) -> list[OrderRow]:
    with county.store.reading() as session:
        return list(order_rows(session, county.producer, wanted, batch_ref).items)


def labels(county: County, run: RunFacts, key: str, state: PrintState | None = None) -> str:
    with county.store.acting() as act:
        ref = order_print(act, county.producer, PrintForm(run.ref, 0, run.count - 1, "a4-3x8", 300, key)).ref
        if state is not None:
            set_print_state(act, ref, state)
        act.commit()
    return ref


@pytest.mark.parametrize(
    ("is_issued", "issuing", "printed", "stage"),
    [
        (False, JobState.QUEUED, None, "issuing"),
        (False, JobState.RUNNING, None, "issuing"),
        (False, JobState.FAILED, None, "issue_failed"),
        (False, JobState.CANCELLED, None, "issue_failed"),
        (False, None, None, "unfinished"),
        (True, JobState.DONE, None, "issued"),
        (True, None, None, "issued"),
        (True, None, "queued", "printing"),
        (True, None, "rendering", "printing"),
        (True, None, "ready", "printing"),
        (True, None, "released", "printed"),
        (True, None, "failed", "print_failed"),
    ],
)
def test_every_state_of_run_job_and_labels_is_one_stage(
    is_issued: bool, issuing: JobState | None, printed: str | None, stage: str
) -> None:
    assert stage_of(is_issued=is_issued, issuing=issuing, printed=printed) is OrderStage(stage)


def test_an_order_goes_from_issued_over_printing_to_printed(county: County) -> None:
    batch = county.batch()
    run = county.run(batch, 40)
    [row] = rows(county)
    assert (row.lot, row.item_zh, row.count, row.run_ref) == (BATCH.lot, "云溪香菇 花菇 250 g", 40, run.ref)
    assert (row.batch_ref, row.stage, row.print_ref) == (batch, OrderStage.ISSUED, None)
    printed = labels(county, run, "p1")
    [row] = rows(county)
    assert (row.stage, row.print_ref) == (OrderStage.PRINTING, printed)
    assert row.printing is not None
    assert row.printing.key == print_job(printed)
    with county.store.acting() as act:
        set_print_state(act, printed, PrintState.RELEASED)
        act.commit()
    assert rows(county)[0].stage is OrderStage.PRINTED


def test_the_newest_labels_of_a_run_say_where_its_order_stands(county: County) -> None:
    run = county.run(county.batch(), 40)
    failed = labels(county, run, "p1", PrintState.FAILED)
    assert rows(county)[0].stage is OrderStage.PRINT_FAILED
    again = labels(county, run, "p2", PrintState.RELEASED)
    [row] = rows(county)
    assert (row.stage, row.print_ref) == (OrderStage.PRINTED, again)
    with county.store.reading() as session:
        found = labels_of(session, county.producer, row.ref)
    assert [one.facts.ref for one in found] == [again, failed]
    assert all(one.job is not None for one in found)


def test_a_large_order_is_known_before_its_run_and_when_its_job_was_cancelled(county: County) -> None:
    batch = county.batch(form=replace(BATCH, planned_g=10_000_000))
    ref = order_codes(county.store, county.producer, IssueForm(batch, MOST_AT_ONCE + 1, "large"))
    [row] = rows(county)
    assert (row.ref, row.run_ref, row.stage) == (ref, None, OrderStage.ISSUING)
    with county.store.acting() as act:
        job = job_by_key(act.session, issue_job(ref))
        assert job is not None
        cancel(act, job.ref)
        act.commit()
    assert rows(county)[0].stage is OrderStage.ISSUE_FAILED


def test_a_small_order_that_never_became_official_is_unfinished(county: County) -> None:
    order_codes(county.store, county.producer, IssueForm(county.batch(), 5, "killed"))
    assert rows(county)[0].stage is OrderStage.UNFINISHED


def test_orders_come_newest_first_and_by_batch_and_another_s_are_not_found(county: County) -> None:
    one, two = county.batch(), county.batch(form=replace(BATCH, lot="SECOND"))
    runs = [county.run(batch, 5, f"k{number}") for number, batch in enumerate((one, two, one))]
    assert [row.run_ref for row in rows(county)] == [run.ref for run in reversed(runs)]
    assert [row.run_ref for row in rows(county, batch_ref=two)] == [runs[1].ref]
    ref = rows(county)[0].ref
    with county.store.reading() as session:
        assert order_of_run(session, county.producer, runs[2].ref) == ref
        assert order_rows(session, county.other_producer, NEWEST).items == ()
        for read in (
            lambda: order_row(session, county.other_producer, ref),
            lambda: labels_of(session, county.other_producer, ref),
            lambda: order_of_run(session, county.other_producer, runs[2].ref),
            lambda: order_of_run(session, county.producer, "0" * 16),
            lambda: order_row(session, county.producer, "0" * 16),
            lambda: order_rows(session, county.other_producer, NEWEST, one),
        ):
            with pytest.raises(NotFoundError):
                read()
        narrow = replace(county.producer, scopes=frozenset({Permission.ISSUE_CODES}))
        with pytest.raises(ScopeMissingError):
            order_rows(session, narrow, NEWEST)


def test_a_page_asks_as_often_for_one_order_as_for_many_and_reads_none_whole(county: County) -> None:
    batch = county.batch()
    for number in range(6):
        labels(county, county.run(batch, 5, f"k{number}"), f"p{number}")
    engine, said = county.store.engine, []  # type: ignore[var-annotated]
    event.listen(engine, "before_cursor_execute", lambda _c, _u, text, values, *_: said.append((text, values)))
    asked = []
    for limit in (1, 6):
        said.clear()
        assert len(rows(county, Wanted(limit, newest_first=True))) == limit
        asked.append([one for one in said if one[0].startswith("SELECT")])
    assert len(asked[0]) == len(asked[1]) <= 5
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            plans = [
                row[3]
                for text, values in asked[1]
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            ]
        assert [plan for plan in plans if plan.startswith("SCAN")] == []
        assert "ix_issue_order_enterprise_id_id" in plans[0]

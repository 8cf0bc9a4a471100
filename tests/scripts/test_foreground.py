"""Long work at a terminal: the bar says what is done, and goes as far as the job does."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from gimark.errors import NotFoundError
from gimark.issuance.issuing import MOST_AT_ONCE, IssueForm, issue_job, order_codes
from gimark.jobs.rules import JobState
from gimark.store.unit_of_work import Store
from scripts.foreground import work_off
from tests.api.site import installation
from tests.county import BATCH, make_county


def test_a_bar_shows_what_is_done_and_how_far_it_is(store: Store, tmp_path: Path) -> None:
    county = make_county(store)
    here = installation(county, tmp_path / "data")
    count = MOST_AT_ONCE + 1
    batch = county.batch(form=replace(BATCH, planned_g=250 * count))
    order = order_codes(store, county.producer, IssueForm(batch, count, "large"))
    seen = io.StringIO()
    terminal = Console(file=seen, force_terminal=True, width=80)
    job = work_off(here, issue_job(order), "计算承诺", terminal)
    assert job.state is JobState.DONE
    assert job.progress_done == job.progress_total > 0
    assert "计算承诺" in seen.getvalue()
    assert "100%" in seen.getvalue()


def test_a_job_that_nobody_asked_for_is_not_found(store: Store, tmp_path: Path) -> None:
    here = installation(make_county(store), tmp_path / "data")
    with pytest.raises(NotFoundError):
        work_off(here, "nobody", "无", Console(file=io.StringIO()))

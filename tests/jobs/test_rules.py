"""When a failed job is tried again, and what its row says."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.errors import ConflictError, Fault, InvalidInputError, StoreBusyError
from gimark.jobs.rules import FIRST_BACKOFF, LONGEST_BACKOFF, backoff, failure_text, is_lasting

FAULT = Fault("lot", "批次有误", "the lot is wrong", "请更正", "Mend it")


def test_the_first_waits_are_10_20_40_seconds() -> None:
    assert [backoff(n).total_seconds() for n in (1, 2, 3)] == [10, 20, 40]


@given(st.integers(1, 10**6))
def test_waits_never_shrink_and_have_bounds(failures: int) -> None:
    assert FIRST_BACKOFF <= backoff(failures) <= backoff(failures + 1) <= LONGEST_BACKOFF == timedelta(hours=1)


@pytest.mark.parametrize(
    ("error", "lasting"),
    [
        (InvalidInputError((FAULT,)), True),
        (ConflictError((FAULT,)), True),
        (StoreBusyError((FAULT,)), False),
        (OSError(), False),
    ],
)
def test_what_waiting_cannot_mend_is_not_tried_again(error: Exception, *, lasting: bool) -> None:
    assert is_lasting(error) is lasting


def test_a_job_tells_our_errors_in_full_and_foreign_ones_by_class_alone() -> None:
    assert "批次有误" in failure_text(InvalidInputError((FAULT,)))
    text = failure_text(RuntimeError("password=hunter2 at /srv/keys"))
    assert "RuntimeError" in text
    assert "hunter2" not in text

"""How far an order for codes is, in the words of a desk. Pure."""

from enum import StrEnum

from gimark.jobs.rules import JobState


class OrderStage(StrEnum):
    """Where an order stands; only what somebody has to know or to do something about is told apart.

    `unfinished`: nobody is at work on it and it never became official, so nothing was done.
    """

    ISSUING = "issuing"
    ISSUE_FAILED = "issue_failed"
    UNFINISHED = "unfinished"
    ISSUED = "issued"
    PRINTING = "printing"
    PRINT_FAILED = "print_failed"
    PRINTED = "printed"


UNDER_WAY = frozenset({OrderStage.ISSUING, OrderStage.PRINTING})
FAILED = frozenset({OrderStage.ISSUE_FAILED, OrderStage.PRINT_FAILED})
_LABELS = {"released": OrderStage.PRINTED, "failed": OrderStage.PRINT_FAILED}


def stage_of(*, is_issued: bool, issuing: JobState | None, printed: str | None) -> OrderStage:
    """The stage of an order: whether its codes are official, the state of the job that issues them (None: no job,
    as for small orders), and the state of its newest labels (None: none were ordered).
    """
    if is_issued:
        return OrderStage.ISSUED if printed is None else _LABELS.get(printed, OrderStage.PRINTING)
    if issuing in (JobState.QUEUED, JobState.RUNNING):
        return OrderStage.ISSUING
    return OrderStage.UNFINISHED if issuing in (None, JobState.DONE) else OrderStage.ISSUE_FAILED

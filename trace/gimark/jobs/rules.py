"""A job's states, and when a failed one is tried again. Pure."""

from datetime import timedelta
from enum import StrEnum

from gimark.errors import ConflictError, GimarkError, InvalidInputError, NotAllowedError, NotFoundError

ATTEMPTS_ALLOWED = 5
FIRST_BACKOFF = timedelta(seconds=10)
LONGEST_BACKOFF = timedelta(hours=1)
# What no waiting mends: the same input meets the same refusal.
LASTING = (InvalidInputError, NotFoundError, NotAllowedError, ConflictError)


class JobState(StrEnum):
    """Where a job stands. `done`, `failed` and `cancelled` are ends; only `failed` can be asked for again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDS = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


def backoff(failures: int) -> timedelta:
    """How long to wait after the `failures`-th failure (1, 2, …): 10 s, then twice as long each time, at most 1 h."""
    doublings = min(failures - 1, 16)
    return min(FIRST_BACKOFF * (1 << doublings), LONGEST_BACKOFF)


def is_lasting(error: Exception) -> bool:
    """Whether trying again cannot help."""
    return isinstance(error, LASTING)


def failure_text(error: Exception) -> str:
    """What a job's row says of `error`: an error of our tree in full, of any other its class alone.

    The text of a foreign error may hold a path or a secret; it goes to the log and nowhere else.
    """
    return str(error) if isinstance(error, GimarkError) else f"{type(error).__name__}（详见日志 / see the log）"

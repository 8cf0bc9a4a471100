"""How many tries are free, and how long the wait after them is.

An account is guarded three ways: by itself against many networks, together with one network against one guesser, and a
network by itself against one who tries many accounts. The wait doubles with each further try and never gets longer than
minutes, so that nobody can be locked out of their own account for long by being guessed at (NIST SP 800-63B, 5.2.2:
at most 100 failures in a row; with these waits that takes hours).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# After this long without a try all is forgotten.
FORGOTTEN_AFTER = timedelta(hours=1)


class Guarded(StrEnum):
    """What is guarded against guessing."""

    ACCOUNT = "account"
    ACCOUNT_FROM_NETWORK = "account_from_network"
    NETWORK = "network"
    CODE = "code"
    CODE_FROM_NETWORK = "code_from_network"


@dataclass(frozen=True, slots=True)
class Patience:
    """`free` tries are looked at without a wait; then it is `first`, doubled with each further try up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta


PATIENCE = {
    Guarded.ACCOUNT: Patience(10, timedelta(seconds=15), timedelta(minutes=2)),
    Guarded.ACCOUNT_FROM_NETWORK: Patience(5, timedelta(seconds=15), timedelta(minutes=15)),
    Guarded.NETWORK: Patience(50, timedelta(seconds=15), timedelta(minutes=5)),
    Guarded.CODE: Patience(5, timedelta(seconds=30), timedelta(minutes=15)),
    Guarded.CODE_FROM_NETWORK: Patience(50, timedelta(seconds=15), timedelta(minutes=5)),
}


def wait_after(guarded: Guarded, tries: int, last_at: datetime, now: datetime) -> timedelta:
    """How long to wait at `now` when `tries` were made and the last of them then; zero or less when not at all."""
    patience = PATIENCE[guarded]
    if tries < patience.free or now >= last_at + FORGOTTEN_AFTER:
        return timedelta(0)
    doubled: timedelta = patience.first * (1 << min(tries - patience.free, 20))
    return last_at + min(doubled, patience.longest) - now


def tries_with_next(tries: int, last_at: datetime, now: datetime) -> int:
    """How many there are with the one that is made at `now`."""
    return 1 if now >= last_at + FORGOTTEN_AFTER else tries + 1

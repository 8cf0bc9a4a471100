"""Telling what was tried in vain, and forgetting it again. The caller commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete
from sqlalchemy.dialects import postgresql, sqlite

from gimark.accounts.attempts.model import AttemptKind, FailedAttempts
from gimark.store.parts import AT_ONCE, parts
from gimark.store.unit_of_work import Act

KEPT_MINUTES = 2

Tries = Mapping[tuple[AttemptKind, bytes], int]


def minute_of(instant: datetime) -> int:
    """The minute that an aware instant falls in."""
    return int(instant.timestamp()) // 60


def add_tries(act: Act, minute: int, tries: Tries) -> None:
    """Add to what is known of the minute, by kind and network."""
    dialect = postgresql if act.session.get_bind().dialect.name == "postgresql" else sqlite
    # In order, so that two processes never wait for each other.
    rows = [
        {"minute": minute, "kind": kind, "network": network, "tries": n}
        for (kind, network), n in sorted(tries.items(), key=lambda item: (item[0][0].value, item[0][1]))
    ]
    # A row has four parameters.
    for part in parts(rows, AT_ONCE // 4):
        insert = dialect.insert(FailedAttempts).values(part)
        more = {"tries": FailedAttempts.tries + insert.excluded.tries}
        act.session.execute(insert.on_conflict_do_update(index_elements=["minute", "kind", "network"], set_=more))


def forget_tries(act: Act, minute: int) -> int:
    """Delete the rows of minutes long before `minute`, or after it where a clock was set back; how many."""
    is_near = FailedAttempts.minute.between(minute - KEPT_MINUTES, minute + KEPT_MINUTES)
    done = act.session.execute(delete(FailedAttempts).where(~is_near))
    return cast("CursorResult[Any]", done).rowcount

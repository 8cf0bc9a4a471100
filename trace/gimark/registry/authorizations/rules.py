"""The state of an authorization on any day (domain §1.5: ACTIVE, SUSPENDED, CANCELLED as the first states).

Codes may be issued only while it is active, for its classes, within its dates; a package is lawful when it was
active on the packing date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class ChangeKind(StrEnum):
    """Acts on an authorization after its grant."""

    AMEND = "amend"
    SUSPEND = "suspend"
    RESTORE = "restore"
    REVOKE = "revoke"


class Standing(StrEnum):
    """How an authorization stands on a day."""

    ACTIVE = "active"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is permitted, and when: both days included, `valid_until` None = open."""

    classes: tuple[str, ...]
    number: str
    valid_from: date
    valid_until: date | None
    labels_per_year: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One act after the grant. `terms` is set on an amendment only."""

    kind: ChangeKind
    reason: str
    effective_on: date
    ledger_index: int
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The grant and every later act, in ledger order."""

    granted: Terms
    changes: tuple[Change, ...] = ()

    def terms_on(self, day: date) -> Terms:
        """The terms in force on `day`: of the last amendment effective by then, else of the grant."""
        amended = [c.terms for c in self.changes if c.terms is not None and c.effective_on <= day]
        return amended[-1] if amended else self.granted

    def standing_on(self, day: date) -> tuple[Standing, Change | None]:
        """How it stands on `day`, and the act that made it so (None for dates alone)."""
        stopped = self._stopped_by(day)
        if stopped is not None:
            return (Standing.REVOKED if stopped.kind is ChangeKind.REVOKE else Standing.SUSPENDED), stopped
        terms = self.terms_on(day)
        if day < terms.valid_from:
            return Standing.NOT_YET, None
        if terms.valid_until is not None and day > terms.valid_until:
            return Standing.EXPIRED, None
        return Standing.ACTIVE, None

    def is_active_on(self, day: date) -> bool:
        """Whether it may be used on `day`."""
        return self.standing_on(day)[0] is Standing.ACTIVE

    def covers(self, product_class: str, day: date) -> bool:
        """Whether it is active on `day` and names `product_class`."""
        return self.is_active_on(day) and product_class in self.terms_on(day).classes

    def span_from(self, today: date) -> tuple[date, date | None] | None:
        """The days (both included, None = open) on which it may be used as things stand; None when all are past.

        A suspension ends nothing: it can be lifted. A revocation ends it on the day before its own.
        """
        terms = self.terms_on(today)
        last_days = [
            change.effective_on - timedelta(days=1) for change in self.changes if change.kind is ChangeKind.REVOKE
        ]
        last_days += [] if terms.valid_until is None else [terms.valid_until]
        ends = min(last_days, default=None)
        if ends is not None and (ends < today or ends < terms.valid_from):
            return None
        return terms.valid_from, ends

    def _stopped_by(self, day: date) -> Change | None:
        stopped: Change | None = None
        for change in self.changes:
            if change.effective_on > day:
                continue
            if change.kind is ChangeKind.REVOKE:
                return change
            if change.kind is ChangeKind.SUSPEND:
                stopped = change
            elif change.kind is ChangeKind.RESTORE:
                stopped = None
        return stopped


# What may follow what: a revoked authorization is ended for good, a new one must be granted.
ALLOWED_AFTER = {
    Standing.ACTIVE: frozenset({ChangeKind.AMEND, ChangeKind.SUSPEND, ChangeKind.REVOKE}),
    Standing.SUSPENDED: frozenset({ChangeKind.AMEND, ChangeKind.RESTORE, ChangeKind.REVOKE}),
    Standing.REVOKED: frozenset[ChangeKind](),
}


def last_state(changes: Sequence[Change]) -> Standing:
    """The state after the last act, whatever the day: ACTIVE, SUSPENDED or REVOKED."""
    for change in reversed(changes):
        if change.kind is ChangeKind.REVOKE:
            return Standing.REVOKED
        if change.kind is ChangeKind.SUSPEND:
            return Standing.SUSPENDED
        if change.kind is ChangeKind.RESTORE:
            return Standing.ACTIVE
    return Standing.ACTIVE

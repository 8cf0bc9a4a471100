"""Reading authorizations with their history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.registry.authorizations.model import Authorization, AuthorizationChange
from gimark.registry.authorizations.rules import Change, History, Terms


@dataclass(frozen=True, slots=True)
class AuthorizationFacts:
    """One authorization, its right, and everything that happened to it."""

    id: int
    ref: str
    enterprise_id: int
    right_id: int
    ledger_index: int
    history: History


def history_of(session: Session, authorization: Authorization) -> History:
    """The grant and its later acts, in ledger order."""
    return _histories(session, [authorization])[authorization.id]


def authorizations(session: Session, ids: Sequence[int]) -> list[AuthorizationFacts]:
    """The authorizations with these keys, in the order of their grants."""
    rows = session.scalars(select(Authorization).where(Authorization.id.in_(ids)).order_by(Authorization.ledger_index))
    return _facts(session, rows.all())


def authorizations_of(session: Session, enterprise_id: int, right_ids: Sequence[int]) -> list[AuthorizationFacts]:
    """Every authorization of an enterprise for any of these rights, whatever its state."""
    rows = session.scalars(
        select(Authorization)
        .where(Authorization.enterprise_id == enterprise_id, Authorization.right_id.in_(right_ids))
        .order_by(Authorization.ledger_index)
    )
    return _facts(session, rows.all())


def _facts(session: Session, rows: Sequence[Authorization]) -> list[AuthorizationFacts]:
    histories = _histories(session, rows)
    return [AuthorizationFacts(a.id, a.ref, a.enterprise_id, a.right_id, a.ledger_index, histories[a.id]) for a in rows]


def _histories(session: Session, rows: Sequence[Authorization]) -> dict[int, History]:
    changes = session.scalars(
        select(AuthorizationChange)
        .where(AuthorizationChange.authorization_id.in_([row.id for row in rows]))
        .order_by(AuthorizationChange.ledger_index)
    ).all()
    return {
        row.id: History(
            granted=Terms(tuple(row.classes), row.number, row.valid_from, row.valid_until, row.labels_per_year),
            changes=tuple(_change(change) for change in changes if change.authorization_id == row.id),
        )
        for row in rows
    }


def _change(row: AuthorizationChange) -> Change:
    return Change(
        row.kind, row.reason, row.effective_on, row.ledger_index, None if row.terms is None else _terms(row.terms)
    )


def _terms(fields: dict[str, object]) -> Terms:
    until = fields["until"]
    labels = fields.get("labels_per_year")
    return Terms(
        classes=tuple(str(word) for word in fields["classes"]),  # type: ignore[attr-defined]
        number=str(fields["number"]),
        valid_from=date.fromisoformat(str(fields["from"])),
        valid_until=None if until is None else date.fromisoformat(str(until)),
        labels_per_year=labels if isinstance(labels, int) else None,
    )

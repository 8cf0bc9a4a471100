"""Reading authorizations with their history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gimark.accounts.queries import scoped
from gimark.accounts.rules import Actor, not_found
from gimark.registry.authorizations.model import Authorization, AuthorizationChange
from gimark.registry.authorizations.rules import Change, History, Terms
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.rights.model import Right
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class AuthorizationFacts:
    """One authorization, its right, and everything that happened to it."""

    id: int
    ref: str
    enterprise_id: int
    right_id: int
    ledger_index: int
    history: History


@dataclass(frozen=True, slots=True)
class AuthorizationRecord:
    """One authorization as a desk shows it, with the references of whom and what it is for."""

    facts: AuthorizationFacts
    enterprise_ref: str
    right_ref: str
    granted_at: datetime


def visible_authorizations(
    session: Session, actor: Actor, wanted: Wanted, enterprise_ref: str | None = None, right_ref: str | None = None
) -> Portion[AuthorizationRecord]:
    """Those that the actor may see, of one enterprise and one right or of all, in the order of their grants."""
    asked = _visible(actor)
    if enterprise_ref is not None:
        asked = asked.where(
            Authorization.enterprise_id.in_(select(Enterprise.id).where(Enterprise.ref == enterprise_ref))
        )
    if right_ref is not None:
        asked = asked.where(Authorization.right_id.in_(select(Right.id).where(Right.ref == right_ref)))
    found = portion(session, asked, Authorization.id, Authorization.ref, wanted)
    return Portion(_records(session, found.items), found.next)


def visible_authorization(session: Session, actor: Actor, ref: str) -> AuthorizationRecord:
    """One of them. Raises NotFoundError."""
    row = session.scalar(_visible(actor).where(Authorization.ref == ref))
    if row is None:
        raise not_found("authorization")
    return _records(session, [row])[0]


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


def fitting(held: Sequence[AuthorizationFacts], product_class: str, day: date) -> AuthorizationFacts | None:
    """Which of the authorizations for one right (`held`, in the order of their grants) is acted under on `day`: the
    last that covers the class; None when none does.
    """
    return next((one for one in reversed(held) if one.history.covers(product_class, day)), None)


def _visible(actor: Actor) -> Select[Authorization]:
    return scoped(select(Authorization), actor, Authorization.enterprise_id)


def _records(session: Session, rows: Sequence[Authorization]) -> tuple[AuthorizationRecord, ...]:
    enterprises = select(Enterprise.id, Enterprise.ref).where(Enterprise.id.in_({row.enterprise_id for row in rows}))
    rights = select(Right.id, Right.ref).where(Right.id.in_({row.right_id for row in rows}))
    enterprise_refs: dict[int, str] = dict(session.execute(enterprises).all())
    right_refs: dict[int, str] = dict(session.execute(rights).all())
    return tuple(
        AuthorizationRecord(facts, enterprise_refs[row.enterprise_id], right_refs[row.right_id], row.granted_at)
        for row, facts in zip(rows, _facts(session, rows), strict=True)
    )


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

"""The roll of authorizations, as they stand on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from gimark.accounts.queries import scoped
from gimark.accounts.rules import Actor, not_found
from gimark.registry.authorizations.model import Authorization
from gimark.registry.authorizations.queries import AuthorizationFacts, authorizations
from gimark.registry.authorizations.rules import History, Standing, Terms
from gimark.registry.directory.queries import may_stand
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.rights.model import GiProduct, Right
from gimark.registry.rolls.names import Named, NamedRight, Names, has_part
from gimark.registry.rolls.sifting import sifted
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class AuthorizationFilter:
    """Which authorizations: `parts` in the enterprise's names or USCC or in the number granted; None leaves it open.

    `right` is the reference of a right or of a product (all of its rights); `ends_by` a last day, as things stand.
    """

    parts: tuple[str, ...] = ()
    right: str | None = None
    enterprise: str | None = None
    standing: Standing | None = None
    ends_by: date | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationRow:
    """An authorization with the terms in force on the day asked for, and who holds it.

    `since` and `reason` are those of the act that stopped it; `ends_on` is its last day as things stand, None when
    there is none or it is over.
    """

    ref: str
    enterprise: Named
    uscc: str
    right: NamedRight
    terms: Terms
    classes: tuple[Named, ...]
    standing: Standing
    since: date | None
    reason: str | None
    ends_on: date | None
    granted_at: datetime
    ledger_index: int
    history: History


def authorization_rows(
    session: Session, actor: Actor, wanted: Wanted, chosen: AuthorizationFilter, today: date
) -> Portion[AuthorizationRow]:
    """Those that the actor may see, as they stand `today`, in the order of their grants. Needs READ."""
    asked = _asked(scoped(select(Authorization), actor, Authorization.enterprise_id), chosen, today)
    names = Names(session)

    def read(part: Wanted) -> Portion[AuthorizationRow]:
        found = portion(session, asked, Authorization.id, Authorization.ref, part)
        return Portion(_rows(session, found.items, names, today), found.next)

    return sifted(read, lambda row: _fits(row, chosen), lambda row: row.ref, wanted)


def authorization_row(session: Session, actor: Actor, ref: str, today: date) -> AuthorizationRow:
    """One of them. Raises NotFoundError."""
    query = scoped(select(Authorization), actor, Authorization.enterprise_id).where(Authorization.ref == ref)
    row = session.scalar(query)
    if row is None:
        raise not_found("authorization")
    return _rows(session, [row], Names(session), today)[0]


def _asked(query: Select[Authorization], chosen: AuthorizationFilter, today: date) -> Select[Authorization]:
    """What the database can tell of the filter; more than fit, never fewer."""
    if chosen.enterprise is not None:
        query = query.where(_of_enterprise(Enterprise.ref == chosen.enterprise))
    if chosen.right is not None:
        rights = select(Right.id).join(GiProduct, GiProduct.id == Right.product_id)
        named = or_(Right.ref == chosen.right, GiProduct.ref == chosen.right)
        query = query.where(Authorization.right_id.in_(rights.where(named)))
    if chosen.standing is not None:
        query = query.where(may_stand(chosen.standing, today))
    for part in chosen.parts:
        holds = _of_enterprise(has_part(part, Enterprise.name_zh, Enterprise.name_en, Enterprise.uscc))
        number = func.lower(Authorization.number).contains(part.lower(), autoescape=True)
        query = query.where(or_(holds, number))
    return query


def _of_enterprise(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Authorization.enterprise_id.in_(select(Enterprise.id).where(condition))


def _fits(row: AuthorizationRow, chosen: AuthorizationFilter) -> bool:
    if chosen.standing not in (None, row.standing):
        return False
    return chosen.ends_by is None or (row.ends_on is not None and row.ends_on <= chosen.ends_by)


def _rows(session: Session, rows: Sequence[Authorization], names: Names, today: date) -> tuple[AuthorizationRow, ...]:
    facts = {one.id: one for one in authorizations(session, [row.id for row in rows])}
    asked = select(Enterprise).where(Enterprise.id.in_({row.enterprise_id for row in rows}))
    holders = {row.id: row for row in session.scalars(asked)}
    return tuple(_row(row, facts[row.id], holders[row.enterprise_id], names, today) for row in rows)


def _row(
    row: Authorization, facts: AuthorizationFacts, holder: Enterprise, names: Names, today: date
) -> AuthorizationRow:
    history = facts.history
    terms, span = history.terms_on(today), history.span_from(today)
    standing, change = history.standing_on(today)
    product_id = names.product_of[row.right_id]
    return AuthorizationRow(
        ref=row.ref,
        enterprise=Named(holder.ref, holder.name_zh, holder.name_en),
        uscc=holder.uscc,
        right=names.rights[row.right_id],
        terms=terms,
        classes=tuple(names.class_of(product_id, key) for key in terms.classes),
        standing=standing,
        since=None if change is None else change.effective_on,
        reason=None if change is None else change.reason,
        ends_on=None if span is None else span[1],
        granted_at=row.granted_at,
        ledger_index=row.ledger_index,
        history=history,
    )

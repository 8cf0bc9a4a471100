"""How an enterprise's authorizations stand on a day, and how long they still last, for the desk of the enterprise."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor
from gimark.registry.authorizations.queries import AuthorizationRecord, visible_authorizations
from gimark.registry.authorizations.rules import Standing
from gimark.registry.rights.model import GiProduct, Right, RightKind
from gimark.store.paging import MOST, Wanted

# Long enough to apply for an extension before the last day.
NOTICE_DAYS = 90


@dataclass(frozen=True, slots=True)
class StandingAuthorization:
    """An authorization on a day. `ends_on` is its last day as things stand: None when it is open, or over already.

    `reason` is that of the act that stopped it, None while nothing did.
    """

    ref: str
    right_ref: str
    product_zh: str
    product_en: str | None
    kind: RightKind
    number: str
    classes: tuple[str, ...]
    labels_per_year: int | None
    standing: Standing
    reason: str | None
    ends_on: date | None
    days_left: int | None

    @property
    def needs_attention(self) -> bool:
        """Whether it is suspended, or ends within `NOTICE_DAYS`."""
        if self.standing is Standing.SUSPENDED:
            return True
        return self.standing is Standing.ACTIVE and self.days_left is not None and self.days_left <= NOTICE_DAYS


def standing_authorizations(session: Session, actor: Actor, today: date) -> tuple[StandingAuthorization, ...]:
    """The authorizations that the actor may see, in the order of their grants, `MOST` of them. Needs READ."""
    found = visible_authorizations(session, actor, Wanted(MOST)).items
    rights = {
        ref: (kind, name_zh, name_en)
        for ref, kind, name_zh, name_en in session.execute(
            select(Right.ref, Right.kind, GiProduct.name_zh, GiProduct.name_en)
            .join(GiProduct, GiProduct.id == Right.product_id)
            .where(Right.ref.in_({one.right_ref for one in found}))
        )
    }
    return tuple(_standing(one, rights[one.right_ref], today) for one in found)


def _standing(
    record: AuthorizationRecord, right: tuple[RightKind, str, str | None], today: date
) -> StandingAuthorization:
    history = record.facts.history
    terms, span = history.terms_on(today), history.span_from(today)
    standing, change = history.standing_on(today)
    ends_on = None if span is None else span[1]
    return StandingAuthorization(
        ref=record.facts.ref,
        right_ref=record.right_ref,
        product_zh=right[1],
        product_en=right[2],
        kind=right[0],
        number=terms.number,
        classes=terms.classes,
        labels_per_year=terms.labels_per_year,
        standing=standing,
        reason=None if change is None else change.reason,
        ends_on=ends_on,
        days_left=None if ends_on is None else (ends_on - today).days,
    )

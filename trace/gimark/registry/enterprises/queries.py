"""Reading enterprises: a producer sees its own, everybody else all of them."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gimark.accounts.queries import scoped
from gimark.accounts.rules import Actor, not_found
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class EnterpriseFacts:
    """An enterprise as it stands in the register."""

    ref: str
    uscc: str
    name_zh: str
    name_en: str | None
    kind: EnterpriseKind
    town_code: str
    address: str
    contact: str | None
    phone: str | None
    sc_licence: str | None
    ledger_index: int


def enterprises(session: Session, actor: Actor, wanted: Wanted, uscc: str | None = None) -> Portion[EnterpriseFacts]:
    """The enterprises that the actor may see (of this USCC), in the order in which they were registered."""
    asked = _visible(actor) if uscc is None else _visible(actor).where(Enterprise.uscc == uscc)
    return portion(session, asked, Enterprise.id, Enterprise.ref, wanted).map(_facts)


def enterprise(session: Session, actor: Actor, ref: str) -> EnterpriseFacts:
    """One of them. Raises NotFoundError."""
    row = session.scalar(_visible(actor).where(Enterprise.ref == ref))
    if row is None:
        raise not_found("enterprise")
    return _facts(row)


def own_enterprise(session: Session, actor: Actor) -> EnterpriseFacts | None:
    """The enterprise that a producer's user belongs to; None for everybody else."""
    return None if actor.enterprise_id is None else _facts(session.get_one(Enterprise, actor.enterprise_id))


def enterprise_id_of(session: Session, ref: str) -> int:
    """The key of the enterprise `ref`. Raises NotFoundError."""
    found = session.scalar(select(Enterprise.id).where(Enterprise.ref == ref))
    if found is None:
        raise not_found("enterprise")
    return found


def _visible(actor: Actor) -> Select[Enterprise]:
    return scoped(select(Enterprise), actor, Enterprise.id)


def _facts(row: Enterprise) -> EnterpriseFacts:
    return EnterpriseFacts(
        ref=row.ref,
        uscc=row.uscc,
        name_zh=row.name_zh,
        name_en=row.name_en,
        kind=row.kind,
        town_code=row.town_code,
        address=row.address,
        contact=row.contact,
        phone=row.phone,
        sc_licence=row.sc_licence,
        ledger_index=row.ledger_index,
    )

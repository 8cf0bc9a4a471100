"""Reading the county and its towns."""

from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.registry.county.actions import CountyForm
from gimark.registry.county.model import COUNTY_ID, County
from gimark.registry.rights.model import Town
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class TownFacts:
    """A township-level division, or the county itself, by its statistical code."""

    code: str
    name_zh: str
    name_en: str | None


def county(session: Session, actor: Actor) -> CountyForm:
    """The county as it was entered. Raises NotFoundError before it was."""
    require(actor, Permission.READ)
    row = session.get(County, COUNTY_ID)
    if row is None:
        raise not_found("county")
    return CountyForm(**{field.name: getattr(row, field.name) for field in fields(CountyForm)})


def towns(session: Session, actor: Actor, wanted: Wanted) -> Portion[TownFacts]:
    """The towns, in the order of their codes; `after` is a code."""
    require(actor, Permission.READ)
    return portion(session, select(Town), Town.code, Town.code, wanted).map(_facts)


def town(session: Session, actor: Actor, code: str) -> TownFacts:
    """One of them. Raises NotFoundError."""
    require(actor, Permission.READ)
    row = session.get(Town, code)
    if row is None:
        raise not_found("town")
    return _facts(row)


def _facts(row: Town) -> TownFacts:
    return TownFacts(row.code, row.name_zh, row.name_en)

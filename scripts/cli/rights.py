"""`gimark right …`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rich.box import SIMPLE
from rich.table import Table
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import not_found
from gimark.errors import invalid
from gimark.registry.rights.amending import RightAmendment, amend_right
from gimark.registry.rights.evidence import Evidence, confirmation_of
from gimark.registry.rights.facts import facts_of
from gimark.registry.rights.model import GiProduct, Right, SourceTag
from gimark.registry.rights.queries import rights, towns_of, visible_right
from gimark.store.paging import MOST, Wanted
from scripts.cli.days import day_of
from scripts.cli.office import acting_as, console, installation
from scripts.cli.office import show as show_table

OPEN, UNKNOWN = ("open", "长期"), ("unknown", "不详")


@dataclass(frozen=True, slots=True)
class Known:
    """Where facts are known from, as it was typed."""

    source: str
    tag: str
    confirmed_by: str | None
    confirmed_on: str | None

    def evidence(self) -> Evidence:
        """The same for the domain. Raises InvalidInputError for an unknown tag, or half of a confirmation."""
        if self.tag not in set(SourceTag):
            raise invalid(
                "tag",
                f"没有“{self.tag[:20]}”这个选项",
                f"“{self.tag[:20]}” is none of the choices",
                f"请选用：{'、'.join(SourceTag)}",
                f"Choose one of {', '.join(SourceTag)}",
            )
        on = None if self.confirmed_on is None else day_of(self.confirmed_on, "confirmed/on")
        return Evidence(self.source, SourceTag(self.tag), confirmation_of(self.confirmed_by, on))


def show(actor_name: str) -> None:
    """List the rights as they are now, with their references."""
    here, actor = installation(), acting_as(actor_name)
    table = Table(
        *(
            "编号 / ref",
            "权利 / right",
            "公告 / announcement",
            "标准 / standard",
            "商标 / trademark",
            "期限 / in force",
        ),
        box=SIMPLE,
    )
    with here.store.reading() as session:
        names = dict(session.execute(select(GiProduct.ref, GiProduct.name_zh)).all())
        for one in rights(session, actor, Wanted(MOST)).items:
            numbers = (one.announcement or "—", one.standard or "—", one.trademark or "—")
            term = f"{one.valid_from}..{one.valid_until or ''}"
            table.add_row(one.ref, f"{names[one.product_ref]}/{one.kind}", *numbers, term)
    show_table(table)


def amend(right: str, given: Mapping[str, Any], known: Known, reason: str, actor_name: str) -> None:
    """Change the facts that are given (names as of `RightFacts`), and say where the ledger has it."""
    changes, evidence, actor = _read(given), known.evidence(), acting_as(actor_name)
    with installation().store.acting() as act:
        row = visible_right(act.session, actor, right_ref(act.session, right))
        facts = replace(facts_of(row, towns_of(act.session, row)), **changes)
        index = amend_right(act, actor, row.ref, RightAmendment(facts, evidence, reason)).ledger_index
        ref = row.ref
        act.commit()
    console.print(f"权利 / right [bold]{ref}[/]  账本 / ledger {index}")


def right_ref(session: Session, text: str) -> str:
    """The reference of the right that is called so: by its reference, or as product/kind. Raises NotFoundError."""
    product, _, kind = text.rpartition("/")
    named = (GiProduct.name_zh == product) & (Right.kind == kind)
    refs = session.scalars(select(Right.ref).join(GiProduct).where(or_(Right.ref == text, named))).all()
    if len(refs) != 1:
        raise not_found("right")
    return refs[0]


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as the domain has it."""
    return {name: _fact(name, value) for name, value in given.items()}


def _fact(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if name == "valid_until":
        return None if value in OPEN else day_of(value, "until")
    if name == "valid_from":
        return day_of(value, "from")
    return None if value in UNKNOWN else value

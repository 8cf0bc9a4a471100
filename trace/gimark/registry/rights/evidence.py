"""Where the facts of a right are known from, and what may be done on the strength of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, require
from gimark.errors import Checklist, invalid
from gimark.registry.rights.model import DOUBTFUL, FactName, Right, RightFact, SourceTag
from gimark.store.unit_of_work import Act
from gimark.texts import LONG, NAME, check_texts


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who stood in for a fact on the county's behalf, and on which day."""

    by: str
    on: date


def confirmation_of(by: str | None, on: date | None) -> Confirmation | None:
    """Who confirmed and when, None for nobody. Raises InvalidInputError naming the half that is missing."""
    if by is not None and on is not None:
        return Confirmation(by, on)
    if by is None and on is None:
        return None
    raise invalid(
        "confirmed/by" if by is None else "confirmed/on",
        "确认须写明何人、何日",
        "a confirmation is by somebody on some day",
        "请同时写明确认人和确认日",
        "Give both the name and the day",
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact is known from, how it was found, and who confirmed it since."""

    source: str
    tag: SourceTag
    confirmed: Confirmation | None = None

    @property
    def certainty(self) -> SourceTag:
        """How well the fact is known after all."""
        return self.tag if self.confirmed is None else SourceTag.CONFIRMED

    @property
    def is_in_doubt(self) -> bool:
        """Whether the fact must wait for the county's word."""
        return self.certainty in DOUBTFUL


def set_evidence(act: Act, actor: Actor, right: Right, whole: Evidence, evidence: Mapping[FactName, Evidence]) -> None:
    """Put `evidence` in the place of what was known of the right's facts, and `whole` in that of all others.

    In the caller's transaction, and no ledger act: the facts stay as they are. Raises InvalidInputError for evidence
    in doubt: what is public already would be taken back, which needs an act of its own.
    """
    require(actor, Permission.MANAGE_REGISTRY)
    checklist = Checklist()
    check_evidence(checklist, whole, evidence)
    checklist.settle()
    right.source, right.source_tag = whole.source, whole.certainty
    act.session.execute(delete(RightFact).where(RightFact.right_id == right.id))
    act.session.add_all(
        RightFact(
            right_id=right.id,
            fact=name,
            source=known.source,
            tag=known.tag,
            confirmed_by=known.confirmed and known.confirmed.by,
            confirmed_on=known.confirmed and known.confirmed.on,
        )
        for name, known in evidence.items()
    )
    act.session.flush()


def check_evidence(checklist: Checklist, whole: Evidence, evidence: Mapping[FactName, Evidence]) -> None:
    """Note every fact that is in doubt and unconfirmed, and every source that is no line of text."""
    of_all: list[tuple[str, Evidence]] = [("", whole), *evidence.items()]
    for name, known in of_all:
        path = f"{name}/" if name else ""
        by = known.confirmed.by if known.confirmed else None
        check_texts(checklist, {f"{path}source": (known.source, LONG), f"{path}confirmed/by": (by, NAME)})
        if known.is_in_doubt:
            checklist.add(
                name or "source_tag",
                f"这项事实出处不确定（{known.tag}），不能登记、印制或公示",
                f"this fact is in doubt ({known.tag}); it can be neither registered, printed nor published",
                "请县里核实，并注明确认人和日期",
                "Have the county confirm it, with the name and the day",
            )


def certainties(session: Session, right: Right) -> dict[FactName, SourceTag]:
    """How well each fact of `right` is known."""
    known = dict.fromkeys(FactName, right.source_tag)
    rows = session.scalars(select(RightFact).where(RightFact.right_id == right.id))
    return known | {row.fact: row.certainty for row in rows}

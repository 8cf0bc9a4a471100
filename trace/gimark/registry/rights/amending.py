"""Amending a right: a number learned later, another standard, other towns or dates."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from gimark.accounts.rules import Actor, Permission, require
from gimark.clock import local_day
from gimark.errors import Checklist, ConflictError, Fault
from gimark.ledger import book
from gimark.registry.authorizations.model import Authorization
from gimark.registry.authorizations.queries import authorizations
from gimark.registry.rights.actions import check_facts
from gimark.registry.rights.evidence import Evidence, check_evidence, set_evidence
from gimark.registry.rights.facts import FactValue, RightFacts, facts_of, logged_fields
from gimark.registry.rights.model import FactName, GiProduct, Right, RightChange, RightTown
from gimark.registry.rights.queries import evidence_of, towns_of, visible_right
from gimark.store.unit_of_work import Act
from gimark.texts import checked_reason

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class RightAmendment:
    """The facts as they are from now on, all of them; where those that changed are known from; and why."""

    facts: RightFacts
    known: Evidence
    reason: str


def amend_right(act: Act, actor: Actor, ref: str, form: RightAmendment) -> RightChange:
    """Change what a right says (ledger: right.set that amends its first entry). The caller's transaction commits.

    Facts that stay keep their evidence. What is printed and shown from now on follows the new facts; labels printed
    before, and batches registered before, stay as they are. Raises NotFoundError; InvalidInputError as `set_right`
    does, for a bad reason, and when nothing would change; ConflictError when authorizations that can still be used
    would reach outside the right's new dates.
    """
    require(actor, Permission.MANAGE_REGISTRY)
    book.lock(act)
    right = visible_right(act.session, actor, ref)
    before = facts_of(right, towns_of(act.session, right)).values()
    after = form.facts.values()
    changed = [name for name in FactName if before[name] != after[name]]
    _check(act, form, changed)
    if {FactName.FROM, FactName.UNTIL} & set(changed):
        _check_authorizations(act, right, form.facts)
    gi = act.session.get_one(GiProduct, right.product_id).name_zh
    fields = logged_fields(gi, right.kind, after)
    index = book.append(act, "right.set", actor.ledger_word, **fields, amends=right.ledger_index)
    change = RightChange(
        right_id=right.id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        reason=form.reason,
        at=act.now,
        ledger_index=index,
    )
    act.session.add(change)
    _set_facts(act, right, form.facts)
    _set_evidence(act, actor, right, form.known, {name: after[name] for name in changed})
    return change


def _set_facts(act: Act, right: Right, facts: RightFacts) -> None:
    right.holder = facts.holder or ""
    right.standard, right.announcement, right.trademark = facts.standard, facts.announcement, facts.trademark
    right.defined_grades, right.printed_texts = list(facts.defined_grades), list(facts.printed_texts)
    right.valid_from, right.valid_until = facts.valid_from, facts.valid_until
    act.session.execute(delete(RightTown).where(RightTown.right_id == right.id))
    act.session.add_all(RightTown(right_id=right.id, town_code=code) for code in sorted(facts.towns))


def _set_evidence(act: Act, actor: Actor, right: Right, known: Evidence, changed: dict[FactName, FactValue]) -> None:
    """What is not known any more has no evidence either."""
    evidence = {name: one for name, one in evidence_of(act.session, right).items() if name not in changed}
    evidence |= {name: known for name, value in changed.items() if value}
    set_evidence(act, actor, right, Evidence(right.source, right.source_tag), evidence)


def _check(act: Act, form: RightAmendment, changed: list[FactName]) -> None:
    checklist = Checklist()
    check_facts(act, checklist, form.facts)
    check_evidence(checklist, form.known, {})
    checklist.take(lambda: checked_reason(form.reason))
    if not changed:
        checklist.add("", "没有任何变更", "nothing would change", "请填写要变更的事项", "Give the facts that change")
    checklist.settle()


def _check_authorizations(act: Act, right: Right, facts: RightFacts) -> None:
    """Refuse dates that a usable authorization reaches beyond: what permits never outlives what it permits to use."""
    today = local_day(book.next_instant(act))
    ids = act.session.scalars(select(Authorization.id).where(Authorization.right_id == right.id)).all()
    outside = [
        held.history.terms_on(today).number
        for held in authorizations(act.session, ids)
        if (span := held.history.span_from(today)) is not None and _reaches_outside(span, facts)
    ]
    if outside:
        named = "、".join(outside[:MOST_NAMED])
        raise ConflictError(
            (
                Fault(
                    "until",
                    f"有 {len(outside)} 件授权会超出权利的新有效期：{named}",
                    f"{len(outside)} authorizations would reach outside the right's new dates: {named}",
                    "请先变更或撤销这些授权",
                    "Amend or revoke them first",
                ),
            )
        )


def _reaches_outside(span: tuple[date, date | None], facts: RightFacts) -> bool:
    begins, ends = span
    ends_late = facts.valid_until is not None and (ends is None or ends > facts.valid_until)
    return begins < facts.valid_from or ends_late

"""Granting an authorization and acting on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.accounts.seconds import require_second
from gimark.clock import local_day
from gimark.errors import Checklist, ConflictError, Fault
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import PUBLISH_STATUS
from gimark.ledger import book
from gimark.registry.authorizations.model import Authorization, AuthorizationChange
from gimark.registry.authorizations.queries import AuthorizationFacts, authorizations_of, history_of
from gimark.registry.authorizations.rules import ALLOWED_AFTER, ChangeKind, Terms, last_state
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.rights.model import ProductClass, Right
from gimark.store.unit_of_work import Act
from gimark.texts import SHORT, check_texts, checked_reason

MOST_LABELS_PER_YEAR = 10**9


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """An act on an authorization, and why.

    A suspension, restoration or revocation takes effect on `effective_on` (included; None = today). An amendment
    brings `terms` instead, in force from the day it is decided: of its `effective_on` nothing would be public.
    """

    kind: ChangeKind
    reason: str
    effective_on: date | None = None
    terms: Terms | None = None


def grant_authorization(act: Act, actor: Actor, enterprise_ref: str, right_ref: str, terms: Terms) -> Authorization:
    """Authorise an enterprise to use a right (ledger: authorization.grant). The caller's transaction commits.

    Raises InvalidInputError for dates out of order or outside the right's own, no class or one named twice, an empty
    number or no labels a year; ConflictError when the enterprise has a live authorization for the right in these days.
    """
    require(actor, Permission.MANAGE_AUTHORIZATIONS)
    today = local_day(book.next_instant(act))
    enterprise = act.session.scalar(select(Enterprise).where(Enterprise.ref == enterprise_ref))
    right = act.session.scalar(select(Right).where(Right.ref == right_ref))
    if enterprise is None:
        raise not_found("enterprise")
    if right is None:
        raise not_found("right")
    _check_terms(act, terms, right)
    _check_alone(authorizations_of(act.session, enterprise.id, [right.id]), terms, today)
    index = book.append(
        act,
        "authorization.grant",
        actor.ledger_word,
        enterprise=enterprise.ledger_index,
        right=right.ledger_index,
        **terms_fields(terms),
    )
    authorization = Authorization(
        enterprise_id=enterprise.id,
        right_id=right.id,
        classes=sorted(terms.classes),
        number=terms.number,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        labels_per_year=terms.labels_per_year,
        granted_at=act.now,
        ledger_index=index,
    )
    act.session.add(authorization)
    act.session.flush()
    return authorization


def change_authorization(
    act: Act, actor: Actor, ref: str, form: ChangeForm, second: Actor | None = None
) -> AuthorizationChange:
    """Amend, suspend, restore or revoke (ledger: authorization.*). The caller's transaction commits.

    Nobody revokes alone: that ends it for good, and `second` is whoever approves it (`accounts.seconds`).
    Raises ConflictError when the state does not allow it (a revoked one is ended for good), or when new terms would
    reach into another live authorization's days; InvalidInputError for a bad reason, day or terms.
    """
    require(actor, Permission.MANAGE_AUTHORIZATIONS)
    today = local_day(book.next_instant(act))
    authorization = act.session.scalar(select(Authorization).where(Authorization.ref == ref))
    if authorization is None:
        raise not_found("authorization")
    effective_on = form.effective_on or today
    _check_change(act, authorization, form, effective_on)
    if form.terms is not None:
        _check_terms(act, form.terms, act.session.get_one(Right, authorization.right_id))
        held = authorizations_of(act.session, authorization.enterprise_id, [authorization.right_id])
        _check_alone([other for other in held if other.id != authorization.id], form.terms, today)
    if form.kind is ChangeKind.REVOKE:
        require_second(act.session, actor, second, Permission.MANAGE_AUTHORIZATIONS)
    entry: dict[str, object] = {"authorization": authorization.ledger_index, "reason": form.reason}
    if form.terms is not None:
        entry |= terms_fields(form.terms)
    else:
        entry |= {"from": effective_on.isoformat()}
    index = book.append(act, f"authorization.{form.kind}", actor.ledger_word, **entry)
    change = AuthorizationChange(
        authorization_id=authorization.id,
        kind=form.kind,
        reason=form.reason,
        effective_on=effective_on,
        terms=form.terms and terms_fields(form.terms),
        at=act.now,
        ledger_index=index,
    )
    act.session.add(change)
    act.session.flush()
    # A lot that was packed on a day without authorization is red off line too.
    enqueue(act, PUBLISH_STATUS, f"{PUBLISH_STATUS}:{index}")
    return change


def terms_fields(terms: Terms) -> dict[str, object]:
    """Terms as a ledger entry writes them; `labels_per_year` is absent when there is no such limit."""
    fields: dict[str, object] = {
        "classes": sorted(terms.classes),
        "number": terms.number,
        "from": terms.valid_from.isoformat(),
        "until": terms.valid_until and terms.valid_until.isoformat(),
    }
    if terms.labels_per_year is not None:
        fields["labels_per_year"] = terms.labels_per_year
    return fields


def _check_terms(act: Act, terms: Terms, right: Right) -> None:
    checklist = Checklist()
    if not terms.classes:
        checklist.add(
            "classes", "没有授权的产品类别", "no class is authorised", "请至少选择一类", "Choose at least one class"
        )
    known = set(act.session.scalars(select(ProductClass.key).where(ProductClass.product_id == right.product_id)))
    for unknown in sorted(set(terms.classes) - known):
        checklist.add(
            "classes",
            f"产品没有“{unknown}”这一类别",
            f"the product has no class “{unknown}”",
            "请从产品的类别中选择",
            "Choose among the product's classes",
        )
    if len(set(terms.classes)) < len(terms.classes):
        checklist.add("classes", "同一类别列了两次", "a class is named twice", "每类只列一次", "Name each class once")
    check_texts(checklist, {"number": (terms.number, SHORT)})
    if terms.labels_per_year is not None and not 0 < terms.labels_per_year <= MOST_LABELS_PER_YEAR:
        checklist.add(
            "labels_per_year",
            f"每年 {terms.labels_per_year} 枚不在 1–{MOST_LABELS_PER_YEAR:,} 之间",
            f"{terms.labels_per_year} labels a year is not within 1-{MOST_LABELS_PER_YEAR:,}",
            "请填写每年枚数；不限的留空",
            "Give the number of labels a year; leave it empty for no limit",
        )
    if terms.valid_until is not None and terms.valid_until < terms.valid_from:
        checklist.add("until", "截止日早于起始日", "it ends before it begins", "请核对有效期", "Check the dates")
    ends_late = right.valid_until is not None and (terms.valid_until is None or terms.valid_until > right.valid_until)
    if terms.valid_from < right.valid_from or ends_late:
        checklist.add(
            "from",
            "授权期超出权利自身的有效期",
            "the dates reach outside the right's own",
            f"权利有效期：{right.valid_from} 至 {right.valid_until or '长期'}",
            f"The right is in force from {right.valid_from} until {right.valid_until or 'further notice'}",
        )
    checklist.settle()


def _check_change(act: Act, authorization: Authorization, form: ChangeForm, effective_on: date) -> None:
    history = history_of(act.session, authorization)
    state = last_state(history.changes)
    if form.kind not in ALLOWED_AFTER[state]:
        raise ConflictError(
            (
                Fault(
                    "authorization",
                    f"授权现为 {state}，不能再 {form.kind}",
                    f"the authorization is {state}, so it cannot be changed by {form.kind}",
                    "请核对授权的现状；已撤销的须重新授权",
                    "Check its present state; one that was revoked must be granted anew",
                ),
            )
        )
    checklist = Checklist()
    checklist.take(lambda: checked_reason(form.reason))
    earliest = max([authorization.valid_from, *(change.effective_on for change in history.changes)])
    if effective_on < earliest:
        checklist.add(
            "from",
            f"生效日早于此前的 {earliest}",
            f"it takes effect before {earliest}, the act it follows",
            "请核对生效日",
            "Check the day it takes effect",
        )
    if (form.terms is None) is (form.kind is ChangeKind.AMEND):
        checklist.add(
            "terms", "变更须且只须附新条款", "an amendment, and nothing else, has new terms", "请核对", "Check the form"
        )
    if form.kind is ChangeKind.AMEND and form.effective_on is not None:
        checklist.add(
            "from",
            "变更自办理之日起生效，不能另定日期",
            "an amendment is in force from the day it is made, on no other",
            "请不要填写生效日；有效期写在新条款里",
            "Leave the day out; the dates in force belong to the new terms",
        )
    checklist.settle()


def _check_alone(held: Sequence[AuthorizationFacts], terms: Terms, today: date) -> None:
    """Refuse `terms` that share a day with one of `held` that can still be used: what permits must be one document."""
    for other in held:
        span = other.history.span_from(today)
        if span is None:
            continue
        begins, ends = span
        if (ends is None or terms.valid_from <= ends) and (terms.valid_until is None or begins <= terms.valid_until):
            number = other.history.terms_on(today).number
            until_zh, until_en = (ends, ends) if ends else ("长期", "further notice")
            raise ConflictError(
                (
                    Fault(
                        "from",
                        f"这家企业对这项权利已有授权 {number}（{begins} 至 {until_zh}）",
                        f"the enterprise has authorization {number} for this right, {begins} until {until_en}",
                        "请变更原授权，或撤销后另行授权，或从其截止日次日起授权",
                        "Amend that one, revoke it first, or begin on the day after it ends",
                    ),
                )
            )

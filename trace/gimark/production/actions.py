"""What is done with a batch: register, confirm, amend, recall. Each takes the caller's transaction; it commits."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from gimark.accounts.rules import Actor, Permission, not_found, require, require_enterprise
from gimark.clock import local_day
from gimark.codes.lot import check_lot
from gimark.errors import ConflictError, Fault, InvalidInputError, NotAuthorisedError
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import PUBLISH_STATUS
from gimark.ledger import book
from gimark.production.model import (
    Batch,
    BatchAct,
    BatchActKind,
    BatchAuthorization,
    BatchVolume,
    EnterpriseEntry,
    EntryKind,
)
from gimark.production.queries import terms_of
from gimark.production.rules import BatchTerms, check_terms
from gimark.production.volume import check_kept
from gimark.registry.authorizations.queries import AuthorizationFacts, authorizations_of, fitting
from gimark.registry.items.model import TradeItem, TradeItemRight
from gimark.registry.rights.model import RightTown, Town
from gimark.store.unit_of_work import Act
from gimark.texts import SHORT, checked_reason, checked_text


@dataclass(frozen=True, slots=True)
class BatchForm:
    """A batch as registered; `planned_g` in grams, days in Asia/Shanghai."""

    item_ref: str
    lot: str
    town_code: str
    harvested_from: date
    harvested_until: date
    planned_g: int
    producer_lot: str | None = None


def register_batch(act: Act, actor: Actor, form: BatchForm) -> Batch:
    """Register a packed lot (ledger: batch.register).

    Raises InvalidInputError for the lot, the days, the mass or a town outside a used right's area;
    NotAuthorisedError when a right the item carries has no active authorization for its class;
    ConflictError when the item has this lot already.
    """
    require(actor, Permission.MANAGE_BATCHES)
    book.lock(act)
    item = act.session.scalar(select(TradeItem).where(TradeItem.ref == form.item_ref))
    if item is None:
        raise not_found("item")
    require_enterprise(actor, item.enterprise_id, "item")
    lot = check_lot(form.lot, "lot")
    if form.producer_lot is not None:
        checked_text(form.producer_lot, "producer_lot", SHORT)
    today = local_day(act.now)
    terms = BatchTerms(form.town_code, form.harvested_from, form.harvested_until, form.planned_g)
    check_terms(terms, today)
    _check_town(act, item, form.town_code)
    _check_new(act, item, lot)
    permitted = covering(act, item, today)
    index = book.append(
        act,
        "batch.register",
        actor.ledger_word,
        item=item.ledger_index,
        authorizations=[authorization.ledger_index for authorization in permitted],
        lot=lot,
        **_fields(terms, confirmed=False),
    )
    batch = Batch(
        item_id=item.id,
        lot=lot,
        producer_lot=form.producer_lot,
        town_code=form.town_code,
        harvested_from=form.harvested_from,
        harvested_until=form.harvested_until,
        planned_g=form.planned_g,
        registered_at=act.now,
        ledger_index=index,
    )
    act.session.add(batch)
    act.session.flush()
    act.session.add(BatchVolume(batch_id=batch.id, issued_g=0, activated_g=0))
    act.session.add(EnterpriseEntry(enterprise_id=item.enterprise_id, kind=EntryKind.BATCH, ledger_index=index))
    act.session.add_all(BatchAuthorization(batch_id=batch.id, authorization_id=a.id) for a in permitted)
    act.session.flush()
    return batch


def covering(act: Act, item: TradeItem, day: date) -> list[AuthorizationFacts]:
    """One authorization for each right the item carries, active on `day` for its class, in ledger order.

    Raises NotAuthorisedError naming every right that has none: a package carries all of its rights or no mark.
    """
    rights = act.session.scalars(select(TradeItemRight.right_id).where(TradeItemRight.item_id == item.id)).all()
    held = authorizations_of(act.session, item.enterprise_id, rights)
    chosen: list[AuthorizationFacts] = []
    faults: list[Fault] = []
    for right_id in rights:
        mine = [a for a in held if a.right_id == right_id]
        if (permitted := fitting(mine, item.product_class, day)) is not None:
            chosen.append(permitted)
        else:
            faults.append(_unauthorised(item, mine, day))
    if faults:
        raise NotAuthorisedError(tuple(faults))
    return sorted(chosen, key=lambda authorization: authorization.ledger_index)


def confirm_batch(act: Act, actor: Actor, ref: str, packed_g: int, packed_on: date) -> Batch:
    """Confirm what was really packed, and when (ledger: batch.confirm). Once; later changes are amendments."""
    batch = _open_batch(act, actor, ref, Permission.MANAGE_BATCHES)
    if batch.packed_on is not None:
        raise _conflict("批次已经确认过", "the batch was confirmed already", "如需更改请用“更正”", "Amend it instead")
    before = terms_of(batch)
    check_terms(replace(before, packed_g=packed_g, packed_on=packed_on), local_day(act.now), before)
    entry: dict[str, object] = {
        "batch": batch.ledger_index,
        "packed_g": packed_g,
        "packed_on": packed_on.isoformat(),
    }
    _record(act, actor, batch, BatchActKind.CONFIRM, entry)
    batch.packed_g, batch.packed_on = packed_g, packed_on
    act.session.flush()
    return batch


def amend_batch(act: Act, actor: Actor, ref: str, terms: BatchTerms, reason: str) -> Batch:
    """Change what was registered or confirmed, saying why (ledger: batch.amend).

    Masses may not fall below what live codes already stand for (+2 %): those are voided or returned first.
    """
    batch = _open_batch(act, actor, ref, Permission.MANAGE_BATCHES)
    before = terms_of(batch)
    if (terms.packed_on is None) != (before.packed_on is None):
        raise _conflict(
            "确认须单独办理", "confirmation is an act of its own", "请先确认批次", "Confirm the batch first"
        )
    check_terms(terms, local_day(act.now), before)
    checked_reason(reason)
    item = act.session.get_one(TradeItem, batch.item_id)
    _check_town(act, item, terms.town_code)
    check_kept(act, batch, terms)
    entry = {"batch": batch.ledger_index, "reason": reason} | _fields(terms, confirmed=True)
    _record(act, actor, batch, BatchActKind.AMEND, entry, reason)
    batch.town_code = terms.town_code
    batch.harvested_from, batch.harvested_until = terms.harvested_from, terms.harvested_until
    batch.planned_g, batch.packed_g, batch.packed_on = terms.planned_g, terms.packed_g, terms.packed_on
    act.session.flush()
    return batch


def recall_batch(act: Act, actor: Actor, ref: str, reason: str) -> Batch:
    """Recall a batch (ledger: batch.recall): every code of it is red from now on, for good."""
    batch = _open_batch(act, actor, ref, Permission.RECALL_BATCHES)
    checked_reason(reason)
    _record(act, actor, batch, BatchActKind.RECALL, {"batch": batch.ledger_index, "reason": reason}, reason)
    batch.is_recalled = True
    act.session.flush()
    return batch


def _open_batch(act: Act, actor: Actor, ref: str, permission: Permission) -> Batch:
    require(actor, permission)
    book.lock(act)
    batch = act.session.scalar(select(Batch).where(Batch.ref == ref))
    if batch is None:
        raise not_found("batch")
    item = act.session.get_one(TradeItem, batch.item_id)
    require_enterprise(actor, item.enterprise_id, "batch")
    if batch.is_recalled:
        raise _conflict(
            "批次已召回", "the batch was recalled", "已召回的批次不能再办理", "Nothing more can be done with it"
        )
    return batch


def _record(
    act: Act, actor: Actor, batch: Batch, kind: BatchActKind, entry: dict[str, object], reason: str | None = None
) -> None:
    """Enter the act, and ask for the status list: a recall or a packing date can turn a lot red, or back."""
    index = book.append(act, f"batch.{kind}", actor.ledger_word, **entry)
    act.session.add(BatchAct(batch_id=batch.id, kind=kind, entry=entry, reason=reason, at=act.now, ledger_index=index))
    enqueue(act, PUBLISH_STATUS, f"{PUBLISH_STATUS}:{index}")


def _fields(terms: BatchTerms, *, confirmed: bool) -> dict[str, object]:
    fields: dict[str, object] = {
        "town": terms.town_code,
        "harvested_from": terms.harvested_from.isoformat(),
        "harvested_until": terms.harvested_until.isoformat(),
        "planned_g": terms.planned_g,
    }
    if confirmed:
        fields |= {"packed_g": terms.packed_g, "packed_on": terms.packed_on and terms.packed_on.isoformat()}
    return fields


def _check_town(act: Act, item: TradeItem, town_code: str) -> None:
    if act.session.get(Town, town_code) is None:
        raise InvalidInputError(
            (
                Fault(
                    "town",
                    f"没有乡镇代码 {town_code}",
                    f"unknown town code {town_code}",
                    "请从乡镇名录中选择",
                    "Choose from the list of towns",
                ),
            )
        )
    rights = select(TradeItemRight.right_id).where(TradeItemRight.item_id == item.id)
    inside = select(RightTown.right_id).where(RightTown.town_code == town_code)
    outside = act.session.scalars(rights.where(TradeItemRight.right_id.not_in(inside))).all()
    if outside:
        raise InvalidInputError(
            (
                Fault(
                    "town",
                    f"乡镇 {town_code} 不在所用地理标志的保护范围内",
                    f"town {town_code} lies outside the area of a right the item carries",
                    "产地须在每一项权利的范围内；请核对基地所在乡镇",
                    "The site must lie inside the area of every right used; check its town",
                ),
            )
        )


def _check_new(act: Act, item: TradeItem, lot: str) -> None:
    if act.session.scalar(select(Batch.id).where(Batch.item_id == item.id, Batch.lot == lot)):
        raise _conflict(
            f"这种商品已有批次 {lot}",
            f"this item has a lot {lot} already",
            "请换一个批次号",
            "Give the lot another number",
        )


def _conflict(reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> ConflictError:
    return ConflictError((Fault("batch", reason_zh, reason_en, remedy_zh, remedy_en),))


def _unauthorised(item: TradeItem, held: list[AuthorizationFacts], day: date) -> Fault:
    if not held:
        why_zh, why_en = "没有取得授权", "was never granted"
    else:
        standing = held[-1].history.standing_on(day)[0]
        why_zh = {
            "active": f"不含“{item.product_class}”类别",
            "not_yet": "尚未生效",
            "expired": "已到期",
            "suspended": "已暂停",
            "revoked": "已撤销",
        }[standing]
        why_en = f"does not cover the class {item.product_class}" if standing == "active" else f"is {standing}"
    return Fault(
        "authorization",
        f"这种商品所用的一项权利在 {day} {why_zh}",
        f"on {day} the authorization for a right this item carries {why_en}",
        "请向监管部门申请授权，或改用不含该权利的商品",
        "Apply to the regulator for the authorization, or use an item without that right",
    )

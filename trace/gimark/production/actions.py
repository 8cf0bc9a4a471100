"""What is done with a batch: register, confirm, amend, recall. Each takes the caller's transaction; it commits."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from gimark.accounts.rules import Actor, Permission, not_found, require, require_enterprise
from gimark.accounts.seconds import require_second
from gimark.clock import local_day
from gimark.errors import ConflictError, Fault
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import PUBLISH_STATUS
from gimark.ledger import book
from gimark.production.model import Batch, BatchAct, BatchActKind
from gimark.production.queries import terms_of
from gimark.production.registering import BatchForm, check_town, enter_batches, entry_fields, judge_batches
from gimark.production.rules import BatchTerms, check_terms
from gimark.production.seasons import move_batch
from gimark.production.volume import check_kept
from gimark.registry.items.model import TradeItem
from gimark.store.unit_of_work import Act
from gimark.texts import checked_reason


def register_batch(act: Act, actor: Actor, form: BatchForm) -> Batch:
    """Register a packed lot (ledger: batch.register).

    Raises the first of what `judge_batches` finds wrong with it.
    """
    require(actor, Permission.MANAGE_BATCHES)
    book.lock(act)
    (judged,) = judge_batches(act, actor, [form])
    if isinstance(judged, tuple):
        raise judged[0]
    (ref,) = enter_batches(act, actor, [judged])
    return act.session.scalars(select(Batch).where(Batch.ref == ref)).one()


def confirm_batch(act: Act, actor: Actor, ref: str, packed_g: int, packed_on: date) -> Batch:
    """Confirm what was really packed, and when (ledger: batch.confirm). Once; later changes are amendments."""
    batch = open_batch(act, actor, ref, Permission.MANAGE_BATCHES)
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
    move_batch(act, batch, base_g=packed_g - before.planned_g)
    act.session.flush()
    return batch


def amend_batch(act: Act, actor: Actor, ref: str, terms: BatchTerms, reason: str) -> Batch:
    """Change what was registered or confirmed, saying why (ledger: batch.amend).

    Masses may not fall below what live codes already stand for (+2 %): those are voided or returned first.
    """
    batch = open_batch(act, actor, ref, Permission.MANAGE_BATCHES)
    before = terms_of(batch)
    if (terms.packed_on is None) != (before.packed_on is None):
        raise _conflict(
            "确认须单独办理", "confirmation is an act of its own", "请先确认批次", "Confirm the batch first"
        )
    check_terms(terms, local_day(act.now), before)
    checked_reason(reason)
    item = act.session.get_one(TradeItem, batch.item_id)
    check_town(act, item, terms.town_code)
    check_kept(act, batch, terms)
    entry = {"batch": batch.ledger_index, "reason": reason} | entry_fields(terms, confirmed=True)
    _record(act, actor, batch, BatchActKind.AMEND, entry, reason)
    batch.town_code = terms.town_code
    batch.harvested_from, batch.harvested_until = terms.harvested_from, terms.harvested_until
    batch.planned_g, batch.packed_g, batch.packed_on = terms.planned_g, terms.packed_g, terms.packed_on
    move_batch(act, batch, base_g=(terms.packed_g or terms.planned_g) - (before.packed_g or before.planned_g))
    act.session.flush()
    return batch


def recall_batch(act: Act, actor: Actor, ref: str, reason: str, second: Actor | None = None) -> Batch:
    """Recall a batch (ledger: batch.recall): every code of it is red from now on, for good.

    An enterprise recalls its own goods at once, as the law wants; of the office it takes two (`accounts.seconds`).
    """
    batch = open_batch(act, actor, ref, Permission.RECALL_BATCHES)
    checked_reason(reason)
    if actor.enterprise_id is None:
        require_second(act.session, actor, second, Permission.RECALL_BATCHES)
    _record(act, actor, batch, BatchActKind.RECALL, {"batch": batch.ledger_index, "reason": reason}, reason)
    batch.is_recalled = True
    act.session.flush()
    return batch


def open_batch(act: Act, actor: Actor, ref: str, permission: Permission) -> Batch:
    """The batch that `actor` may act on by `permission`, under the ledger's lock.

    Raises NotFoundError for one that is not there or is another enterprise's, ConflictError for a recalled one.
    """
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


def _conflict(reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> ConflictError:
    return ConflictError((Fault("batch", reason_zh, reason_en, remedy_zh, remedy_en),))

"""Issuing a run in three steps, with no long work under a lock (architecture, "Transactions").

(a) `order_codes`: a short transaction takes a run number, for good, and holds the volume.
(b) the commitment to the exact set of codes is computed with no lock at all.
(c) a short transaction checks authorization and volume again, appends run.issue, and commits.

Orders over `MOST_AT_ONCE` codes ask for a job that does (b) and (c); a smaller one's caller does them at once.

A process killed between any two leaves a held order and nothing official. The same request under the same
idempotency key goes on with that order, under the same number, and is answered the same ever after.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from gimark.accounts.rules import Actor, Permission, not_found, require, require_enterprise
from gimark.clock import local_day
from gimark.codes.cipher import SerialCipher
from gimark.codes.commitment import level8, root
from gimark.codes.run import CHUNK, RunCodes
from gimark.errors import ConflictError, Fault, IdempotencyKeyReusedError, invalid
from gimark.issuance.figures import add_issued
from gimark.issuance.keyring import HeldKey, Keyring
from gimark.issuance.keys.queries import is_withdrawn
from gimark.issuance.limits import check_yearly_limit
from gimark.issuance.model import IssueOrder, IssueRun, RunAuthorization
from gimark.issuance.queries import RunFacts, run_facts
from gimark.issuance.rules import MAX_RUN_COUNT, MAX_RUN_NUMBER, check_key
from gimark.jobs.actions import enqueue, retry_by_key
from gimark.jobs.kinds import ISSUE_CODES, PUBLISH_CHECKPOINT
from gimark.jobs.queries import job_by_key
from gimark.ledger import book
from gimark.production import volume
from gimark.production.model import Batch, EnterpriseEntry, EntryKind, MovementKind, VolumeReservation
from gimark.production.registering import covering
from gimark.registry.items.model import TradeItem
from gimark.store.unit_of_work import Act, Store

RESERVATION_LIFE = timedelta(hours=2)
# Committing to this many codes takes well under a second; more is a job's work.
MOST_AT_ONCE = 10_000

Progress = Callable[[int, int], None]  # codes done, codes in all


@dataclass(frozen=True, slots=True)
class IssueForm:
    """An order for codes. The same key with the same body is the same order."""

    batch_ref: str
    count: int
    idempotency_key: str

    @property
    def body_sha256(self) -> bytes:
        """What a repeat must equal."""
        return hashlib.sha256(f"{self.batch_ref}\n{self.count}".encode()).digest()


def issue_codes(store: Store, keyring: Keyring, actor: Actor, form: IssueForm) -> RunFacts:
    """All three steps at once, whatever the count; a large order's job then finds its work done."""
    return issue_order(store, keyring, actor, order_codes(store, actor, form))


def order_codes(store: Store, actor: Actor, form: IssueForm) -> str:
    """Step (a): the order's ref. Commits. For more than `MOST_AT_ONCE` codes the job `issue_job(ref)` goes on.

    A repeated order tries its failed job again. Raises InvalidInputError (count, key), NotAuthorisedError,
    VolumeExceededError, IdempotencyKeyReusedError.
    """
    require(actor, Permission.ISSUE_CODES)
    _check_form(form)
    with store.acting() as act:
        book.lock(act)
        batch, item = _own_batch(act, actor, form.batch_ref)
        existing = act.session.scalar(
            select(IssueOrder).where(
                IssueOrder.enterprise_id == item.enterprise_id, IssueOrder.idempotency_key == form.idempotency_key
            )
        )
        if existing is not None:
            ref = _repeated(existing, form)
            _ask_for_work(act, actor, existing)
            act.commit()
            return ref
        _check_open(batch)
        check_yearly_limit(act, covering(act, item, local_day(act.now)), form.count)
        reservation = volume.reserve(act, batch, item.net_g, form.count, act.now + RESERVATION_LIFE)
        order = IssueOrder(
            number=_next_number(act),
            enterprise_id=item.enterprise_id,
            batch_id=batch.id,
            count=form.count,
            idempotency_key=form.idempotency_key,
            body_sha256=form.body_sha256,
            reservation_id=reservation.id,
            ordered_at=act.now,
        )
        act.session.add(order)
        act.session.flush()
        ref = order.ref
        _ask_for_work(act, actor, order)
        act.commit()
    return ref


def issue_job(order_ref: str) -> str:
    """The key of the job that issues a large order."""
    return f"{ISSUE_CODES}:{order_ref}"


def issue_order(
    store: Store, keyring: Keyring, actor: Actor, order_ref: str, progress: Progress | None = None
) -> RunFacts:
    """Steps (b) and (c): the run, official. An order that was issued before is answered as it was.

    `progress` is told during (b), with no lock held; what it raises goes through, and nothing was done.
    """
    require(actor, Permission.ISSUE_CODES)
    with store.reading() as session:
        order = session.scalar(select(IssueOrder).where(IssueOrder.ref == order_ref))
        if order is None:
            raise not_found("order")
        require_enterprise(actor, order.enterprise_id, "order")
        issued = session.scalar(select(IssueRun).where(IssueRun.order_id == order.id))
        if issued is not None:
            return run_facts(issued)
        order_id = order.id
        batch = session.get_one(Batch, order.batch_id)
        codes = RunCodes(
            origin=keyring.origin,
            host=keyring.host,
            gtin=session.get_one(TradeItem, batch.item_id).gtin,
            lot=batch.lot,
            run=order.number,
            count=order.count,
            kid=keyring.issuing_on(local_day(store.clock.now())).signer.kid,
        )
    hashes = _committed(codes, keyring.ciphers[keyring.epoch], progress)
    return _make_official(store, keyring, actor, order_id, codes, hashes)


def _committed(codes: RunCodes, cipher: SerialCipher, progress: Progress | None) -> bytes:
    """The level-8 hashes of the codes (`commitment.commit`, a part at a time)."""
    parts: list[bytes] = []
    for first in range(0, codes.count, CHUNK):
        parts.append(level8(codes, cipher, first, min(CHUNK, codes.count - first)))
        if progress is not None:
            progress(min(first + CHUNK, codes.count), codes.count)
    return b"".join(parts)


def _make_official(
    store: Store, keyring: Keyring, actor: Actor, order_id: int, codes: RunCodes, hashes: bytes
) -> RunFacts:
    codes_root = root(hashes)
    with store.acting() as act:
        book.lock(act)
        issued = act.session.scalar(select(IssueRun).where(IssueRun.order_id == order_id))
        if issued is not None:
            return run_facts(issued)
        order = act.session.get_one(IssueOrder, order_id)
        batch = act.session.get_one(Batch, order.batch_id)
        item = act.session.get_one(TradeItem, batch.item_id)
        _check_open(batch)
        _check_key_still_in_term(keyring.issuing[codes.kid], act)
        permitted = covering(act, item, local_day(act.now))
        check_yearly_limit(act, permitted, order.count)
        _drop_reservation(act, order)
        index = book.append(
            act,
            "run.issue",
            actor.ledger_word,
            batch=batch.ledger_index,
            authorizations=[authorization.ledger_index for authorization in permitted],
            run=codes.run,
            gtin=codes.gtin,
            lot=codes.lot,
            count=codes.count,
            net_g=item.net_g,
            kid=codes.kid,
            epoch=keyring.epoch,
            codes_root=b64encode(codes_root).decode(),
        )
        volume.post(act, batch, MovementKind.ISSUE, item.net_g * codes.count, 0, index)
        add_issued(act, item.enterprise_id, codes.count)
        run = IssueRun(
            order_id=order.id,
            number=codes.run,
            batch_id=batch.id,
            gtin=codes.gtin,
            lot=codes.lot,
            count=codes.count,
            net_g=item.net_g,
            kid=codes.kid,
            epoch=keyring.epoch,
            codes_root=codes_root,
            level8=hashes,
            issued_at=act.now,
            ledger_index=index,
        )
        act.session.add(run)
        act.session.add(EnterpriseEntry(enterprise_id=item.enterprise_id, kind=EntryKind.RUN, ledger_index=index))
        act.session.flush()
        act.session.add_all(RunAuthorization(run_id=run.id, authorization_id=a.id) for a in permitted)
        act.session.flush()
        enqueue(act, PUBLISH_CHECKPOINT, f"{PUBLISH_CHECKPOINT}:{index}")
        facts = run_facts(run)
        act.commit()
    return facts


def _ask_for_work(act: Act, actor: Actor, order: IssueOrder) -> None:
    if order.count <= MOST_AT_ONCE:
        return
    payload = {"order": order.ref, "user": actor.user_id}
    if job_by_key(act.session, issue_job(order.ref)) is None:
        enqueue(act, ISSUE_CODES, issue_job(order.ref), payload)
    else:
        retry_by_key(act, issue_job(order.ref), payload)


def _drop_reservation(act: Act, order: IssueOrder) -> None:
    held = order.reservation_id
    order.reservation_id = None
    act.session.flush()
    if held is not None and act.session.get(VolumeReservation, held) is not None:
        volume.release(act, held)


def _check_form(form: IssueForm) -> None:
    if not 0 < form.count <= MAX_RUN_COUNT:
        raise invalid(
            "count",
            f"数量 {form.count} 不在 1–{MAX_RUN_COUNT:,} 之间",
            f"a count of {form.count} is not within 1-{MAX_RUN_COUNT:,}",
            "请填写需要的枚数，过大时分几次申请",
            "Give the number of codes, in several orders if need be",
        )
    check_key(form.idempotency_key)


def _own_batch(act: Act, actor: Actor, ref: str) -> tuple[Batch, TradeItem]:
    batch = act.session.scalar(select(Batch).where(Batch.ref == ref))
    if batch is None:
        raise not_found("batch")
    item = act.session.get_one(TradeItem, batch.item_id)
    require_enterprise(actor, item.enterprise_id, "batch")
    return batch, item


def _repeated(order: IssueOrder, form: IssueForm) -> str:
    if order.body_sha256 == form.body_sha256:
        return order.ref
    raise IdempotencyKeyReusedError(
        (
            Fault(
                "idempotency_key",
                "同一个幂等键已用于另一张订单",
                "the same idempotency key came with another order",
                "新订单请换一个键；重试请保持内容不变",
                "Use a new key for a new order; to retry, send the same content",
            ),
        )
    )


def _check_open(batch: Batch) -> None:
    if batch.is_recalled:
        raise ConflictError(
            (
                Fault(
                    "batch",
                    "批次已召回",
                    "the batch was recalled",
                    "已召回的批次不能再赋码",
                    "No codes are issued for it",
                ),
            )
        )


def _check_key_still_in_term(key: HeldKey, act: Act) -> None:
    day = local_day(act.now)
    if not key.may_issue_on(day) or is_withdrawn(act.session, key.signer.kid):
        raise ConflictError(
            (
                Fault(
                    "kid",
                    "签发密钥在办理途中到期、停用或吊销",
                    "the issuing key went out of term or was withdrawn on the way",
                    "请重试，系统会改用新的密钥",
                    "Try again: the new key will be used",
                ),
            )
        )


def _next_number(act: Act) -> int:
    last = act.session.scalar(select(func.max(IssueOrder.number)))
    number = 1 if last is None else last + 1
    if number > MAX_RUN_NUMBER:
        raise ConflictError(
            (
                Fault(
                    "run",
                    "赋码批编号已用尽",
                    "run numbers are used up",
                    "请由管理员启用新的序列纪元",
                    "Have the administrator begin a new serial epoch",
                ),
            )
        )
    return number

"""Codes and their labels in one order: judged before anything is done, and gone on with when nobody is looking.

A small order is issued and its labels are ordered at once. Of a large one a job issues the codes; another waits for
that and orders the labels, so that nobody has to come back for it.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from api.installation import Installation
from api.jobs.labelling import order_labels
from api.jobs.previewing import LabelChoice, judged
from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.accounts.rules import Actor
from gimark.errors import ConflictError, Fault, GimarkError, InvalidInputError, NotAllowedError
from gimark.issuance.issuing import MOST_AT_ONCE, IssueForm, issue_order, order_codes
from gimark.issuance.orders import OrderRow, order_row
from gimark.issuance.printing import PrintForm
from gimark.issuance.rules import PrintFormat
from gimark.issuance.stages import OrderStage
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import ORDER_LABELS
from gimark.jobs.worker import JobHandle, JobPostponedError
from labels.errors import LabelError

LOOK_AGAIN = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order for codes. `refusal` is why its labels could not be ordered after all, None when they were, or will be.

    Between the judgement and the order somebody may have amended what the labels say; the codes are official then.
    """

    ref: str
    refusal: GimarkError | LabelError | None = None


def order_codes_with_labels(
    here: Installation, actor: Actor, batch_ref: str, count: int, choice: LabelChoice, key: str
) -> Ordered:
    """Order `count` codes of a batch and labels for all of them. The same key again is the same order.

    Raises what `judged` and `order_codes` raise; then nothing was done.
    """
    keyring = here.keyring  # before the order: without keys it would hold its volume for nothing
    judged(here, actor, batch_ref, choice)
    ref = order_codes(here.store, actor, IssueForm(batch_ref, count, key))
    if count > MOST_AT_ONCE:
        with here.store.acting() as act:
            payload = {"order": ref, "user": actor.user_id, "key": key, "labels": asdict(choice)}
            enqueue(act, ORDER_LABELS, labels_job(ref), payload)
            act.commit()
        return Ordered(ref)
    run = issue_order(here.store, keyring, actor, ref)
    try:
        order_labels(here, actor, _form(run.ref, count, choice, key))
    except (InvalidInputError, ConflictError, LabelError) as error:
        return Ordered(ref, error)
    return Ordered(ref)


def follow_with_labels(here: Installation, handle: JobHandle) -> None:
    """Order the labels of a large order once its codes are official; look again a little later until they are."""
    asked = handle.payload
    actor = _whoever_asked(here, asked["user"])
    with here.store.reading() as session:
        order = order_row(session, actor, asked["order"])
    if order.run_ref is None:
        if order.stage is not OrderStage.ISSUING:
            raise ConflictError((_NOT_ISSUED,))
        raise JobPostponedError(LOOK_AGAIN)
    _order(here, actor, order, order.run_ref, asked)


def labels_job(order_ref: str) -> str:
    """The key of the job that orders the labels of a large order."""
    return f"{ORDER_LABELS}:{order_ref}"


def _order(here: Installation, actor: Actor, order: OrderRow, run_ref: str, asked: Any) -> None:
    told = asked["labels"]
    choice = LabelChoice(
        **{
            **told,
            "format": PrintFormat(told["format"]),
            "on_pack": tuple(told["on_pack"]),
            "offset_um": tuple(told["offset_um"]),
        }
    )
    try:
        order_labels(here, actor, _form(run_ref, order.count, choice, asked["key"]))
    except LabelError as error:  # no waiting mends it
        raise InvalidInputError(tuple(Fault(**asdict(fault)) for fault in error.faults)) from error


def _form(run_ref: str, count: int, choice: LabelChoice, key: str) -> PrintForm:
    return PrintForm(
        run_ref=run_ref,
        first=0,
        last=count - 1,
        template=choice.template,
        dpi=choice.dpi,
        idempotency_key=key,
        on_pack=choice.on_pack,
        format=choice.format,
        skip=choice.skip,
        offset_um=choice.offset_um,
    )


def _whoever_asked(here: Installation, user_id: int) -> Actor:
    with here.store.reading() as session:
        user = session.scalar(select(User).where(User.id == user_id, User.is_active))
        if user is None:
            raise NotAllowedError((_SWITCHED_OFF,))
        return as_actor(user)


_NOT_ISSUED = Fault(
    "order",
    "标识没有赋码成功，标签没有制作",
    "the codes were not issued, so no labels were made",
    "请看赋码任务的原因，处理后重新下单",
    "See why the codes were not issued, then order again",
)
_SWITCHED_OFF = Fault(
    "user",
    "下单的用户已停用，标签没有制作",
    "whoever ordered was switched off, so no labels were made",
    "请由同一企业的其他用户在订单页上制作标签",
    "Another user of the enterprise makes them on the order's page",
)

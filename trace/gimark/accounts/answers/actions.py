"""Keeping an answer in the transaction of the act that it answers, and finding it again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gimark.accounts.answers.model import KeptAnswer
from gimark.accounts.rules import Actor
from gimark.errors import Fault, IdempotencyKeyReusedError
from gimark.store.unit_of_work import Act


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it was given: HTTP status, where the made thing is, and the body's bytes."""

    status: int
    location: str
    body: bytes


def earlier_answer(session: Session, actor: Actor, key: str, request_sha256: bytes) -> Answered | None:
    """What the actor was answered under `key`, None before the first time.

    Raises IdempotencyKeyReusedError when that was another request.
    """
    kept = session.get(KeptAnswer, (actor.user_id, key))
    if kept is None:
        return None
    if kept.request_sha256 != request_sha256:
        raise IdempotencyKeyReusedError(
            (
                Fault(
                    "",
                    "同一个幂等键已用于另一个请求",
                    "the same idempotency key came with another request",
                    "新请求请换一个键；重试请保持内容不变",
                    "Use a new key for a new request; to retry, send the same content",
                ),
            )
        )
    return Answered(kept.status, kept.location, kept.body)


def keep_answer(act: Act, actor: Actor, key: str, request_sha256: bytes, answered: Answered) -> None:
    """Keep an answer, in the act's own transaction. The act must have the ledger's lock, so that it is the only one."""
    act.session.add(
        KeptAnswer(
            user_id=actor.user_id,
            key=key,
            request_sha256=request_sha256,
            status=answered.status,
            location=answered.location,
            body=answered.body,
            kept_at=act.now,
        )
    )
    act.session.flush()


def forget_answers(act: Act, before: datetime) -> int:
    """Take away answers kept before an instant; how many there were. Their keys are free again."""
    found = act.session.execute(delete(KeptAnswer).where(KeptAnswer.kept_at < before).returning(KeptAnswer.key))
    return len(found.all())

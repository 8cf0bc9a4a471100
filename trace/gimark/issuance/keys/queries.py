"""Reading issuing keys and published key sets."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gimark.issuance.keys.model import KeyAct, KeyActKind, KeySetPublication, SigningKey
from gimark.keys.keyset import IssuingKey, KeyState

STATES = {KeyActKind.RETIRE: KeyState.RETIRED, KeyActKind.REVOKE: KeyState.REVOKED}


def registered_keys(session: Session) -> list[IssuingKey]:
    """Every issuing key as the register has it, by kid."""
    latest = {act.kid: act for act in session.scalars(select(KeyAct).order_by(KeyAct.ledger_index))}
    return [_key(row, latest.get(row.kid)) for row in session.scalars(select(SigningKey).order_by(SigningKey.kid))]


def key_of(session: Session, kid: str) -> IssuingKey | None:
    """The issuing key `kid` as the register has it; None when there is none."""
    return next((key for key in registered_keys(session) if key.kid == kid), None)


def is_withdrawn(session: Session, kid: str) -> bool:
    """Whether the key was retired or revoked, so that no new run may be signed with it."""
    return session.scalar(select(KeyAct.id).where(KeyAct.kid == kid).limit(1)) is not None


def last_published(session: Session) -> bytes | None:
    """The note of the last key set that was entered; None before the first."""
    return session.scalar(select(KeySetPublication.note).order_by(KeySetPublication.seq.desc()).limit(1))


def last_seq(session: Session) -> int:
    """The number of the last key set that was entered; 0 before the first."""
    return session.scalar(select(func.max(KeySetPublication.seq))) or 0


def _key(row: SigningKey, act: KeyAct | None) -> IssuingKey:
    return IssuingKey(
        kid=row.kid,
        alg=row.alg,
        public=row.public,
        from_on=row.valid_from,
        until_on=row.valid_until,
        state=KeyState.ACTIVE if act is None else STATES[act.kind],
        revoked_at=None if act is None else act.log_size,
    )

"""Reading the special marks of enterprises."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.model import User
from gimark.accounts.queries import scoped
from gimark.accounts.rules import Actor, not_found
from gimark.issuance.marks.model import MarkArtwork


@dataclass(frozen=True, slots=True)
class MarkFacts:
    """An uploaded mark: SHA-256 (hex) and bytes of its file and of the picture of it, who brought it when."""

    ref: str
    is_vector: bool
    sha256: str
    size: int
    picture_sha256: str
    uploaded_by: str
    uploaded_at: datetime
    withdrawn_at: datetime | None


def marks(session: Session, actor: Actor, enterprise_id: int) -> tuple[MarkFacts, ...]:
    """All that were uploaded for an enterprise, latest first; nothing for an actor who may not see them."""
    mine = scoped(select(MarkArtwork), actor, MarkArtwork.enterprise_id)
    rows = session.scalars(mine.where(MarkArtwork.enterprise_id == enterprise_id).order_by(MarkArtwork.id.desc()))
    return tuple(_facts(session, row) for row in rows)


def mark(session: Session, actor: Actor, ref: str) -> MarkFacts:
    """One of them. Raises NotFoundError, for another enterprise's too."""
    return _facts(session, visible_mark(session, actor, ref))


def mark_in_use(session: Session, enterprise_id: int) -> str | None:
    """The hash of the mark that labels of this enterprise bear now; None when nothing was uploaded."""
    return session.scalar(
        select(MarkArtwork.sha256)
        .where(MarkArtwork.enterprise_id == enterprise_id, MarkArtwork.withdrawn_at.is_(None))
        .order_by(MarkArtwork.id.desc())
        .limit(1)
    )


def picture_of_mark(session: Session, enterprise_id: int, sha256: str) -> str:
    """The hash of the picture of an enterprise's mark. Raises NotFoundError."""
    found = session.scalar(
        select(MarkArtwork.picture_sha256)
        .where(MarkArtwork.enterprise_id == enterprise_id, MarkArtwork.sha256 == sha256)
        .order_by(MarkArtwork.id.desc())
        .limit(1)
    )
    if found is None:
        raise not_found("mark")
    return found


def visible_mark(session: Session, actor: Actor, ref: str) -> MarkArtwork:
    """The row of a mark that this actor may see. Raises NotFoundError."""
    row = session.scalar(scoped(select(MarkArtwork), actor, MarkArtwork.enterprise_id).where(MarkArtwork.ref == ref))
    if row is None:
        raise not_found("mark")
    return row


def _facts(session: Session, row: MarkArtwork) -> MarkFacts:
    return MarkFacts(
        ref=row.ref,
        is_vector=row.is_vector,
        sha256=row.sha256,
        size=row.size,
        picture_sha256=row.picture_sha256,
        uploaded_by=session.get_one(User, row.uploaded_by).name,
        uploaded_at=row.uploaded_at,
        withdrawn_at=row.withdrawn_at,
    )

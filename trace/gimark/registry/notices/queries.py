"""Reading notices: what the public sees, and what the office keeps."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.registry.notices.model import PublicNotice
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A notice as anybody may see it. `body` is plain text; an empty line parts paragraphs."""

    ref: str
    title: str
    body: str
    published_at: datetime

    @property
    def paragraphs(self) -> tuple[tuple[str, ...], ...]:
        """The text's paragraphs, each in lines."""
        return tuple(tuple(part.split("\n")) for part in self.body.split("\n\n") if part.strip())


@dataclass(frozen=True, slots=True)
class NoticeOnFile:
    """The same with who published it and who took it down when (login names); None while it is shown."""

    facts: NoticeFacts
    published_by: str
    withdrawn_by: str | None
    withdrawn_at: datetime | None


def public_notices(session: Session, wanted: Wanted) -> Portion[NoticeFacts]:
    """What is shown to everybody, in the order in which it was published."""
    shown = select(PublicNotice).where(PublicNotice.withdrawn_at.is_(None))
    return portion(session, shown, PublicNotice.id, PublicNotice.ref, wanted).map(_facts)


def public_notice(session: Session, ref: str) -> NoticeFacts:
    """One of those. Raises NotFoundError, for one that was taken down too."""
    row = session.scalar(select(PublicNotice).where(PublicNotice.ref == ref, PublicNotice.withdrawn_at.is_(None)))
    if row is None:
        raise not_found("notice")
    return _facts(row)


def notices_on_file(session: Session, actor: Actor, wanted: Wanted) -> Portion[NoticeOnFile]:
    """Every notice. For the office and its auditors; a producer finds none. Needs READ."""
    _check_reader(actor)
    found = portion(session, select(PublicNotice), PublicNotice.id, PublicNotice.ref, wanted)
    return Portion(tuple(_on_file(session, row) for row in found.items), found.next)


def notice_on_file(session: Session, actor: Actor, ref: str) -> NoticeOnFile:
    """One of them. Raises NotFoundError."""
    _check_reader(actor)
    row = session.scalar(select(PublicNotice).where(PublicNotice.ref == ref))
    if row is None:
        raise not_found("notice")
    return _on_file(session, row)


def _check_reader(actor: Actor) -> None:
    require(actor, Permission.READ)
    if actor.enterprise_id is not None:
        raise not_found("notice")


def _facts(row: PublicNotice) -> NoticeFacts:
    return NoticeFacts(row.ref, row.title, row.body, row.published_at)


def _on_file(session: Session, row: PublicNotice) -> NoticeOnFile:
    by = session.get_one(User, row.published_by_id).name
    gone = None if row.withdrawn_by_id is None else session.get_one(User, row.withdrawn_by_id).name
    return NoticeOnFile(_facts(row), by, gone, row.withdrawn_at)

"""Reading exports: whoever asked for one sees it, and nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.accounts.rules import Actor, not_found
from gimark.errors import Fault, NotAllowedError
from gimark.exchange.exports.model import ListExport
from gimark.jobs.kinds import EXPORT_LIST
from gimark.jobs.queries import JobFacts, jobs_by_key
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class ListWish:
    """A list as it is asked for: filters by name, the order, the language of its words."""

    name: str
    filters: dict[str, str]
    sort: str
    language: str


@dataclass(frozen=True, slots=True)
class MadeFile:
    """The workbook of an export: so many rows and bytes."""

    sha256: str
    rows: int
    size: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """An export; `file` is None until it is made, `job` None when that is forgotten."""

    ref: str
    wish: ListWish
    asked_at: datetime
    file: MadeFile | None
    job: JobFacts | None


def export_job(ref: str) -> str:
    """The key of an export's job."""
    return f"{EXPORT_LIST}:{ref}"


def exports(session: Session, actor: Actor, wanted: Wanted) -> Portion[ExportFacts]:
    """The actor's own, in the order in which they were asked for."""
    found = portion(session, _own(actor), ListExport.id, ListExport.ref, wanted)
    return Portion(_facts(session, found.items), found.next)


def export(session: Session, actor: Actor, ref: str) -> ExportFacts:
    """One of them. Raises NotFoundError."""
    row = session.scalar(_own(actor).where(ListExport.ref == ref))
    if row is None:
        raise not_found("export")
    return _facts(session, [row])[0]


def exports_named(session: Session, refs: Sequence[str]) -> dict[str, ExportFacts]:
    """These by ref, whoever asks: for the process that looks on behalf of those who were let in to see them."""
    found = session.scalars(select(ListExport).where(ListExport.ref.in_(refs))).all()
    return {facts.ref: facts for facts in _facts(session, found)}


def wish_of(session: Session, ref: str) -> tuple[Actor, ListWish]:
    """Who asked for an export, as they are now, and for what.

    Raises NotFoundError, and NotAllowedError when they were switched off since.
    """
    row = session.scalar(select(ListExport).where(ListExport.ref == ref))
    if row is None:
        raise not_found("export")
    user = session.get_one(User, row.user_id)
    if not user.is_active:
        raise NotAllowedError((_SWITCHED_OFF,))
    return as_actor(user), _wish(row)


def _own(actor: Actor) -> Select[ListExport]:
    return select(ListExport).where(ListExport.user_id == actor.user_id)


def _facts(session: Session, rows: Sequence[ListExport]) -> tuple[ExportFacts, ...]:
    jobs = jobs_by_key(session, [export_job(row.ref) for row in rows])
    return tuple(ExportFacts(r.ref, _wish(r), r.asked_at, _file(r), jobs.get(export_job(r.ref))) for r in rows)


def _wish(row: ListExport) -> ListWish:
    return ListWish(row.name, row.filters, row.sort, row.language)


def _file(row: ListExport) -> MadeFile | None:
    if row.sha256 is None or row.rows is None or row.size is None or row.made_at is None:
        return None
    return MadeFile(row.sha256, row.rows, row.size, row.made_at)


_SWITCHED_OFF = Fault(
    "user",
    "申请导出的用户已停用",
    "whoever asked for the list was switched off",
    "请由其他用户重新导出",
    "Another user asks for it anew",
)

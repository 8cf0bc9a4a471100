"""Asking for an export, noting that it was made, forgetting it. The caller commits."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor
from gimark.exchange.exports.model import ListExport
from gimark.exchange.exports.queries import ListWish, export_job
from gimark.files.content import StoredFile
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import EXPORT_LIST
from gimark.jobs.queries import jobs_by_key
from gimark.jobs.rules import ENDS
from gimark.store.unit_of_work import Act


def ask_for_export(act: Act, actor: Actor, wish: ListWish) -> str:
    """Have a list made by the worker; the export's ref. The same wish that still waits is not asked for twice.

    What the actor may see of the list is judged when it is made.
    """
    waiting = _waiting(act.session, actor, wish)
    if waiting is not None:
        return waiting
    row = ListExport(
        user_id=actor.user_id,
        name=wish.name,
        filters=wish.filters,
        sort=wish.sort,
        language=wish.language,
        asked_at=act.now,
    )
    act.session.add(row)
    act.session.flush()
    enqueue(act, EXPORT_LIST, export_job(row.ref), {"export": row.ref})
    return row.ref


def note_export_made(act: Act, ref: str, file: StoredFile, rows: int) -> None:
    """Note the file, which is kept already."""
    row = act.session.scalars(select(ListExport).where(ListExport.ref == ref)).one()
    row.sha256, row.size, row.rows, row.made_at = file.sha256, file.size, rows, act.now


def outdated_exports(session: Session, before: datetime) -> list[str]:
    """The digests of files of exports asked for before an instant that no later export has too."""
    kept = select(ListExport.sha256).where(ListExport.asked_at >= before, ListExport.sha256.is_not(None))
    asked = select(ListExport.sha256).where(ListExport.asked_at < before, ListExport.sha256.is_not(None))
    return [digest for digest in session.scalars(asked.where(ListExport.sha256.not_in(kept)).distinct()) if digest]


def forget_exports(act: Act, before: datetime) -> int:
    """Take away the exports asked for before an instant; how many there were. Their files are gone already."""
    gone = act.session.execute(delete(ListExport).where(ListExport.asked_at < before).returning(ListExport.id))
    return len(gone.all())


def _waiting(session: Session, actor: Actor, wish: ListWish) -> str | None:
    asked = select(ListExport).where(ListExport.user_id == actor.user_id, ListExport.made_at.is_(None))
    rows = session.scalars(asked.where(ListExport.name == wish.name)).all()
    jobs = jobs_by_key(session, [export_job(row.ref) for row in rows])
    for row in rows:
        job = jobs.get(export_job(row.ref))
        same = ListWish(row.name, row.filters, row.sort, row.language) == wish
        if same and job is not None and job.state not in ENDS:
            return row.ref
    return None

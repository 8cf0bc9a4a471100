"""Taking an upload: its good rows become batches, in one act with their ledger entries; the same row never twice.

Everybody else who writes waits for that act, so what takes long is done before it: `prepare_rows` judges every row and
holds what will be said in the ledger against its schema. Under the lock nothing is judged again unless the ledger has
grown meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session, undefer_group

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.clock import local_day
from gimark.errors import ConflictError, Fault
from gimark.exchange.batch_sheet import ReadRow, ReadSheet
from gimark.exchange.uploads.model import Upload
from gimark.exchange.uploads.rules import (
    LONGEST_NAME,
    Choice,
    Outcome,
    Rows,
    UploadedRow,
    other_batch,
    packed,
    same_row,
    twice_in_file,
    unpacked,
)
from gimark.ledger import book, entries
from gimark.production.model import Batch
from gimark.production.queries import terms_of
from gimark.production.registering import (
    BatchForm,
    Permitted,
    checked_entries,
    enter_batches,
    entry_fields,
    judge_batches,
)
from gimark.registry.items.model import TradeItem
from gimark.store.parts import parts
from gimark.store.unit_of_work import Act, Store


@dataclass(frozen=True, slots=True)
class UploadForm:
    """An upload: the file's name and hash, what was read of it, and whether a refused row holds the others up."""

    file_name: str
    sha256: str
    read: ReadSheet
    choice: Choice


@dataclass(frozen=True, slots=True)
class Prepared:
    """What judging rows came to when the ledger had `size` entries, on the day `today`."""

    size: int
    today: date
    judged: "_Judged"
    checked: frozenset[Permitted]


def prepare_rows(store: Store, actor: Actor, read: Sequence[ReadRow]) -> Prepared:
    """Judge the rows before anybody has to wait for it. Needs MANAGE_BATCHES and an enterprise."""
    _check_may_upload(actor)
    with store.reading() as session:
        now, size = store.clock.now(), book.size(session)
        judged = _judge(Act(session, now), actor, read)
    return Prepared(size, local_day(now), judged, checked_entries(actor, judged.permitted))


def take_upload(act: Act, actor: Actor, form: UploadForm, prepared: Prepared | None = None) -> Upload:
    """Judge every row and register those that are good (ledger: batch.register), or none while one is refused.

    A row that says what a registered batch was registered with is that batch, whoever sent it again. `prepared` is
    what the same rows came to before the lock was taken. Needs MANAGE_BATCHES and an enterprise.
    """
    enterprise_id = _check_may_upload(actor)
    judged = _judged_now(act, actor, form.read.rows, prepared)
    rows = Rows(judged.rows, form.read.remarks)
    if form.choice is Choice.GOOD_ROWS or not rows.counts()[Outcome.REFUSED]:
        rows = _registered(act, actor, rows, judged, prepared)
    upload = Upload(
        enterprise_id=enterprise_id,
        user_id=actor.user_id,
        file_name=_plain_name(form.file_name),
        sha256=form.sha256,
        choice=form.choice,
        uploaded_at=act.now,
    )
    _keep(upload, rows)
    act.session.add(upload)
    act.session.flush()
    return upload


def prepare_ready_rows(store: Store, actor: Actor, ref: str) -> Prepared:
    """The same for the rows of an upload that wait. Raises NotFoundError."""
    _check_may_upload(actor)
    with store.reading() as session:
        waiting = _waiting(unpacked(_visible(session, actor, ref).rows))
    return prepare_rows(store, actor, waiting)


def register_ready_rows(act: Act, actor: Actor, ref: str, prepared: Prepared | None = None) -> Upload:
    """Register the rows that were good and waited for refused ones; each is judged again, as things stand now.

    Raises NotFoundError, and ConflictError when no row waits.
    """
    _check_may_upload(actor)
    book.lock(act)
    upload = _visible(act.session, actor, ref)
    rows = unpacked(upload.rows)
    waiting = _waiting(rows)
    if not waiting:
        raise _nothing_waits()
    judged = _judged_now(act, actor, waiting, prepared)
    anew = {row.number: row for row in judged.rows}
    again = replace(rows, rows=tuple(anew.get(row.number, row) for row in rows.rows))
    _keep(upload, _registered(act, actor, again, judged, prepared))
    act.session.flush()
    return upload


def forget_uploads(act: Act, before: datetime) -> int:
    """Take away what was uploaded before an instant; how many there were. Their batches stay."""
    found = act.session.execute(delete(Upload).where(Upload.uploaded_at < before).returning(Upload.id))
    return len(found.all())


@dataclass(frozen=True, slots=True)
class _Judged:
    """What each row comes to before any is registered, and what those that are ready were permitted."""

    rows: tuple[UploadedRow, ...]
    permitted: tuple[Permitted, ...]


def _judged_now(act: Act, actor: Actor, read: Sequence[ReadRow], prepared: Prepared | None) -> _Judged:
    """What the rows come to now, under the ledger's lock."""
    size = book.lock(act)
    if prepared is not None and (prepared.size, prepared.today) == (size, local_day(act.now)):
        return prepared.judged
    return _judge(act, actor, read)


def _judge(act: Act, actor: Actor, read: Sequence[ReadRow]) -> _Judged:
    known = _known(act, actor, [row.form for row in read if row.form is not None])
    twice = twice_in_file(read)
    new = [row for row in read if row.form and row.number not in twice and _key(row.form) not in known]
    judged = dict(zip((row.number for row in new), judge_batches(act, actor, _forms(new)), strict=True))

    def outcome(row: ReadRow) -> UploadedRow:
        if row.form is None:
            return UploadedRow(row.number, row.cells, Outcome.REFUSED, faults=row.faults)
        if row.number in twice:
            return UploadedRow(row.number, row.cells, Outcome.REFUSED, faults=(same_row(twice[row.number]),))
        if (batch := known.get(_key(row.form))) is not None:
            return _as_known(act, row, row.form, batch)
        found = judged[row.number]
        if isinstance(found, Permitted):
            return UploadedRow(row.number, row.cells, Outcome.READY, form=row.form)
        faults = tuple(fault for error in found for fault in error.faults)
        return UploadedRow(row.number, row.cells, Outcome.REFUSED, faults=faults)

    permitted = tuple(one for one in judged.values() if isinstance(one, Permitted))
    return _Judged(tuple(outcome(row) for row in read), permitted)


def _registered(act: Act, actor: Actor, rows: Rows, judged: _Judged, prepared: Prepared | None) -> Rows:
    """The rows after those that are ready became batches."""
    checked = frozenset[Permitted]() if prepared is None else prepared.checked
    made = iter(enter_batches(act, actor, judged.permitted, checked))
    return replace(
        rows,
        rows=tuple(
            UploadedRow(row.number, row.cells, Outcome.REGISTERED, next(made)) if row.outcome is Outcome.READY else row
            for row in rows.rows
        ),
    )


def _known(act: Act, actor: Actor, forms: Sequence[BatchForm]) -> dict[tuple[str, str], Batch]:
    """The enterprise's batches that have the item and lot of a form."""
    of_item = select(Batch, TradeItem.ref).join(TradeItem, TradeItem.id == Batch.item_id)
    own = of_item.where(TradeItem.enterprise_id == actor.enterprise_id)
    found: dict[tuple[str, str], Batch] = {}
    for part in parts(forms):
        keys = [_key(form) for form in part]
        rows = act.session.execute(own.where(tuple_(TradeItem.ref, Batch.lot).in_(keys)))
        found.update({(ref, batch.lot): batch for batch, ref in rows})
    return found


def _as_known(act: Act, row: ReadRow, form: BatchForm, batch: Batch) -> UploadedRow:
    """The row as the batch that it is, if it says what that was registered with."""
    registered = batch.producer_lot, entry_fields(terms_of(batch), confirmed=False)
    said = form.producer_lot, entry_fields(form.terms, confirmed=False)
    if said != registered:
        entry = entries.decode(book.entry(act.session, batch.ledger_index))
        registered = batch.producer_lot, {name: entry[name] for name in said[1]}
    if said == registered:
        return UploadedRow(row.number, row.cells, Outcome.KNOWN, batch.ref)
    return UploadedRow(row.number, row.cells, Outcome.REFUSED, batch.ref, (other_batch(form.lot),))


def _check_may_upload(actor: Actor) -> int:
    """The enterprise whose batches the actor registers. Raises NotAllowedError, NotFoundError."""
    require(actor, Permission.MANAGE_BATCHES)
    if actor.enterprise_id is None:
        raise not_found("enterprise")
    return actor.enterprise_id


def _visible(session: Session, actor: Actor, ref: str) -> Upload:
    own = select(Upload).where(Upload.ref == ref, Upload.enterprise_id == actor.enterprise_id)
    upload = session.scalar(own.options(undefer_group("rows")))
    if upload is None:
        raise not_found("upload")
    return upload


def _waiting(rows: Rows) -> list[ReadRow]:
    return [ReadRow(row.number, row.cells, row.form, ()) for row in rows.rows if row.outcome is Outcome.READY]


def _keep(upload: Upload, rows: Rows) -> None:
    counts = rows.counts()
    upload.rows = packed(rows)
    upload.registered, upload.known = counts[Outcome.REGISTERED], counts[Outcome.KNOWN]
    upload.ready, upload.refused = counts[Outcome.READY], counts[Outcome.REFUSED]


def _plain_name(name: str) -> str:
    """The file's name without folders and what does not show, no longer than its column."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[-LONGEST_NAME:] or "—"


def _forms(rows: Sequence[ReadRow]) -> list[BatchForm]:
    return [row.form for row in rows if row.form is not None]


def _key(form: BatchForm) -> tuple[str, str]:
    return form.item_ref, form.lot


def _nothing_waits() -> ConflictError:
    return ConflictError(
        (
            Fault(
                "upload",
                "没有等待登记的行",
                "no row waits to be registered",
                "请改正文件后重新上传",
                "Mend the file and upload it again",
            ),
        )
    )

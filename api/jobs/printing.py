"""The print job: parts made by a pool, each kept under its hash; released when the run stands in a checkpoint.

A killed job goes on with the parts that are missing. Nothing leaves before every part was decoded from its own pages
and the run's entry is under a published checkpoint: a label in the shop is never ahead of the public ledger.
"""

import io
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import BinaryIO

from sqlalchemy import select

from api.installation import Installation
from api.jobs.fittings import fittings
from api.jobs.labelling import design_of, offset_mm
from api.jobs.parts import MadePart, PartOrder, file_name, make_part, most_labels
from api.jobs.pool import made_by, processes
from gimark.codes.minting import CSV_HEADER
from gimark.errors import ConflictError, Fault, InvalidInputError
from gimark.files.content import Files
from gimark.issuance.labelling import label_facts
from gimark.issuance.model import IssueOrder, IssueRun, PrintState
from gimark.issuance.printing import add_file, print_order, set_print_state
from gimark.issuance.queries import PrintFacts
from gimark.issuance.rules import Span
from gimark.issuance.signing import issued_run, secrets_of
from gimark.jobs.rules import LASTING
from gimark.jobs.worker import JobHandle
from gimark.ledger import book
from labels.errors import LabelError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
CODES_FILE = "codes.csv"
# Parts under way at a time: what is made and not yet noted is lost work when the process is killed.
GROUP = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its files' names and the indices (inclusive) it covers."""

    labels: str
    rows: str
    span: Span


def print_labels(here: Installation, handle: JobHandle) -> None:
    """Make what is missing of an order's files, then release them.

    What no waiting mends (a recall, an amendment, a page that does not read back) ends the order as failed.
    """
    ref = str(handle.payload["order"])
    with here.store.reading() as session:
        order = print_order(session, ref)
    if order.state is PrintState.RELEASED:
        return
    if order.state is PrintState.FAILED:  # and the process was killed before the job was: its codes may be elsewhere
        raise ConflictError((_FAILED,))
    try:
        _set_state(here, ref, PrintState.RENDERING)
        _make_missing(here, order, handle)
        _join_rows(here, ref, _parts(order))
        _release(here, order, handle)
    except LabelError as error:
        _set_state(here, ref, PrintState.FAILED)
        raise InvalidInputError(tuple(Fault(**asdict(fault)) for fault in error.faults)) from error
    except LASTING:
        _set_state(here, ref, PrintState.FAILED)
        raise


def _make_missing(here: Installation, order: PrintFacts, handle: JobHandle) -> None:
    parts = _parts(order)
    missing = _missing(order, parts)
    done = len(parts) - len(missing)
    for part, made in _made(here, order, missing):
        with here.store.acting() as act:
            add_file(act, order.ref, part.labels, part.span, *made.labels)
            add_file(act, order.ref, part.rows, part.span, *made.rows)
            act.commit()
        done += 1
        handle.progress(done, len(parts))


def _parts(order: PrintFacts) -> list[Part]:
    most = most_labels(order.format)
    starts = range(order.first, order.last + 1, most)
    return [
        Part(
            file_name(number, order.format),
            f".rows-{number:04}",
            (start, min(start + most - 1, order.last)),
        )
        for number, start in enumerate(starts, 1)
    ]


def _missing(order: PrintFacts, parts: list[Part]) -> list[Part]:
    names = {file.name for file in order.files}
    return [part for part in parts if not {part.labels, part.rows} <= names]


def _made(here: Installation, order: PrintFacts, parts: list[Part]) -> Iterator[tuple[Part, MadePart]]:
    """Each part with what it became, in order; only a handful of parts are under way at a time."""
    if not parts:
        return
    orders = _orders(here, order, parts)
    with processes(min(len(parts), os.cpu_count() or 1)) as pool:
        for start in range(0, len(parts), GROUP):
            group = slice(start, start + GROUP)
            yield from zip(parts[group], made_by(pool, make_part, orders[group]), strict=True)


def _orders(here: Installation, order: PrintFacts, parts: list[Part]) -> list[PartOrder]:
    with here.store.reading() as session:
        run = session.scalars(select(IssueRun).where(IssueRun.ref == order.run_ref)).one()
        issued = issued_run(session, here.keyring, run.number)
        facts = label_facts(session, run)
        enterprise_id = session.get_one(IssueOrder, run.order_id).enterprise_id
        fit = fittings(here, session, enterprise_id, order.template, order.mark_sha256)
    if facts.sha256 != order.facts_sha256:
        raise ConflictError((_AMENDED,))
    cipher, signer = secrets_of(here.keyring, issued)
    design, drawing = design_of(here, fit, issued.codes, facts, order)
    return [
        PartOrder(
            codes=issued.codes,
            cipher=cipher,
            signer=signer,
            design=design,
            first=part.span[0],
            count=part.span[1] - part.span[0] + 1,
            title=f"{issued.codes.lot} {part.span[0]}–{part.span[1]}",
            files=here.settings.data_dir / "files",
            cache=here.settings.data_dir / "cache",
            format=order.format,
            # The sheet that was begun before is the first one of the order; later parts begin with a whole one.
            skip=order.skip if part.span[0] == order.first else 0,
            offset_mm=offset_mm(order.offset_um),
            drawing=drawing,
        )
        for part in parts
    ]


def _join_rows(here: Installation, ref: str, parts: list[Part]) -> None:
    """The print house's one file: byte order mark, header, the rows of every part."""
    with here.store.reading() as session:
        digests = {file.name: file.sha256 for file in print_order(session, ref).files}
    if CODES_FILE in digests:
        return
    kept = here.files.put(_Joined(here.files, [digests[part.rows] for part in parts]))
    with here.store.acting() as act:
        add_file(act, ref, CODES_FILE, (parts[0].span[0], parts[-1].span[1]), kept.sha256, kept.size)
        set_print_state(act, ref, PrintState.READY)
        act.commit()


def _release(here: Installation, order: PrintFacts, handle: JobHandle) -> None:
    with here.store.reading() as session:
        index = session.scalars(select(IssueRun.ledger_index).where(IssueRun.ref == order.run_ref)).one()
        is_published = book.is_published(session, index)
    if not is_published:
        here.publish_checkpoint()
    with here.store.acting() as act:
        set_print_state(act, order.ref, PrintState.RELEASED)
        handle.complete(act)
        act.commit()


def _set_state(here: Installation, ref: str, state: PrintState) -> None:
    with here.store.acting() as act:
        set_print_state(act, ref, state)
        act.commit()


_AMENDED = Fault(
    "batch",
    "下单之后，标签上的内容（批次、商品或企业资料）有了更正",
    "what the labels say was amended after they were ordered",
    "请再次下单，标签会按更正后的内容印",
    "Order again: the labels will say what was amended",
)
_FAILED = Fault(
    "print_order", "这张印刷订单没有做成", "this print order failed", "请再次下单", "Order the labels again"
)


class _Joined(io.RawIOBase, BinaryIO):
    """Files read one after another behind a header, so that a million rows never stand in memory."""

    def __init__(self, files: Files, digests: list[str]) -> None:
        self._files = files
        self._waiting = iter(digests)
        self._current: BinaryIO | None = io.BytesIO(BYTE_ORDER_MARK + CSV_HEADER)

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`; empty at the end of the last file."""
        while self._current is not None:
            block = self._current.read(size)
            if block:
                return block
            self._current.close()
            digest = next(self._waiting, None)
            self._current = None if digest is None else self._files.open(digest)
        return b""

"""A workshop whose labels are ordered, made and looked at."""

import csv
import io
import subprocess
from dataclasses import replace
from pathlib import Path

import zxingcpp
from PIL import Image
from sqlalchemy import select, update

from api.installation import Installation
from api.jobs.handlers import handlers
from api.jobs.labelling import order_labels
from gimark.issuance.model import PrintOrder
from gimark.issuance.printing import PrintForm, print_order
from gimark.issuance.queries import PrintFacts
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.jobs.kinds import PRINT_LABELS
from gimark.jobs.queries import JobFacts, job_by_key
from gimark.jobs.worker import Worker
from gimark.ledger import book
from gimark.ledger.entries import decode
from gimark.production.actions import recall_batch
from tests.founded import COUNT, Workshop

DPI = 300


def form(workshop: Workshop, first: int = 0, last: int = COUNT - 1, **changes: object) -> PrintForm:
    return replace(PrintForm(workshop.run.ref, first, last, "a4-3x8", DPI, "print-1"), **changes)  # type: ignore[arg-type]


def order(workshop: Workshop, *spans: int, **changes: object) -> str:
    return order_labels(workshop.here, workshop.producer, form(workshop, *spans, **changes)).ref


def facts(here: Installation, ref: str) -> PrintFacts:
    with here.store.reading() as session:
        return print_order(session, ref)


def job(here: Installation, ref: str) -> JobFacts:
    with here.store.reading() as session:
        found = job_by_key(session, f"{PRINT_LABELS}:{ref}")
    assert found is not None
    return found


def work(here: Installation) -> None:
    """Do every job that is due."""
    worker = Worker(here.store, handlers(here))
    while worker.run_once():
        pass


def content(here: Installation, order: PrintFacts, name: str) -> bytes:
    [file] = [file for file in order.files if file.name == name]
    with here.files.open(file.sha256) as kept:
        return kept.read()


def rows(here: Installation, order: PrintFacts) -> list[dict[str, str]]:
    text = content(here, order, "codes.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def scanned(pdf: bytes, folder: Path) -> list[str]:
    """What poppler and ZXing read from every page, row by row from the top left."""
    (folder / "labels.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", folder / "labels.pdf", folder / "page"], check=True)
    texts: list[str] = []
    for page in sorted(folder.glob("page-*.pgm")):
        with Image.open(page) as picture:
            found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
        page.unlink()
        found.sort(key=lambda symbol: (symbol.position.top_left.y // 100, symbol.position.top_left.x))
        texts += [symbol.text for symbol in found]
    return texts


def orders(here: Installation) -> list[str]:
    with here.store.reading() as session:
        return list(session.scalars(select(PrintOrder.ref).order_by(PrintOrder.id)))


def entries(here: Installation) -> list[dict[str, object]]:
    with here.store.reading() as session:
        return [decode(body) for body in book.entries(session, 0, book.size(session))]


def change(here: Installation, table: type, values: dict[str, object]) -> None:
    with here.store.acting() as act:
        act.session.execute(update(table).values(values).where(table.id == 1))  # type: ignore[attr-defined]
        act.commit()


def end(shop: Workshop, how: str) -> None:
    with shop.here.store.acting() as act:
        if how == "recall":
            recall_batch(act, shop.producer, shop.batch_ref, "示例：抽检不合格")
        else:
            change_ranges(act, shop.producer, shop.run.ref, RangeForm(RangeKind.VOID, ((1, 5),), "示例：破损"))
        act.commit()

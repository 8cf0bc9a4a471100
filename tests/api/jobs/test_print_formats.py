"""Print orders for every printer: what leaves for a Zebra, a TSC or a begun sheet says exactly the order's codes."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import select

from api.installation import Installation
from api.jobs import parts
from api.jobs.handlers import handlers
from api.jobs.labelling import order_labels
from api.jobs.parts import PartOrder, make_part
from gimark.clock import FixedClock, SystemClock
from gimark.errors import ConflictError, IdempotencyKeyReusedError
from gimark.issuance.model import PrintOrder, PrintState
from gimark.issuance.printing import PrintForm, print_order
from gimark.issuance.queries import PrintFacts
from gimark.issuance.rules import PrintFormat
from gimark.jobs.worker import Worker
from labels.drawings.proof import prove_png, prove_svg
from labels.errors import LabelError, ProofError, TemplateError
from labels.part import PartJob
from tests.founded import Workshop
from tests.labels.thermal.test_thermal import decoded, tsc, zebra

DPI = 300
ROLL = "roll-70x40"
COUNT = 12


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    copy = workshop.copy(tmp_path, FixedClock(SystemClock().now()))
    yield copy
    copy.here.store.engine.dispose()


def form(shop: Workshop, **changes: object) -> PrintForm:
    return replace(PrintForm(shop.run.ref, 0, COUNT - 1, ROLL, DPI, "print-1"), **changes)  # type: ignore[arg-type]


def printed(shop: Workshop, **changes: object) -> PrintFacts:
    """An order, and everything that its job does."""
    ref = order_labels(shop.here, shop.producer, form(shop, **changes)).ref
    worker = Worker(shop.here.store, handlers(shop.here))
    while worker.run_once():
        pass
    return facts(shop.here, ref)


def facts(here: Installation, ref: str) -> PrintFacts:
    with here.store.reading() as session:
        return print_order(session, ref)


def content(here: Installation, order: PrintFacts, name: str) -> bytes:
    [file] = [file for file in order.files if file.name == name]
    with here.files.open(file.sha256) as kept:
        return kept.read()


def codes(here: Installation, order: PrintFacts) -> list[str]:
    """The codes of the order as the print house's file has them."""
    text = content(here, order, "codes.csv").decode("utf-8-sig")
    return [row["url"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def on_a_tsc(file: bytes) -> Iterator[np.ndarray]:
    return tsc(file, DPI)


@pytest.mark.parametrize(
    ("format_", "run"), [(PrintFormat.ZPL, zebra), (PrintFormat.TSPL, on_a_tsc)], ids=["zebra", "tsc"]
)
def test_a_roll_leaves_for_a_thermal_printer_and_says_the_orders_codes_in_order(
    shop: Workshop, format_: PrintFormat, run: Callable[[bytes], Iterator[np.ndarray]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.jobs.parts.MOST_LABELS", 8)
    order = printed(shop, format=format_, offset_um=(300, -200))
    assert order.state is PrintState.RELEASED
    names = [f"labels-000{number}.{format_}" for number in (1, 2)]
    assert [file.name for file in order.leaving] == ["codes.csv", *names]
    papers = [paper for name in names for paper in run(content(shop.here, order, name))]
    expected = [[code.encode()] for code in codes(shop.here, order)]
    assert len(expected) == COUNT
    assert [decoded(paper) for paper in papers] == expected


def test_a_begun_sheet_is_gone_on_with_and_everything_moved(shop: Workshop) -> None:
    order = printed(shop, template="a4-3x8", skip=5, offset_um=(1_500, -500), last=1)
    with pypdfium2.PdfDocument(content(shop.here, order, "labels-0001.pdf")) as document:
        [page] = [page.render(scale=DPI / 72, grayscale=True).to_numpy().squeeze() for page in document]
    found = sorted(
        zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode),
        key=lambda symbol: symbol.position.top_left.y,
    )
    assert [symbol.text for symbol in found] == codes(shop.here, order)
    # Places 6 and 7: the third of the second row, the first of the third one; symbols stand 1–3 mm inside their label.
    corners = [(7.25 + 2 * 66.0, 12.9 + 33.9), (7.25, 12.9 + 2 * 33.9)]
    for symbol, (x, y) in zip(found, corners, strict=True):
        left, top = (symbol.position.top_left.x, symbol.position.top_left.y)
        assert 1.0 < left / DPI * 25.4 - x - 1.5 < 5.0
        assert 1.0 < top / DPI * 25.4 - y + 0.5 < 5.0


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"format": PrintFormat.ZPL, "template": "a4-3x8"}, {"template"}),
        ({"format": PrintFormat.TSPL, "skip": 1}, {"skip"}),
        ({"skip": 1}, {"skip"}),
        ({"template": "a4-3x8", "skip": 24}, {"skip"}),
        ({"template": "a4-3x8", "skip": -1}, {"skip"}),
        ({"offset_um": (-9_000, 0)}, {"offset_mm"}),
        ({"offset_um": (0, 1_100)}, {"offset_mm"}),
        ({"template": "a4-3x8", "offset_um": (0, 13_000)}, {"offset_mm"}),
        ({"template": "a4-3x8", "offset_um": (10_001, 0)}, {"offset_mm"}),
        ({"format": PrintFormat.ZPL, "template": "a4-3x8", "skip": 24, "offset_um": (0, 99_000)}, None),
    ],
)
def test_what_the_paper_does_not_have_is_refused_before_there_is_an_order(
    shop: Workshop, changes: dict[str, object], fields: set[str] | None
) -> None:
    with pytest.raises(TemplateError) as caught:
        order_labels(shop.here, shop.producer, form(shop, **changes))
    assert {fault.field for fault in caught.value.faults} == (fields or {"template", "skip", "offset_mm"})
    with shop.here.store.reading() as session:
        assert session.scalars(select(PrintOrder.id)).all() == []


def test_the_same_codes_for_another_printer_are_another_order_and_a_reprint(shop: Workshop) -> None:
    printed(shop, format=PrintFormat.ZPL)
    with pytest.raises(IdempotencyKeyReusedError):
        order_labels(shop.here, shop.producer, form(shop, format=PrintFormat.TSPL))
    with pytest.raises(ConflictError, match="补印"):
        order_labels(shop.here, shop.producer, form(shop, format=PrintFormat.TSPL, idempotency_key="print-2"))
    again = printed(shop, format=PrintFormat.TSPL, idempotency_key="print-2", reprint_reason="打印机换了")
    assert again.state is PrintState.RELEASED


def test_an_order_of_the_first_release_that_comes_again_is_still_the_same_one() -> None:
    plain = PrintForm("0k3v9m2x7q8r4t6w", 0, 9, "a4-3x8", 300, "key", ("licence", "contact"), "破损")
    said = ("0k3v9m2x7q8r4t6w", 0, 9, "a4-3x8", 300, ["contact", "licence"], "破损")
    assert plain.body_sha256 == hashlib.sha256(repr(said).encode()).digest()
    others = [{"format": PrintFormat.ZPL}, {"skip": 1}, {"offset_um": (1, 0)}, {"offset_um": (0, 1)}]
    assert len({plain.body_sha256, *(replace(plain, **other).body_sha256 for other in others)}) == 5  # type: ignore[arg-type]


@pytest.mark.parametrize("format_", [PrintFormat.ZPL, PrintFormat.TSPL])
def test_a_thermal_file_whose_labels_say_something_else_is_never_released(
    shop: Workshop, format_: PrintFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The drawing is spoilt in this process, so the part is made in it: two labels change places."""
    orders: list[PartOrder] = []

    def kept(_pool: object, _make: object, wanted: list[PartOrder]) -> Iterator[object]:
        orders.extend(wanted)
        raise ConflictError(())

    monkeypatch.setattr("api.jobs.printing.made_by", kept)
    printed(shop, format=format_)
    made = make_part(orders[0])
    assert make_part(orders[0]) == made
    name = f"{format_}_pieces"
    draw = getattr(parts, name)

    def swapped(job: PartJob) -> Iterator[bytes]:
        order = [1, 0, *range(2, len(job.uris))]
        return draw(replace(job, uris=job.uris[order], serials=job.serials[order]))  # type: ignore[no-any-return]

    monkeypatch.setattr(parts, name, swapped)
    with pytest.raises(ProofError) as caught:
        make_part(orders[0])
    assert isinstance(caught.value, LabelError)
    assert caught.value.faults[0].field == "labels/0"


@pytest.mark.parametrize(("format_", "prove"), [(PrintFormat.SVG, prove_svg), (PrintFormat.PNG, prove_png)])
def test_labels_leave_one_by_one_for_designers_and_are_read_back(
    shop: Workshop, format_: PrintFormat, prove: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.jobs.parts.MOST_SINGLES", 8)
    order = printed(shop, format=format_, template="a4-3x8")
    assert order.state is PrintState.RELEASED
    names = [f"labels-000{number}-{format_}.zip" for number in (1, 2)]
    assert [file.name for file in order.leaving] == ["codes.csv", *names]
    uris = np.array([list(code.encode()) for code in codes(shop.here, order)], np.uint8)
    at = uris[0].tobytes().index(b"/21/") + 4
    for name, span in zip(names, (slice(0, 8), slice(8, COUNT)), strict=True):
        file = io.BytesIO(content(shop.here, order, name))
        part = uris[span]
        assert prove(file, part, part[:, at : at + 13], range(len(part))) == len(part)


def test_files_for_designers_are_for_no_printer(shop: Workshop) -> None:
    for changes in ({"skip": 1, "template": "a4-3x8"}, {"offset_um": (1, 0)}):
        with pytest.raises(TemplateError) as caught:
            order_labels(shop.here, shop.producer, form(shop, format=PrintFormat.SVG, **changes))
        assert [fault.field for fault in caught.value.faults] == ["offset_mm"]

"""The release check: finished pages read back by independent libraries.

The file is rasterised by PDFium and its symbols are decoded by ZXing; neither shares a line with what drew them. Each
place of a page must hold exactly the code that belongs there, and the typed code beside it as text. One failure and
the file is not released. PDFium is not thread-safe: run this in a process of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pypdfium2
import zxingcpp
from numpy.typing import NDArray

from labels.errors import Fault, ProofError
from labels.pdf.units import points
from labels.reader import QR_CODES
from labels.rows import typed_codes
from labels.template import Template

Bytes = NDArray[np.uint8]
_DPI: Final = 300
_INCH_MM: Final = 25.4
_INCH_POINTS: Final = 72


@dataclass(frozen=True, slots=True)
class ProofJob:
    """What a file must hold: `uris` (n, length) and `serials` (n, 13) in order, after `skip` free places."""

    template: Template
    uris: Bytes
    serials: Bytes
    skip: int = 0
    offset_mm: tuple[float, float] = (0.0, 0.0)

    @property
    def begun(self) -> int:
        """Free places on the first page."""
        return self.skip % self.template.per_page

    @property
    def pages(self) -> int:
        """Pages the file must have."""
        return -(-(self.begun + len(self.uris)) // self.template.per_page)

    def labels_on(self, page: int) -> Iterator[tuple[int, tuple[float, float]]]:
        """Number and top left corner in mm of each label on a page."""
        first = page * self.template.per_page - self.begun
        for slot, (x, y) in enumerate(self.template.corners_mm()):
            if 0 <= first + slot < len(self.uris):
                yield first + slot, (x + self.offset_mm[0], y + self.offset_mm[1])


def sample_pages(count: int, at_most: int) -> tuple[int, ...]:
    """Up to `at_most` (two or more) of `count` pages, evenly spread, the first and the last always among them."""
    if count <= at_most:
        return tuple(range(count))
    return tuple(sorted({round(k * (count - 1) / (at_most - 1)) for k in range(at_most)}))


def prove(content: bytes, job: ProofJob, pages: Sequence[int] | None = None) -> int:
    """How many labels on `pages` (None: all) were read, all right; `ProofError` names the first that is not."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as broken:
        raise ProofError([_unreadable()]) from broken
    with document:
        if len(document) != job.pages:
            raise ProofError([_other_count(len(document), job.pages)])
        return sum(_prove_page(document[page], page, job) for page in (range(job.pages) if pages is None else pages))


def _prove_page(page: pypdfium2.PdfPage, number: int, job: ProofJob) -> int:
    """How many labels the page holds."""
    picture = page.render(scale=_DPI / _INCH_POINTS, grayscale=True).to_numpy().squeeze()
    words = page.get_textpage()
    proven = 0
    for label, corner in job.labels_on(number):
        _require_symbol(_cut(picture, corner, job.template), job.uris[label].tobytes(), label)
        _require_typed(words, corner, job, label)
        proven += 1
    return proven


def _cut(picture: Bytes, corner: tuple[float, float], template: Template) -> Bytes:
    """The part of the page's picture that shows one label."""
    scale = _DPI / _INCH_MM
    left, top = (round(edge * scale) for edge in corner)
    width, height = round(template.label.width_mm * scale), round(template.label.height_mm * scale)
    return picture[max(top, 0) : top + height, max(left, 0) : left + width]


def _require_symbol(picture: Bytes, uri: bytes, label: int) -> None:
    """Exactly one symbol, which says exactly `uri`."""
    found = [read.bytes for read in zxingcpp.read_barcodes(picture, formats=QR_CODES)]
    if found != [uri]:
        raise ProofError([other_symbol(label, len(found))])


def _require_typed(words: pypdfium2.PdfTextPage, corner: tuple[float, float], job: ProofJob, label: int) -> None:
    """The typed code stands in the label's own place."""
    size = job.template.label
    left, top = points(corner[0]), points(job.template.page_mm[1] - corner[1])
    text = words.get_text_bounded(left, top - points(size.height_mm), left + points(size.width_mm), top)
    typed = typed_codes(job.serials[label : label + 1])[0].tobytes().decode("ascii")
    if typed not in text:
        raise ProofError([_other_text(label)])


def _unreadable() -> Fault:
    return Fault(
        "file", "文件不是可读的 PDF", "the file is not a readable PDF", "重新生成该文件", "render the file again"
    )


def _other_count(found: int, expected: int) -> Fault:
    return Fault(
        "file",
        f"文件有 {found} 页，应为 {expected} 页",
        f"the file has {found} pages instead of {expected}",
        "重新生成该文件",
        "render the file again",
    )


def other_symbol(label: int, found: int) -> Fault:
    """Label `label` shows `found` symbols, or one that says something else."""
    reason_zh = ("读不出二维码", "二维码内容与码不符")[found] if found < 2 else f"读出 {found} 个二维码"
    reason_en = ("no symbol was read", "the symbol says something else")[found] if found < 2 else f"{found} symbols"
    return Fault(
        f"labels/{label}",
        f"第 {label + 1} 枚标签{reason_zh}",
        f"label {label + 1}: {reason_en}",
        "文件已停用；检查模板与打印分辨率后重新生成",
        "the file was stopped; look at template and resolution and render it again",
    )


def _other_text(label: int) -> Fault:
    return Fault(
        f"labels/{label}",
        f"第 {label + 1} 枚标签的输入号码与二维码不符",
        f"label {label + 1}: the typed code is not that of the symbol",
        "文件已停用；重新生成",
        "the file was stopped; render it again",
    )

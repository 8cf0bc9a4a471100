"""Labels as files of their own, in one archive: the same bytes whenever it is made, however many they are."""

import io
import zipfile
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from labels.drawings.svg import Drawing
from labels.part import PartJob, encoder_for, require_job
from labels.rows import typed_codes
from labels.thermal.dots import CHUNK, Dots, Drawn, Place, draw

Bytes = NDArray[np.uint8]
# Nothing in an archive may tell when it was made: the same labels are the same bytes.
_MADE: Final = (1980, 1, 1, 0, 0, 0)
# Packing more tightly takes four times as long for a fifth less.
_FAST: Final = 1
_READABLE: Final = 0o644 << 16

Entries = Iterator[tuple[str, bytes]]


def svg_pieces(job: PartJob, drawing: Drawing) -> Iterator[bytes]:
    """An archive with an SVG for each label, in pieces. What `render_part` refuses is refused before the first one."""
    require_job(job)
    return _zipped(_drawings(job, drawing), zipfile.ZIP_DEFLATED)


def png_pieces(job: PartJob) -> Iterator[bytes]:
    """An archive with a PNG for each label: one bit a dot of the printer it was laid out for, black on white."""
    dots, chunks = draw(job)
    return _zipped(_pictures(job, dots, chunks), zipfile.ZIP_STORED)


def entry_name(number: int, typed: str, kind: str) -> str:
    """What the label `number` (from 0) is called in its archive: its place, and the code that people type."""
    return f"{number + 1:05}-{typed}.{kind}"


def _drawings(job: PartJob, drawing: Drawing) -> Entries:
    carrier = job.design.carrier
    encoder = encoder_for(carrier.version, carrier.level, job.cache_dir)
    names = _typed(job)
    for start in range(0, len(job.uris), CHUNK):
        symbols = np.unpackbits(encoder.matrices(job.uris[start : start + CHUNK]), axis=2, count=encoder.size)
        for number, modules in enumerate(symbols, start):
            typed = next(names)
            yield entry_name(number, typed, "svg"), drawing.svg(modules, typed).encode()


def _pictures(job: PartJob, dots: Dots, chunks: Iterator[Drawn]) -> Entries:
    number = 0
    names = _typed(job)
    for drawn in chunks:
        for symbol, code in zip(drawn.symbols, drawn.typed, strict=True):
            paper = dots.face.copy()
            _add(paper, dots.symbol, np.repeat(symbol, drawn.dots, axis=0))
            _add(paper, dots.typed, code)
            yield entry_name(number, next(names), "png"), _png(paper, job.design.carrier.dpi)
            number += 1


def _typed(job: PartJob) -> Iterator[str]:
    return (code.tobytes().decode("ascii") for code in typed_codes(job.serials))


def _add(paper: Bytes, place: Place, rows: Bytes) -> None:
    """Packed rows of dots (height, bytes) to what is there."""
    picture = np.unpackbits(rows, axis=1, count=place.width)
    paper[place.y : place.y + place.height, place.x : place.x + place.width] |= picture


def _png(paper: Bytes, dpi: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(paper == 0).save(file, "PNG", dpi=(dpi, dpi), compress_level=_FAST)
    return file.getvalue()


def _zipped(entries: Entries, method: int) -> Iterator[bytes]:
    """An archive of `entries`, each piece the next one of them."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, _MADE)
            entry.create_system, entry.external_attr = 3, _READABLE
            archive.writestr(entry, content, method, _FAST)
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Takes what is written until somebody fetches it; it has no place to go back to."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override] # narrower than a buffer
        """Keep it."""
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What came since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)

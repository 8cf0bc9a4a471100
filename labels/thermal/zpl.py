"""ZPL II for Zebra printers and those that speak it.

The fixed part is stored in the printer's memory once and recalled for each label; symbol and typed code follow as
graphics (`^GFA`). Graphics are hexadecimal with ZPL's own shorthand: `:` repeats the row above, `,` ends a row of
nothing but white (ZPL II Programming Guide, ~DG and ^GF, ASCII hexadecimal with compression).
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labels.part import PartJob
from labels.thermal.dots import Dots, Drawn, Place, draw_roll

Bytes = NDArray[np.uint8]
_FACE: Final = "R:GIFACE.GRF"
_HEX: Final = np.frombuffer(b"".join(b"%02X" % value for value in range(256)), np.uint8).reshape(256, 2)


def render_zpl(job: PartJob) -> bytes:
    """The part as ZPL, the same bytes whenever it is rendered; raises what `labels.thermal.dots.draw_roll` raises."""
    return b"".join(zpl_pieces(job))


def zpl_pieces(job: PartJob) -> Iterator[bytes]:
    """`render_zpl` in pieces, so that memory does not grow with the part. Refusals come before the first piece."""
    dots, chunks = draw_roll(job)
    return _pieces(dots, chunks)


def _pieces(dots: Dots, chunks: Iterator[Drawn]) -> Iterator[bytes]:
    face = np.packbits(dots.face, axis=1)
    yield b"~DG%s,%d,%d,%s\n" % (_FACE.encode("ascii"), face.size, face.shape[1], _shortened(face))
    start = b"^XA^PW%d^LL%d^LH0,0^FO0,0^XG%s,1,1^FS" % (dots.width, dots.height, _FACE.encode("ascii"))
    for drawn in chunks:
        symbols, typed = _HEX[drawn.symbols], _HEX[drawn.typed]
        parts: list[bytes] = []
        for symbol, code in zip(symbols, typed, strict=True):
            parts += [
                start,
                _graphic(dots.symbol, drawn.symbols.shape[2], _repeated(symbol, drawn.dots)),
                _graphic(dots.typed, drawn.typed.shape[2], code.tobytes()),
                b"^PQ1^XZ\n",
            ]
        yield b"".join(parts)
    yield b"^XA^ID%s^FS^XZ\n" % _FACE.encode("ascii")


def _graphic(place: Place, stride: int, data: bytes) -> bytes:
    """A graphic field of `place`'s height, `stride` bytes a row."""
    size = stride * place.height
    return b"^FO%d,%d^GFA,%d,%d,%d,%s^FS" % (place.x, place.y, size, size, stride, data)


def _repeated(rows: Bytes, times: int) -> bytes:
    """Each row (bytes, 2 digits) followed by the sign for the same row again."""
    again = b":" * (times - 1)
    return b"".join(row.tobytes() + again for row in rows)


def _shortened(rows: Bytes) -> bytes:
    """Rows in hexadecimal digits, white rows and repeated rows by their signs."""
    parts: list[bytes] = []
    before: bytes | None = None
    for row in rows:
        digits = _HEX[row].tobytes()
        parts.append(b":" if digits == before else b"," if not row.any() else digits)
        before = digits
    return b"".join(parts)

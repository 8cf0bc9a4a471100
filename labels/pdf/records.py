"""The drawing operators of thousands of labels as rows of one byte matrix.

All labels of a batch differ only in place, symbol and typed code, and each of these has a fixed length. So the
operators are a matrix whose constant columns are written once, and a page is a run of its rows.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from labels.design import Design
from labels.face import Style
from labels.layout import SERIAL_ALPHABET
from labels.pdf.ascii85 import encode, encoded_length
from labels.pdf.units import number, numbers, points

Bytes = NDArray[np.uint8]
TYPED_LENGTH: Final = 15
_PLACE: Final = b"%012.5f %012.5f"
_CODE_DIGITS: Final = 4


class Records:
    """Writes the operators of labels of one design, moved by `offset_mm` to the right and down.

    The symbol is an inline stencil mask, one bit a module, through which black is painted: a printer sees no grey,
    and no reader resamples a picture.
    """

    def __init__(self, design: Design, offset_mm: tuple[float, float]) -> None:
        self._design = design
        self._places = _places(design, offset_mm)
        self._codes = _hex_codes(design)
        size = design.carrier.modules
        symbol = encoded_length(size * ((size + 7) // 8))
        before, after = _symbol_operators(design)
        parts = (
            b"q 1 0 0 1 ",
            bytes(self._places.shape[1]),
            b" cm /L Do " + before,
            bytes(symbol),
            after + _typed_operators(design),
            bytes(_CODE_DIGITS * TYPED_LENGTH),
            b"> Tj ET Q\n",
        )
        ends = np.cumsum([len(part) for part in parts]).tolist()
        self._place, self._symbol, self._typed = (slice(ends[k], ends[k + 1]) for k in (0, 2, 4))
        self._row = np.frombuffer(b"".join(parts), np.uint8)

    def rows(self, symbols: Bytes, typed: Bytes, first_slot: int) -> Bytes:
        """(n, length of a record) for symbols (n, size, stride) and typed codes (n, 15) of ASCII.

        The first label goes to place `first_slot` of its page, the others to the places after it.
        """
        count = len(symbols)
        rows = np.repeat(self._row[None], count, axis=0)
        rows[:, self._place] = self._places[(first_slot + np.arange(count)) % len(self._places)]
        rows[:, self._symbol] = encode(symbols.reshape(count, -1))
        rows[:, self._typed] = self._codes[typed].reshape(count, -1)
        return rows


def _places(design: Design, offset_mm: tuple[float, float]) -> Bytes:
    """The lower left corner of each place on a page, in points, all of one length."""
    template = design.template
    bottom = template.page_mm[1] - template.label.height_mm - offset_mm[1]
    written = [_PLACE % (points(x + offset_mm[0]), points(bottom - y)) for x, y in template.corners_mm()]
    return np.frombuffer(b"".join(written), np.uint8).reshape(len(written), -1)


def _symbol_operators(design: Design) -> tuple[bytes, bytes]:
    """What stands before and after the symbol's data."""
    size = design.carrier.modules
    side = points(size * design.carrier.module_mm)
    x, y = design.symbol_mm
    corner = numbers(points(x), points(design.template.label.height_mm - y) - side)
    before = b"q %s 0 0 %s %s cm BI /IM true /W %d /H %d /BPC 1 /D[1 0] /F /A85 ID " % (
        number(side),
        number(side),
        corner,
        size,
        size,
    )
    return before, b"~>\nEI Q "


def _typed_operators(design: Design) -> bytes:
    """What stands before the codes of the typed code's characters."""
    typed = design.typed
    return b"BT /%s %s Tf %s Tz 0 Tc 1 0 0 1 %s Tm <" % (
        typed.style.encode("ascii"),
        number(points(typed.size_mm)),
        number(100 * typed.stretch),
        numbers(points(typed.x_mm), points(design.template.label.height_mm - typed.y_mm)),
    )


def _hex_codes(design: Design) -> Bytes:
    """(128, 4): the code of each ASCII character in the font of the typed code, in hexadecimal digits."""
    font = design.fonts[Style.CODE]
    codes = np.full((128, _CODE_DIGITS), ord("0"), np.uint8)
    for character in f"{SERIAL_ALPHABET}-":
        codes[ord(character)] = np.frombuffer(font.encode(character).hex().encode("ascii"), np.uint8)
    return codes

"""Variable data for a print house: one row a label, for a press that draws the symbols itself.

UTF-8 with a byte order mark, so that Excel reads it as such; CRLF line ends (RFC 4180). No field needs quoting and
none can start a formula, because every alphabet is checked first.
"""

import hashlib
from collections.abc import Iterable
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from labels.rows import require_item, require_rows, typed_codes

Bytes = NDArray[np.uint8]
HEADER: Final = b"\xef\xbb\xbfgtin,lot,serial,typed,url\r\n"


def write_csv(file: BinaryIO, gtin: str, lot: str, chunks: Iterable[tuple[Bytes, Bytes]]) -> str:
    """Writes header and rows of `chunks` of serials (n, 13) and URIs (n, length); the SHA-256 in hexadecimal digits.

    Memory is that of one chunk. `RowError` names the field or row that is not well formed.
    """
    require_item(gtin, lot)
    digest = hashlib.sha256()
    for content in _contents(gtin, lot, chunks):
        digest.update(content)
        file.write(content)
    return digest.hexdigest()


def _contents(gtin: str, lot: str, chunks: Iterable[tuple[Bytes, Bytes]]) -> Iterable[bytes]:
    yield HEADER
    for serials, uris in chunks:
        yield _rows(gtin, lot, serials, uris)


def _rows(gtin: str, lot: str, serials: Bytes, uris: Bytes) -> bytes:
    """The rows of one chunk: all of one length, so they are one byte matrix."""
    require_rows(serials, uris)
    count = len(serials)
    fixed = (f"{gtin},{lot},".encode("ascii"), b",", b",", b"\r\n")
    item, after_serial, after_typed, end = (
        np.broadcast_to(np.frombuffer(part, np.uint8), (count, len(part))) for part in fixed
    )
    parts = (item, serials, after_serial, typed_codes(serials), after_typed, uris, end)
    return np.concatenate(parts, axis=1).tobytes()

"""Rows of codes as they come from the issuer: byte matrices, checked before anything is printed."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from labels.errors import Fault, RowError
from labels.layout import SERIAL_ALPHABET

Bytes = NDArray[np.uint8]
SERIAL_LENGTH: Final = 13
_SERIAL: Final = np.isin(np.arange(256), np.frombuffer(SERIAL_ALPHABET.encode("ascii"), np.uint8))
_HYPHEN: Final = ord("-")


def require_rows(serials: Bytes, uris: Bytes) -> None:
    """`RowError` unless each of the URIs (n, length) is printable ASCII and carries its row's serial (n, 13).

    So a typed code and the symbol beside it can never belong to different packages.
    """
    if serials.ndim != 2 or serials.shape[1] != SERIAL_LENGTH or uris.ndim != 2 or len(uris) != len(serials):
        raise RowError([_wrong("serials", f"{serials.shape}, {uris.shape}")])
    if not len(serials):
        return
    _require(_SERIAL[serials], "serials")
    _require((uris > 0x20) & (uris < 0x7F), "uris")
    at = uris[0].tobytes().find(b"/21/") + len(b"/21/")
    if at < len(b"/21/") or at + SERIAL_LENGTH > uris.shape[1]:
        raise RowError([_wrong("uris/0", "no /21/")])
    _require(uris[:, at : at + SERIAL_LENGTH] == serials, "uris")


def typed_codes(serials: Bytes) -> Bytes:
    """Serials (n, 13) as people type them (n, 15): `38GP-ERNQ-BQTSA`."""
    hyphen = np.full((len(serials), 1), _HYPHEN, np.uint8)
    return np.concatenate((serials[:, :4], hyphen, serials[:, 4:8], hyphen, serials[:, 8:]), axis=1)


def _require(good: NDArray[np.bool_], field: str) -> None:
    """`RowError` naming the first row of (n, length) in which something is not good."""
    if not good.all():
        raise RowError([_wrong(f"{field}/{int(np.argmin(good.all(axis=1)))}", "")])


def _wrong(field: str, found: str) -> Fault:
    told = f"：{found}" if found else ""
    return Fault(
        field,
        f"码行格式有误{told}",
        f"a row of codes is not well formed{f': {found}' if found else ''}",
        "重新生成该号段的码",
        "make the codes of this range again",
    )

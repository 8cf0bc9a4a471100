"""The release check of thermal files: printed on paper of our own, and decoded by ZXing, which drew nothing of it."""

from collections.abc import Collection, Iterator
from typing import BinaryIO, Final

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from labels.errors import Fault, ProofError
from labels.proof import other_symbol
from labels.reader import QR_CODES
from labels.thermal.paper import tspl_labels, zpl_labels

Bytes = NDArray[np.uint8]
_BORDER: Final = 20


def prove_zpl(file: BinaryIO, uris: Bytes, labels: Collection[int]) -> int:
    """How many of `labels` (numbers from 0) were read from a ZPL file, all right, when it holds exactly one label for
    each of `uris` (n, length); `ProofError` names the first that is not."""
    return _prove(zpl_labels(file, labels), uris)


def prove_tspl(file: BinaryIO, uris: Bytes, labels: Collection[int], dpi: int) -> int:
    """`prove_zpl` for a TSPL file and a printer of `dpi`."""
    return _prove(tspl_labels(file, labels, dpi), uris)


def _prove(papers: Iterator[Bytes | None], uris: Bytes) -> int:
    proven = count = 0
    for number, paper in enumerate(papers):
        count += 1
        if paper is None:
            continue
        found = _decoded(paper)
        if number >= len(uris) or found != [uris[number].tobytes()]:
            raise ProofError([other_symbol(number, len(found))])
        proven += 1
    if count != len(uris):
        raise ProofError([_other_count(count, len(uris))])
    return proven


def _decoded(paper: Bytes) -> list[bytes]:
    """The symbols on a label, as seen on white ground."""
    picture = np.pad((1 - paper) * 255, _BORDER, constant_values=255).astype(np.uint8)
    return [read.bytes for read in zxingcpp.read_barcodes(np.ascontiguousarray(picture), formats=QR_CODES)]


def _other_count(found: int, expected: int) -> Fault:
    return Fault(
        "file",
        f"文件有 {found} 枚标签，应为 {expected} 枚",
        f"the file has {found} labels instead of {expected}",
        "重新生成该文件",
        "render the file again",
    )

"""The release check of single labels: their archive is opened again, and what is drawn is decoded by ZXing.

Of an SVG its path of squares is painted, because that is what any program would paint; a PNG is opened by Pillow.
"""

import re
import zipfile
from collections.abc import Callable, Collection
from typing import BinaryIO, Final

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from labels.drawings.archive import entry_name
from labels.errors import Fault, ProofError
from labels.proof import other_symbol
from labels.reader import QR_CODES
from labels.rows import typed_codes

Bytes = NDArray[np.uint8]
_BORDER: Final = 8
_DOTS: Final = 4
_SYMBOL: Final = re.compile(rb'shape-rendering="crispEdges" d="([^"]*)"')
_RUN: Final = re.compile(rb"M(\d+) (\d+)h(\d+)v1h-\3z")
_MOST_MODULES: Final = 177  # of any QR symbol (ISO/IEC 18004:2015, 5.3.1)


def prove_svg(file: BinaryIO, uris: Bytes, serials: Bytes, labels: Collection[int]) -> int:
    """How many of `labels` (numbers from 0) were read from an archive, all right, when it holds exactly one file for
    each of `uris` (n, length), named by its serial (n, 13); `ProofError` names the first that is not."""
    return _prove(file, uris, serials, labels, "svg", _painted)


def prove_png(file: BinaryIO, uris: Bytes, serials: Bytes, labels: Collection[int]) -> int:
    """`prove_svg` for pictures."""
    return _prove(file, uris, serials, labels, "png", _opened)


def _prove(
    file: BinaryIO,
    uris: Bytes,
    serials: Bytes,
    labels: Collection[int],
    kind: str,
    picture: Callable[[BinaryIO], Bytes | None],
) -> int:
    typed = [code.tobytes().decode("ascii") for code in typed_codes(serials)]
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if names != [entry_name(number, code, kind) for number, code in enumerate(typed)]:
                raise ProofError([_other_files()])
            for number in labels:
                with archive.open(names[number]) as drawn:
                    _require_symbol(picture(drawn), uris[number].tobytes(), number)  # type: ignore[arg-type] # readable
    except (zipfile.BadZipFile, UnidentifiedImageError, OSError, EOFError, ValueError) as broken:
        raise ProofError([_damaged()]) from broken
    return len(labels)


def _painted(file: BinaryIO) -> Bytes | None:
    """The squares of the symbol's path, each four dots wide; None when there is not exactly one such path."""
    found = _SYMBOL.findall(file.read())
    if len(found) != 1 or _RUN.sub(b"", found[0]):
        return None
    modules = np.full((_MOST_MODULES, _MOST_MODULES), 255, np.uint8)
    for run in _RUN.finditer(found[0]):
        x, y, length = (int(number) for number in run.groups())
        modules[y, x : x + length] = 0
    return np.kron(modules, np.ones((_DOTS, _DOTS), np.uint8))


def _opened(file: BinaryIO) -> Bytes | None:
    with Image.open(file, formats=("PNG",)) as picture:
        return np.array(picture.convert("L")) if picture.mode == "1" else None


def _require_symbol(picture: Bytes | None, uri: bytes, label: int) -> None:
    """Exactly one symbol, which says exactly `uri`."""
    if picture is None:
        raise ProofError([other_symbol(label, 0)])
    on_white = np.ascontiguousarray(np.pad(picture, _BORDER * _DOTS, constant_values=255))
    found = [read.bytes for read in zxingcpp.read_barcodes(on_white, formats=QR_CODES)]
    if found != [uri]:
        raise ProofError([other_symbol(label, len(found))])


def _other_files() -> Fault:
    return Fault(
        "file",
        "压缩包里的标签与号段不符",
        "the archive holds other labels than it should",
        "文件已停用；重新生成",
        "the file was stopped; render it again",
    )


def _damaged() -> Fault:
    return Fault(
        "file",
        "压缩包不完整或无法读取",
        "the archive is damaged or cut off",
        "文件已停用；重新生成",
        "the file was stopped; render it again",
    )

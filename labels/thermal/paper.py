"""Finished thermal files printed on paper of zeros and ones, to be read back before they leave.

These printers know the commands that our files use, and refuse any other; they share no line with what wrote them.
"""

import re
from collections.abc import Container, Iterator
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from labels.errors import Fault, ProofError

Bytes = NDArray[np.uint8]
_INCH_MM: Final = 25.4
_STORED: Final = re.compile(rb"~DGR:GIFACE\.GRF,(\d+),(\d+),([0-9A-F,:]+)\n")
_LABEL: Final = re.compile(
    rb"\^XA\^PW(\d+)\^LL(\d+)\^LH0,0\^FO0,0\^XGR:GIFACE\.GRF,1,1\^FS"
    rb"((?:\^FO\d+,\d+\^GFA,\d+,\d+,\d+,[0-9A-F,:]+\^FS)+)\^PQ1\^XZ\n"
)
_FIELD: Final = re.compile(rb"\^FO(\d+),(\d+)\^GFA,(\d+),\d+,(\d+),([0-9A-F,:]+)\^FS")
_END: Final = b"^XA^IDR:GIFACE.GRF^FS^XZ\n"
_SETTING: Final = re.compile(rb"(GAP [\d.]+ mm,0 mm|DIRECTION 1)\r\n")
_SIZE: Final = re.compile(rb"SIZE ([\d.]+) mm,([\d.]+) mm\r\n")
_BITMAP: Final = re.compile(rb"BITMAP (\d+),(\d+),(\d+),(\d+),0,")


def zpl_labels(file: BinaryIO, wanted: Container[int]) -> Iterator[Bytes | None]:
    """Each label of a ZPL file as (height, width) of dots, 1 is black; None for those whose number is not `wanted`.

    `ProofError` for a file that is cut off or says anything else.
    """
    head = _STORED.fullmatch(file.readline())
    if head is None:
        raise ProofError([_unreadable(0)])
    face = _graphic(head[3], int(head[1]), int(head[2]))
    for number, line in enumerate(file):
        if line == _END:
            if file.read(1):
                raise ProofError([_unreadable(number)])
            return
        label = _LABEL.fullmatch(line)
        if label is None:
            raise ProofError([_unreadable(number)])
        yield _zpl_label(label, face) if number in wanted else None
    raise ProofError([_cut_off()])


def tspl_labels(file: BinaryIO, wanted: Container[int], dpi: int) -> Iterator[Bytes | None]:
    """`zpl_labels` of a TSPL file, for a printer of `dpi`."""
    size = _SIZE.fullmatch(file.readline())
    if size is None:
        raise ProofError([_unreadable(0)])
    width, height = (round(float(side) / _INCH_MM * dpi) for side in size.groups())
    paper: Bytes | None = None
    number = 0
    for line in iter(file.readline, b""):
        bitmap = _BITMAP.match(line)
        if bitmap is not None and paper is not None:
            x, y, stride, rows = (int(group) for group in bitmap.groups())
            _overwrite(paper, _bitmap(line[bitmap.end() :], file, stride, rows), x, y)
        elif line == b"CLS\r\n":
            paper = np.zeros((height, width), np.uint8)
        elif line == b"PRINT 1\r\n" and paper is not None:
            yield paper.copy() if number in wanted else None
            number += 1
        elif _SETTING.fullmatch(line) is None:
            raise ProofError([_unreadable(number)])


def _zpl_label(label: re.Match[bytes], face: Bytes) -> Bytes:
    paper = np.zeros((int(label[2]), int(label[1])), np.uint8)
    _add(paper, face, 0, 0)
    for x, y, total, stride, data in _FIELD.findall(label[3]):
        _add(paper, _graphic(data, int(total), int(stride)), int(x), int(y))
    return paper


def _graphic(data: bytes, total: int, stride: int) -> Bytes:
    """Hexadecimal rows of `stride` bytes, `total` in all; `:` is the row before again, `,` ends a row with white."""
    rows: list[bytes] = []
    for part in re.findall(rb"[0-9A-F]{%d}|[0-9A-F]*,|:" % (2 * stride), data):
        row = rows[-1] if part == b":" and rows else bytes.fromhex(part.rstrip(b",:").decode())
        rows.append(row.ljust(stride, b"\0"))
    if sum(map(len, rows)) != total:
        raise ProofError([_cut_off()])
    return np.unpackbits(np.frombuffer(b"".join(rows), np.uint8).reshape(-1, stride), axis=1)


def _bitmap(begun: bytes, file: BinaryIO, stride: int, rows: int) -> Bytes:
    """The data of a BITMAP command, in which 0 is black; what looks like the end of a line may be dots."""
    data = begun + file.read(stride * rows + 2 - len(begun))
    if len(data) != stride * rows + 2 or not data.endswith(b"\r\n"):
        raise ProofError([_cut_off()])
    picture = np.frombuffer(data, np.uint8, stride * rows).reshape(rows, stride)
    return 1 - np.unpackbits(picture, axis=1)


def _add(paper: Bytes, picture: Bytes, x: int, y: int) -> None:
    """Black dots are added; what leaves the label is cut off."""
    height, width = min(len(picture), len(paper) - y), min(picture.shape[1], paper.shape[1] - x)
    paper[y : y + height, x : x + width] |= picture[:height, :width]


def _overwrite(paper: Bytes, picture: Bytes, x: int, y: int) -> None:
    height, width = min(len(picture), len(paper) - y), min(picture.shape[1], paper.shape[1] - x)
    paper[y : y + height, x : x + width] = picture[:height, :width]


def _unreadable(label: int) -> Fault:
    return Fault(
        "file",
        f"第 {label + 1} 枚标签处有打印机不认的指令",
        f"at label {label + 1} stands a command that the printer would not know",
        "文件已停用；重新生成",
        "the file was stopped; render it again",
    )


def _cut_off() -> Fault:
    return Fault(
        "file",
        "打印文件不完整",
        "the print file is cut off",
        "文件已停用；重新生成",
        "the file was stopped; render it again",
    )

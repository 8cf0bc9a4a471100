"""One part of an order: values in, bytes out, nothing else. A process pool may run it, or another machine."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labels.design import Design
from labels.errors import CarrierError, Fault, RowError
from labels.pdf.document import write_document
from labels.qr import Encoder, Level, version_for
from labels.rows import require_rows, typed_codes

Bytes = NDArray[np.uint8]
# A part is held in memory while it is written: some 8 MB for this many labels.
MOST_LABELS: Final = 10_000


@dataclass(frozen=True, slots=True)
class PartJob:
    """Labels for `uris` (n, length) with their `serials` (n, 13), in this order, at most 10,000.

    `skip` places of the first sheet stay free; `offset_mm` moves everything right and down (see the calibration
    sheet). `cache_dir` is where the encoder keeps its tables.
    """

    design: Design
    uris: Bytes
    serials: Bytes
    title: str
    skip: int = 0
    offset_mm: tuple[float, float] = (0.0, 0.0)
    cache_dir: Path | None = None


def render_part(job: PartJob) -> bytes:
    """The part's PDF, the same bytes whenever it is rendered.

    `RowError` when there are too many rows or one is not well formed, `CarrierError` when the codes are not of the
    length that the label was laid out for.
    """
    require_job(job)
    carrier = job.design.carrier
    symbols = encoder_for(carrier.version, carrier.level, job.cache_dir).matrices(job.uris)
    return write_document(job.design, symbols, typed_codes(job.serials), job.title, job.skip, job.offset_mm)


def require_job(job: PartJob) -> None:
    """`RowError` and `CarrierError` as `render_part` raises them."""
    if len(job.uris) > MOST_LABELS:
        raise RowError([_too_many(len(job.uris))])
    require_rows(job.serials, job.uris)
    if version_for(job.uris.shape[1], job.design.carrier.level) != job.design.carrier.version:
        raise CarrierError([_other_length(job.uris.shape[1])])


@lru_cache(maxsize=4)
def encoder_for(version: int, level: Level, cache_dir: Path | None) -> Encoder:
    """The process's encoder for symbols of that kind."""
    return Encoder(version, level, cache_dir)


def _too_many(count: int) -> Fault:
    return Fault(
        "uris",
        f"一个文件最多 {MOST_LABELS} 枚标签，收到 {count} 枚",
        f"a file holds at most {MOST_LABELS} labels, {count} were given",
        "分成几个文件",
        "divide the order into parts",
    )


def _other_length(length: int) -> Fault:
    return Fault(
        "uris",
        f"码长 {length} 与标签设计不符",
        f"codes of {length} characters are not what the label was laid out for",
        "按实际码长重新排版",
        "lay the label out again for codes of this length",
    )

"""Reading an uploaded special mark apart: in a process of its own, which may fail, hang or grow alone."""

import io
import resource
from concurrent.futures import TimeoutError as TooLateError
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from api.installation import Installation
from api.jobs.pool import processes
from gimark.errors import InvalidInputError, invalid
from gimark.issuance.marks.actions import MarkForm
from labels.artwork import Artwork
from labels.artwork.reading import read_artwork

# What reading may compute; by the clock it may take longer, because a busy machine is no fault of the mark's.
MOST_SECONDS: Final = 20
LONGEST_WAIT: Final = 55
# A picture of 4,096 × 4,096 pixels takes some 300 MB while it is read, the libraries themselves the same.
MOST_MEMORY: Final = 2 * 1024**3


def take_mark(here: Installation, content: bytes) -> MarkForm:
    """Read a mark and keep its file and the picture of it.

    Raises LabelError for a file that is no mark, InvalidInputError for one that could not be read in time or room,
    StoreFailedError.
    """
    artwork = read_apart(content)
    file, picture = (here.files.put(io.BytesIO(part)) for part in (content, artwork.png))
    return MarkForm(file, picture, artwork.is_vector)


def read_apart(content: bytes) -> Artwork:
    """`labels.artwork.reading.read_artwork`, apart."""
    with processes(1) as pool:
        waiting = pool.submit(_read, content)
        try:
            return waiting.result(timeout=LONGEST_WAIT)
        except TooLateError as late:
            for process in pool._processes.values():  # noqa: SLF001 - a pool has no other way to end a worker
                process.kill()
            raise _unreadable() from late
        except (BrokenProcessPool, MemoryError) as broken:
            raise _unreadable() from broken


def _read(content: bytes) -> Artwork:
    """In the process apart, with no more room and time than a mark needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    return read_artwork(content)


def _unreadable() -> InvalidInputError:
    return invalid(
        "mark",
        "这个文件读得太久或太占内存，不是专用标志",
        "reading the file takes too long or too much memory: it is no mark",
        "请上传国家知识产权局提供的原始矢量文件",
        "Upload the original vector file of the CNIPA",
    )

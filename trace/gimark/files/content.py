"""What keeping a file means: bytes are known by the SHA-256 of their content, and by nothing else."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from gimark.errors import Fault, NotFoundError, StoreFailedError, invalid

SHA256_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What `put` kept: `sha256` is the content's digest as 64 lower-case hex digits, `size` its length in bytes."""

    sha256: str
    size: int


class Files(Protocol):
    """A place for files under their content's digest. The same bytes put twice are one file."""

    def put(self, stream: BinaryIO) -> StoredFile:
        """Keep what is left in `stream`, durably and whole or not at all.

        Raises StoreFailedError when it cannot be kept (disk full, read-only); nothing is left behind then. An error
        that `stream` itself raises comes through unchanged.
        """
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The content, open for reading from its first byte; the caller closes it. Raises NotFoundError."""
        ...

    def exists(self, sha256: str) -> bool:
        """Whether the content is here."""
        ...

    def delete(self, sha256: str, put_before: datetime | None = None) -> None:
        """Forget the content; what is not there is forgotten already. Whoever has it open reads on.

        With `put_before` (aware) only content that was last put before it is forgotten.
        """
        ...


def checked_digest(sha256: str) -> str:
    """`sha256` itself; raises InvalidInputError unless it is 64 lower-case hex digits."""
    if SHA256_HEX.fullmatch(sha256):
        return sha256
    raise invalid(
        "sha256",
        "文件摘要应为 64 位小写十六进制",
        "a file's digest has 64 lower-case hexadecimal digits",
        "请使用登记时得到的摘要",
        "Use the digest that was given when the file was kept",
    )


def file_not_found(sha256: str) -> NotFoundError:
    """No file with this digest is kept."""
    return NotFoundError(
        (
            Fault(
                "sha256",
                "没有这个文件，或已过保存期",
                "there is no such file, or its time of keeping is over",
                "请重新生成该文件",
                "Make the file again",
            ),
        ),
        {"sha256": sha256},
    )


def files_failed() -> StoreFailedError:
    """The place of the files refused to keep or give what was asked."""
    return StoreFailedError(
        (
            Fault(
                "",
                "文件无法读写（磁盘已满、只读或没有权限）",
                "the file cannot be kept or read (disk full, read-only or no permission)",
                "没有留下不完整的文件；请检查磁盘空间和目录权限后重试",
                "No partial file was left; check disk space and the folder's permissions, then try again",
            ),
        )
    )

"""The status list `gi-status/v1`: voided and returned codes and recalled lots, for verifiers without the server."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gimark.clock import rfc3339
from gimark.keys.keyset import KeySet
from gimark.keys.lines import bad, check_same, check_validity, instant, read_header
from gimark.keys.names import is_origin
from gimark.keys.note import NoteSigner, open_note, sign_note

TITLE = "gi-status/v1"
HEADER = ("origin", "seq", "time", "expires")
MARK_SIZE = 8

_LOT = re.compile(r"lot ([0-9]{14}) ([0-9A-Z.-]{1,20}) ([a-z_]+)")


def mark(message: bytes) -> bytes:
    """What stands for a code in the list: the first 8 bytes of SHA-256 of its signed message."""
    return hashlib.sha256(message).digest()[:MARK_SIZE]


@dataclass(frozen=True, slots=True)
class StatusList:
    """What was taken back, as of `published_at`; of no weight after `expires_at`.

    `lots` maps (gtin, lot) to a reason such as `recalled`; `codes` holds the mark of every voided or returned code.
    Raises InvalidInputError when the parts do not make a status list.
    """

    origin: str
    seq: int
    published_at: datetime
    expires_at: datetime
    lots: Mapping[tuple[str, str], str]
    codes: frozenset[bytes]

    def __post_init__(self) -> None:
        check_validity(self.seq, self.published_at, self.expires_at)
        if not is_origin(self.origin):
            raise bad("平台名称不合规范", "the origin is not of its form")
        if not all(_LOT.fullmatch(line) for line in self._lot_lines()) or any(
            len(code) != MARK_SIZE for code in self.codes
        ):
            raise bad("批次或标识的写法不对", "a lot or a code is not of its form")

    def text(self) -> str:
        """The note's text; lots before codes, each in bytewise order."""
        header = [
            TITLE,
            f"origin {self.origin}",
            f"seq {self.seq}",
            f"time {rfc3339(self.published_at)}",
            f"expires {rfc3339(self.expires_at)}",
        ]
        codes = [f"code {code.hex()}" for code in sorted(self.codes)]
        return "\n".join([*header, *sorted(self._lot_lines()), *codes, ""])

    def _lot_lines(self) -> list[str]:
        return [f"lot {gtin} {lot} {reason}" for (gtin, lot), reason in self.lots.items()]


def publish(status: StatusList, log: NoteSigner) -> bytes:
    """The note to serve at `/.well-known/gi-status`, signed by `<origin>/log`; raises InvalidInputError otherwise."""
    if log.key.name != f"{status.origin}/log":
        raise bad(f"“{log.key.name}”不是存证密钥", f"“{log.key.name}” is not the log's key")
    return sign_note(status.text(), [log])


def read_published(raw: bytes, keyset: KeySet) -> StatusList:
    """The status list of a note signed by a log key of `keyset`.

    Raises InvalidInputError when no such signature stands, or the text is not exactly that of a status list.
    """
    status = parse(open_note(raw, [log.key for log in keyset.logs]).text)
    if status.origin != keyset.origin:
        raise bad(f"“{status.origin}”不是 {keyset.origin}", f"it is of {status.origin}, not of {keyset.origin}")
    return status


def parse(text: str) -> StatusList:
    """The status list that `text` (a note's, without signatures) writes; raises InvalidInputError for anything else."""
    header, rest = read_header(text, TITLE, HEADER)
    lots, codes = {}, set()
    try:
        for line in rest:
            if line.startswith("code "):
                codes.add(bytes.fromhex(line[5:]))
                continue
            lot = _LOT.fullmatch(line)
            if lot is None:
                raise bad(f"“{line[:20]}”一行无法识读", f"the line “{line[:20]}” cannot be read")
            lots[lot[1], lot[2]] = lot[3]
        status = StatusList(
            origin=header["origin"],
            seq=int(header["seq"]),
            published_at=instant(header["time"]),
            expires_at=instant(header["expires"]),
            lots=lots,
            codes=frozenset(codes),
        )
    except ValueError:
        raise bad("数、时间或标识无法识读", "a number, a time or a code cannot be read") from None
    check_same(status.text(), text)
    return status

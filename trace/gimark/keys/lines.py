"""How the key set and the status list are read: text lines in one fixed order and one spelling.

There is one way to write a given list, so what is read is written again and must come out the same: no second
spelling, order or repeated line gets through.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from gimark.errors import Fault, InvalidInputError

MAX_SEQ = 2**53 - 1
FIRST_YEAR = 1000


def read_header(text: str, title: str, names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The values of the header lines `names`, in their order after `title`, and the lines that follow.

    Raises InvalidInputError when the text begins otherwise or does not end in LF.
    """
    lines = text.split("\n")
    words = [line.partition(" ") for line in lines[1 : len(names) + 1]]
    if lines[0] != title or lines[-1] or [word[0] for word in words] != list(names):
        raise bad("开头各行不符", "its first lines are not as they must be")
    return {name: value for name, _, value in words}, lines[len(names) + 1 : -1]


def check_same(written: str, read: str) -> None:
    """Refuse, with InvalidInputError, a text that is not spelt as we would spell it."""
    if written != read:
        raise bad("内容的写法或顺序不规范", "it is not written in the one canonical way")


def check_validity(seq: int, published_at: datetime, expires_at: datetime) -> None:
    """Refuse, with InvalidInputError, a number out of range or an end before the beginning."""
    if not 1 <= seq <= MAX_SEQ or published_at >= expires_at:
        raise bad("序号或有效期不成立", "its number or its time of validity cannot be")


def instant(text: str) -> datetime:
    """An RFC 3339 instant in UTC with whole seconds; raises ValueError."""
    return datetime.strptime(text + "+0000", "%Y-%m-%dT%H:%M:%SZ%z").astimezone(UTC)


def day(text: str) -> date:
    """A day, `YYYY-MM-DD`, from the year 1000 on as `instant` has it; raises ValueError."""
    found = date.fromisoformat(text)
    if found.year < FIRST_YEAR:
        raise ValueError(f"{text} is before the year {FIRST_YEAR}")
    return found


def fault(reason_zh: str, reason_en: str) -> Fault:
    """What is wrong with a published list, and what its reader can do."""
    return Fault(
        "keys",
        f"公布的密钥文件不可用：{reason_zh}",
        f"the published key file cannot be used: {reason_en}",
        "请从平台重新获取；若仍如此，请向县市场监管局报告",
        "Fetch it again from the platform; if it stays so, tell the regulator",
    )


def bad(reason_zh: str, reason_en: str) -> InvalidInputError:
    """A published list that cannot be what it says it is."""
    return InvalidInputError((fault(reason_zh, reason_en),))

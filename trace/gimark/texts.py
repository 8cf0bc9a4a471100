"""Texts that people enter: one line, nothing invisible, no longer than its column."""

from gimark.errors import Checklist, InvalidInputError, invalid

NAME, SHORT, LONG = 120, 60, 240


def checked_text(text: str, where: str, limit: int) -> str:
    """`text` itself when it is 1 to `limit` printable characters, with no blank at either end.

    Raises InvalidInputError naming `where`. Nothing is trimmed or folded: what is public must be what was meant.
    """
    if not text.strip():
        raise invalid(where, "没有填写", "it is empty", "请填写", "Fill it in")
    if len(text) > limit:
        raise invalid(
            where,
            f"有 {len(text)} 个字符，最多 {limit} 个",
            f"it has {len(text)} characters, at most {limit} are kept",
            "请缩短",
            "Make it shorter",
        )
    if text != text.strip() or not text.isprintable():
        raise invalid(
            where,
            "首尾有空格，或含有换行等不可见字符",
            "it has blanks around it, or characters that do not show",
            "请删去这些字符",
            "Remove them",
        )
    return text


def checked_reason(reason: str | None) -> str:
    """The reason of an official act, which becomes public. Raises InvalidInputError naming `reason`."""
    try:
        return checked_text(reason or "", "reason", LONG)
    except InvalidInputError as error:
        fault = error.faults[0]
        raise invalid(
            "reason",
            fault.reason_zh,
            fault.reason_en,
            "请用一句话写明理由，它会公示",
            "Give the reason in one line; it will be public",
        ) from None


def check_texts(checklist: Checklist, texts: dict[str, tuple[str | None, int]]) -> None:
    """Note what is wrong with each of `texts`: name → (text, limit); None is a text that was left out."""
    for where, (text, limit) in texts.items():
        if text is not None:
            checklist.take(lambda text=text, where=where, limit=limit: checked_text(text, where, limit))  # type: ignore[misc]

"""How long keys and key sets are in force. Pure; the figures are those of codes-and-ledger, "Keys"."""

from datetime import date, timedelta

from gimark.errors import invalid

ISSUING_MONTHS = 13
LOG_MONTHS = 61
KEYSET_LIFE = timedelta(days=184)


def last_day(first: date, months: int) -> date:
    """The last day of a term of `months` that begins on `first`: the day before the same-numbered one."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    for day in range(first.day, 0, -1):
        try:
            return date(year, month + 1, day) - timedelta(days=1)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def check_term(first: date, last: date, today: date) -> None:
    """Refuse, with InvalidInputError, an issuing key's term that is over, reversed or longer than 13 months."""
    if first < today:
        raise invalid(
            "from",
            f"起始日 {first} 早于今天",
            f"it begins on {first}, before today",
            "密钥只能从今天或以后开始",
            "Let it begin today or later",
        )
    longest = last_day(first, ISSUING_MONTHS)
    if not first <= last <= longest:
        raise invalid(
            "until",
            f"截止日 {last} 不在 {first} 至 {longest} 之间",
            f"it ends on {last}, which is not within {first} to {longest}",
            f"签发密钥最长使用 {ISSUING_MONTHS} 个月",
            f"An issuing key is in term for at most {ISSUING_MONTHS} months",
        )

"""Dates, masses, counts and numbers of codes as people write them."""

from dataclasses import dataclass
from datetime import date, datetime

from api.web.language import Language
from gimark.clock import SHANGHAI
from gimark.quantities import GRAMS_PER_KG

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NBSP = "\u00a0"


def day_text(day: date, language: Language) -> str:
    """A day: 2026年11月22日, 22 November 2026."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}"


def short_day_text(day: date, language: Language) -> str:
    """A day where there is little room: 2026年11月22日, 22 Nov 2026."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}".replace(" ", NBSP)


def month_text(month: date, language: Language) -> str:
    """The month of a day: 2026年11月, November 2026."""
    return f"{month.year}年{month.month}月" if language == "zh" else f"{MONTHS[month.month - 1]} {month.year}"


def minute_text(instant: datetime, language: Language) -> str:
    """An aware instant as day and minute in Asia/Shanghai: 2026年11月22日 09:41."""
    local = instant.astimezone(SHANGHAI)
    if language == "zh":
        return f"{local.year}年{local.month}月{local.day}日 {local.hour:02}:{local.minute:02}"
    return f"{local.day} {MONTHS[local.month - 1][:3]} {local.year}, {local.hour:02}:{local.minute:02}"


def mass_text(grams: int) -> str:
    """Whole grams below a kilogram (250 g), else kilograms without a rounded digit (1.5 kg, 3,050 kg)."""
    if grams < GRAMS_PER_KG:
        return f"{grams}{NBSP}g"
    whole, rest = divmod(grams, GRAMS_PER_KG)
    decimals = f".{rest:03}".rstrip("0").rstrip(".")
    return f"{whole:,}{decimals}{NBSP}kg"


def count_text(count: int) -> str:
    """A count or an index with thousands separators: 12,200."""
    return f"{count:,}"


def serial_text(serial: str) -> str:
    """The 13 characters as a person types them: 38GP-ERNQ-BQTSA."""
    return f"{serial[:4]}-{serial[4:8]}-{serial[8:]}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry to link to: its index as an address has it, and as people read it."""

    index: str
    shown: str


def entry_of(index: int) -> Entry:
    """The ledger entry `index`."""
    return Entry(str(index), count_text(index))

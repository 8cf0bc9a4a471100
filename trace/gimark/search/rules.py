"""What somebody typed into the box, and what it could be. Pure."""

import unicodedata
from dataclasses import dataclass

from gimark.codes import gtin, uscc
from gimark.codes.serial import read_typed
from gimark.codes.uri import MAX_READ_LENGTH
from gimark.errors import InvalidInputError, invalid

LONGEST_PART = 60
LEAST_PART = 2
# Beyond any index of ours, and whole in every database.
MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Asked:
    """A text to look for: as typed without blanks at its ends, and in half width.

    `number` is what it says as a whole number, `gtin` in 14 digits, `serial` as a code's 13 characters, each None where
    it is none; `is_address` tells a whole address from a label.
    """

    text: str
    plain: str
    number: int | None = None
    gtin: str | None = None
    serial: str | None = None
    is_address: bool = False

    @property
    def is_name_part(self) -> bool:
        """Whether it can be a part of a name: two characters and more, since one is in half of all names."""
        return LEAST_PART <= len(self.plain) <= LONGEST_PART and not self.is_address

    @property
    def is_uscc(self) -> bool:
        """Whether it has the form of an enterprise's number."""
        return len(self.plain) == uscc.LENGTH and set(self.plain.upper()) <= set(uscc.ALPHABET)


def asked_of(typed: str) -> Asked:
    """What was typed, read in every way that it allows.

    Raises InvalidInputError naming `q` for nothing, one character alone that is no number, or a text without end.
    """
    text = typed.strip()
    if len(text) > MAX_READ_LENGTH:
        raise invalid("q", "内容太长", "it is too long", "请只填一个号码或名称", "Give one number or name")
    plain = unicodedata.normalize("NFKC", text).strip()
    if "://" in plain or plain.startswith("/"):
        return Asked(text, plain, is_address=True)
    digits = plain.replace(",", "")
    is_number = digits.isascii() and digits.isdigit()
    if len(plain) < LEAST_PART and not is_number:
        raise invalid(
            "q", "至少要两个字", "two characters at least are needed", "请再多填一些", "Give a little more of it"
        )
    return Asked(
        text,
        plain,
        number=int(digits) if is_number and len(digits) <= MOST_DIGITS else None,
        gtin=digits.zfill(14) if is_number and len(digits) in gtin.LENGTHS else None,
        serial=_serial(plain),
    )


def _serial(text: str) -> str | None:
    try:
        return read_typed(text, "q")
    except InvalidInputError:
        return None

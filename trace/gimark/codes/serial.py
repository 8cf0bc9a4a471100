"""Serials: 13 characters, the last of which checks the others, printed in groups and typed back by people.

The alphabet has no I, L, O, U. The check character is Σ a_k·α^k over GF(32) = GF(2)[x]/(x⁵ + x² + 1), α = 2, k from 1
for the leftmost character. With the check itself as the term of α⁰ all thirteen factors differ, so every single wrong
character and every swap of two is caught.
"""

import unicodedata

from gimark.errors import InvalidInputError, invalid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 13
DIGIT_COUNT = 12
GROUPS = (4, 4, 5)
MAX_TYPED_LENGTH = 64

NO_DIGIT = 0xFF
# ASCII byte → value of the character, NO_DIGIT when it is not in the alphabet.
DIGITS = bytes(ALPHABET.find(chr(byte)) & 0xFF for byte in range(256))
CHARACTERS = ALPHABET.encode()
# value → value × α: shift left, and reduce by x⁵ + x² + 1 when a bit leaves the field.
TIMES_ALPHA = bytes((2 * value) ^ (0b100101 if value & 16 else 0) for value in range(32))

# White_Space, PropList.txt of Unicode 15; str.isspace differs from it at U+001C–U+001F.
_WHITE_SPACE = frozenset(
    "\t\n\v\f\r \x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# Category Pd of Unicode 14, written out: what a code may be typed with does not hang on the version of Python.
_DASHES = frozenset(
    "-\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d"
    "\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead"
)
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\ufeff")
_DROPPED = _WHITE_SPACE | _DASHES | _INVISIBLE
_LOOK_ALIKES = str.maketrans("OIL", "011")
_TYPED = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def check_value(digits: bytes) -> int:
    """The value 0–31 of the check character for twelve digit values 0–31, leftmost first."""
    total = 0
    for digit in reversed(digits):
        total = TIMES_ALPHA[total ^ digit]
    return total


def is_serial(text: bytes) -> bool:
    """Whether `text` is 13 characters of the alphabet with the right check character."""
    digits = text.translate(DIGITS)
    return len(digits) == LENGTH and NO_DIGIT not in digits and check_value(digits[:DIGIT_COUNT]) == digits[-1]


def typed_form(serial: str) -> str:
    """The serial as it is printed for people: `38GP-ERNQ-BQTSA`."""
    first, second, _ = GROUPS
    return f"{serial[:first]}-{serial[first : first + second]}-{serial[first + second :]}"


def read_typed(text: str, where: str) -> str:
    """The serial that a person typed: any spacing, dashes, width or case; O read as 0, I and L as 1.

    Raises InvalidInputError naming `where`; its extra `rejected` is `length`, `character` or `check character`.
    """
    if len(text) > MAX_TYPED_LENGTH:
        raise _rejected_length(where, len(text))
    kept = "".join(c for c in unicodedata.normalize("NFKC", text) if c not in _DROPPED)
    for character in kept:
        if character not in _TYPED:
            raise _rejected_character(where, character)
    serial = kept.upper().translate(_LOOK_ALIKES)
    for character in serial:
        if character not in ALPHABET:
            raise _rejected_character(where, character)
    if len(serial) != LENGTH:
        raise _rejected_length(where, len(serial))
    if not is_serial(serial.encode()):
        raise invalid(
            where,
            "号码有一个或几个字符输错",
            "one or more characters of the code are wrong",
            "请对照标识逐个核对，注意 8 与 B、5 与 S、2 与 Z",
            "Compare it with the label character by character; mind 8 and B, 5 and S, 2 and Z",
            rejected="check character",
        )
    return serial


def _rejected_length(where: str, length: int) -> InvalidInputError:
    return invalid(
        where,
        f"号码应为 {LENGTH} 位，实为 {length} 位",
        f"the code has {LENGTH} characters, this has {length}",
        "请输入标识上二维码旁的 13 位号码，横线可省略",
        "Type the 13 characters beside the QR code; the hyphens may be left out",
        rejected="length",
    )


def _rejected_character(where: str, character: str) -> InvalidInputError:
    return invalid(
        where,
        f"“{character}”不会出现在号码中",
        f"“{character}” (U+{ord(character):04X}) never occurs in a code",
        "号码只含数字和字母，不含 I、L、O、U；请对照标识重新输入",
        "A code has digits and letters without I, L, O, U; compare it with the label and type it again",
        rejected="character",
    )

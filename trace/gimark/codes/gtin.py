"""GTINs (GS1 General Specifications): the number of a trade item, always issued by GS1, never by this platform."""

import unicodedata

from gimark.errors import InvalidInputError, invalid

LENGTHS = (8, 12, 13, 14)
DIGITS = frozenset("0123456789")
# Six leading zeros are kept for GTIN-8, so that no GTIN-12 or GTIN-13 is ever mistaken for one.
GTIN_8_MARK = "000000"
# Numbers that any shop may use inside its own walls (GS1 General Specifications, "restricted circulation numbers").
RESTRICTED_GTIN_13 = ("02", "04", "2")
RESTRICTED_GTIN_8 = ("0", "2")

_ASK_AGAIN = (
    "请照条码或《中国商品条码系统成员证书》原样填写 8、12、13 或 14 位数字",
    "Copy the 8, 12, 13 or 14 digits from the barcode or from GS1 China's certificate",
)
_ASK_GS1 = (
    "请向中国物品编码中心申请商品条码，本平台从不自行编造",
    "Get a GTIN from GS1 China; this platform never mints one",
)


def check_gtin(text: str, where: str) -> str:
    """The 14-digit form of the GTIN-8, -12, -13 or -14 in `text`, padded with zeros on the left.

    Raises InvalidInputError naming `where` for anything but ASCII digits, another length, a wrong check digit,
    all zeros, or a number of restricted circulation (prefixes 02, 04, 20–29; GTIN-8: 0, 2).
    """
    if not DIGITS.issuperset(text):
        raise _not_digits(text, where)
    if len(text) not in LENGTHS:
        raise invalid(where, f"GTIN 有 {len(text)} 位", f"a GTIN of {len(text)} digits", *_ASK_AGAIN)
    gtin = text.zfill(14)
    if not gtin.strip("0"):
        raise invalid(where, "GTIN 全为零", "the GTIN is all zeros", *_ASK_GS1)
    if not has_valid_check_digit(gtin.encode()):
        raise invalid(
            where,
            f"GTIN {text} 的校验位不符，有数字抄错",
            f"the check digit of GTIN {text} is wrong, so some digit is",
            *_ASK_AGAIN,
        )
    if is_restricted(gtin):
        raise invalid(
            where,
            f"GTIN {text} 属于店内码等限制流通的号段，只在一家店内有意义",
            f"GTIN {text} is of restricted circulation (a shop's own number) and means nothing outside",
            *_ASK_GS1,
        )
    return gtin


def has_valid_check_digit(gtin: bytes) -> bool:
    """Whether the last of 14 ASCII digits is right: weights 3, 1, 3, … from the left, sum divisible by ten."""
    # Fourteen digits carry 48 × (7 × 3 + 7 × 1) = 1344 for being ASCII.
    return (3 * sum(gtin[::2]) + sum(gtin[1::2]) - 1344) % 10 == 0


def is_restricted(gtin: str) -> bool:
    """Whether a 14-digit GTIN may only be used inside one company; judged on its GTIN-13 (or GTIN-8) digits."""
    if gtin.startswith(GTIN_8_MARK):
        return gtin[6:].startswith(RESTRICTED_GTIN_8)
    return gtin[1:].startswith(RESTRICTED_GTIN_13)


def _not_digits(text: str, where: str) -> InvalidInputError:
    """Names the first character that is no ASCII digit and, when the input can be read, offers the reading back."""
    odd = next(character for character in text if character not in DIGITS)
    reading = "".join(c for c in unicodedata.normalize("NFKC", text[:64]) if not c.isspace() and c != "-")
    remedy = _ASK_AGAIN
    if DIGITS.issuperset(reading) and len(reading) in LENGTHS and has_valid_check_digit(reading.zfill(14).encode()):
        remedy = (f"如果是 {reading}，请用半角数字重新填写", f"If it is {reading}, give it in plain digits")
    return invalid(
        where,
        f"“{odd}”不是半角数字",
        f"“{odd}” (U+{ord(odd):04X}) is not a plain digit",
        *remedy,
    )

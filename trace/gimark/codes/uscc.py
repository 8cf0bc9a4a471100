"""USCC, 统一社会信用代码 (GB 32100-2015): the number of an enterprise, on its licence and beside the special mark."""

import unicodedata

from stdnum.cn import uscc as stdnum_uscc

from gimark.errors import invalid

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIGITS = frozenset("0123456789")
AREA = slice(2, 8)
ORGANISATION = slice(8, 16)
ORGANISATION_CHECK = 16
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def check_uscc(text: str, where: str) -> str:
    """`text` itself when it is a USCC, character for character.

    Raises InvalidInputError naming `where` otherwise. Full-width, lower-case or spaced input is offered back in the
    remedy, never taken silently: this number is printed on every package. Places 1 and 2 may be letters; the
    organisation code's own check character is only worth a warning (`organisation_code_is_valid`).
    """
    wrong = _what_is_wrong(text)
    if wrong is None:
        return text
    reading = _likely_reading(text)
    if reading is None:
        remedy = ("请照营业执照上的 18 位代码原样填写", "Copy the 18 characters from the business licence")
    else:
        remedy = (f"如果是 {reading}，请按此填写", f"If it is {reading}, give it so")
    raise invalid(where, *wrong, *remedy)


def organisation_code_is_valid(uscc: str) -> bool:
    """Whether places 9–17 of a checked USCC satisfy GB 11714's own check; some old codes of sole traders do not."""
    total = sum(int(c, 36) * w for c, w in zip(uscc[ORGANISATION], ORGANISATION_WEIGHTS, strict=True))
    return uscc[ORGANISATION_CHECK] == "0123456789X0"[11 - total % 11]


def _what_is_wrong(text: str) -> tuple[str, str] | None:
    """The reason in Chinese and English, or None when `text` is a USCC."""
    for place, character in enumerate(text, 1):
        if character not in ALPHABET:
            return (
                f"第 {place} 位“{character}”不在代码字符集内（半角数字和大写字母，不含 I、O、Z、S、V）",
                f"place {place}, “{character}”, is not one of 0–9 or upper-case A–Z without I, O, Z, S, V",
            )
    if len(text) != LENGTH:
        return f"统一社会信用代码应为 18 位，实为 {len(text)} 位", f"a USCC has 18 characters, this has {len(text)}"
    if not DIGITS.issuperset(text[AREA]):
        return "第 3 至 8 位（行政区划码）应全为数字", "places 3 to 8, the area code, must be digits"
    if stdnum_uscc.calc_check_digit(text[:-1]) != text[-1]:
        return "校验位不符，有字符抄错", "the check character is wrong, so some character is"
    return None


def _likely_reading(text: str) -> str | None:
    """The USCC that was probably meant, or None: half-width, upper-case, without spaces and hyphens."""
    folded = unicodedata.normalize("NFKC", text[:64]).upper()
    reading = "".join(c for c in folded if not c.isspace() and c != "-")
    return reading if reading != text and _what_is_wrong(reading) is None else None

"""Lot numbers (GS1 AI 10), narrowed to what stands unescaped in a URI and cannot be misread as a path."""

from gimark.errors import invalid

MAX_LENGTH = 20
LETTERS_AND_DIGITS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
INNER = LETTERS_AND_DIGITS | frozenset(".-")

_REMEDY = (
    "请用 1 至 20 个半角数字、大写字母，中间可用“-”和“.”，例如 YX26A0317",
    "Use 1 to 20 plain digits and upper-case letters, with “-” and “.” in between, such as YX26A0317",
)


def check_lot(text: str, where: str) -> str:
    """`text` itself when it is a lot number: [0-9A-Z]([0-9A-Z.-]{0,18}[0-9A-Z])?, refused and never folded.

    Raises InvalidInputError naming `where` and saying what is wrong: length, lower case, a character, an end.
    """
    if not text:
        raise invalid(where, "批次号为空", "the lot number is empty", *_REMEDY)
    if len(text) > MAX_LENGTH:
        raise invalid(where, f"批次号有 {len(text)} 个字符", f"a lot number of {len(text)} characters", *_REMEDY)
    for place, character in enumerate(text, 1):
        if character not in INNER:
            raise invalid(where, *_odd_character(place, character), *_REMEDY)
    if text[0] not in LETTERS_AND_DIGITS:
        raise invalid(where, f"批次号不能以“{text[0]}”开头", f"a lot number cannot begin with “{text[0]}”", *_REMEDY)
    if text[-1] not in LETTERS_AND_DIGITS:
        raise invalid(where, f"批次号不能以“{text[-1]}”结尾", f"a lot number cannot end with “{text[-1]}”", *_REMEDY)
    return text


def _odd_character(place: int, character: str) -> tuple[str, str]:
    if "a" <= character <= "z":
        return (
            f"第 {place} 个字符“{character}”是小写字母",
            f"character {place}, “{character}”, is a lower-case letter",
        )
    return (
        f"第 {place} 个字符“{character}”不允许",
        f"character {place}, “{character}” (U+{ord(character):04X}), is not allowed",
    )

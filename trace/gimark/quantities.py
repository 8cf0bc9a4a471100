"""Masses: integer grams at the core, `Decimal` at the edges, never a float."""

import re
from decimal import Decimal

from gimark.errors import invalid

GRAMS_PER_KG = 1000
# One batch above a million tonnes is a slip of the hand: the whole country packs less in a year.
MAX_MASS_G = 10**12
TOLERANCE_NUMERATOR, TOLERANCE_DENOMINATOR = 102, 100
# So short that `Decimal` keeps every digit; without the underscores it would take.
_NUMBER = re.compile(r"[0-9.eE+-]{1,20}")


def grams_from_kg(text: str, where: str) -> int:
    """Whole grams from a decimal number of kilograms as a person writes it ("250", "0.25").

    Raises InvalidInputError naming `where` when it is no plain ASCII decimal number, not positive, not a whole
    number of grams, or `MAX_MASS_G` and above.
    """
    remedy = (
        "请填写大于 0 的千克数，最多三位小数，例如 250 或 0.25",
        "Give kilograms above 0 with at most three decimals",
    )
    if not text.isascii():
        raise invalid(
            where,
            f"“{text[:20]}”含有全角或其他非 ASCII 字符",
            "it has full-width or other non-ASCII characters",
            *remedy,
        )
    number = text.strip()
    try:
        grams = Decimal(number) * GRAMS_PER_KG if _NUMBER.fullmatch(number) else None
    except ArithmeticError:  # no number, or one beyond what `Decimal` holds
        grams = None
    if grams is None:
        raise invalid(where, f"“{text[:20]}”不是数字", f"“{text[:20]}” is not a number", *remedy)
    if grams >= MAX_MASS_G:
        raise invalid(where, "超过一百万吨，应是笔误", "above a million tonnes, surely a slip", *remedy)
    if grams != grams.to_integral_value():
        raise invalid(where, "小于一克的部分无法登记", "parts of a gram cannot be registered", *remedy)
    return checked_grams(int(grams), where)


def checked_grams(grams: int, where: str) -> int:
    """`grams` itself when 0 < grams < MAX_MASS_G; raises InvalidInputError naming `where` otherwise."""
    if 0 < grams < MAX_MASS_G:
        return grams
    raise invalid(
        where,
        f"质量 {grams} 克不在允许范围内",
        f"a mass of {grams} g is out of range",
        "请填写大于 0 且小于一百万吨的质量",
        "Give a mass above 0 and below a million tonnes",
    )


def within_tolerance(used_g: int, base_g: int) -> bool:
    """Whether `used_g` ≤ `base_g` + 2 % (domain rule for one batch), by cross-multiplication, exact."""
    return used_g * TOLERANCE_DENOMINATOR <= base_g * TOLERANCE_NUMERATOR


def codes_within_tolerance(net_g: int, used_g: int, base_g: int) -> int:
    """How many more packages of `net_g` fit under `base_g` + 2 % when `used_g` is used; never below 0."""
    return max(0, (base_g * TOLERANCE_NUMERATOR // TOLERANCE_DENOMINATOR - used_g) // net_g)

"""Numbers and transformations as SVG writes them, read to the last character or not at all."""

import math
import re
from typing import Final

from fontTools.misc.transform import Identity, Transform

from labels.artwork.refusals import refused
from labels.errors import TemplateError

MOST: Final = 1e7
NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_BETWEEN: Final = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")
_STEP: Final = re.compile(r"[\s,]*(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)", re.ASCII)
_COUNTS: Final = {"matrix": (6,), "translate": (1, 2), "scale": (1, 2), "rotate": (1, 3), "skewX": (1,), "skewY": (1,)}


def numbers_of(text: str, where: str) -> list[float]:
    """The numbers of `text`; `TemplateError` naming the attribute `where` when anything else stands in it."""
    found: list[float] = []
    at = _BETWEEN.match(text).end()  # type: ignore[union-attr] # it matches nothing, too
    while at < len(text):
        one = NUMBER.match(text, at)
        if one is None:
            raise wrong(where)
        found.append(checked(float(one[0]), where))
        at = _BETWEEN.match(text, one.end()).end()  # type: ignore[union-attr]
    return found


def number_of(text: str, where: str) -> float:
    """The one number of `text`, in the drawing's own unit."""
    found = numbers_of(text.strip().removesuffix("px"), where)
    if len(found) != 1:
        raise wrong(where)
    return found[0]


def checked(value: float, where: str) -> float:
    """`value` itself when it is a number that a drawing may have."""
    if not math.isfinite(value) or abs(value) > MOST:
        raise wrong(where)
    return value


def transform_of(text: str) -> Transform:
    """A list of transformations as one."""
    result, at = Identity, 0
    text = text.strip()
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            raise wrong("transform")
        values = numbers_of(step[2], "transform")
        if len(values) not in _COUNTS[step[1]]:
            raise wrong("transform")
        result = result.transform(_one(step[1], values))
        at = step.end()
    return result


def _one(kind: str, values: list[float]) -> Transform:
    if kind == "matrix":
        return Transform(*values)
    if kind == "translate":
        return Identity.translate(values[0], values[1] if len(values) > 1 else 0)
    if kind == "scale":
        return Identity.scale(values[0], values[-1])
    if kind == "rotate":
        x, y = values[1:] or (0.0, 0.0)
        return Identity.translate(x, y).rotate(math.radians(values[0])).translate(-x, -y)
    angle = math.radians(values[0])
    return Identity.skew(angle, 0) if kind == "skewX" else Identity.skew(0, angle)


def wrong(where: str) -> TemplateError:
    """A value that cannot be understood."""
    return refused(
        f"SVG 的 {where} 看不懂",
        f"the {where} of the SVG cannot be understood",
        "请重新导出后上传",
        "Export it again and upload that",
    )

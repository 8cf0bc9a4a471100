"""Fill and stroke of a shape: plain colours, and the widths and corners of lines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from PIL import ImageColor

from labels.artwork.refusals import forbidden
from labels.artwork.svgnumbers import number_of
from labels.errors import TemplateError
from labels.pdf.units import number

Colour = tuple[int, int, int]
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|rgb\([0-9, %]+\)|[a-zA-Z]+", re.ASCII)
_RULES: Final = ("nonzero", "evenodd")
_CAPS: Final = ("butt", "round", "square")
_JOINS: Final = ("miter", "round", "bevel")
_WHOLE: Final = ("1", "1.0", "100%")
# Said often by drawing programs, and always the same as saying nothing.
_NOTHING: Final[dict[str, tuple[str, ...]]] = {
    "opacity": _WHOLE,
    "fill-opacity": _WHOLE,
    "stroke-opacity": _WHOLE,
    "stroke-dasharray": ("none",),
    "stroke-dashoffset": ("0",),
    "display": ("inline", "block"),
    "visibility": ("visible",),
    "clip-rule": _RULES,
    "isolation": ("auto",),
    "mix-blend-mode": ("normal",),
    "shape-rendering": ("auto", "geometricPrecision"),
    "color": ("#000", "#000000", "black"),
}


@dataclass(frozen=True, slots=True)
class Paint:
    """How a shape is painted; None: not at all."""

    ATTRIBUTES: ClassVar[frozenset[str]] = frozenset(
        (
            *("fill", "fill-rule", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit"),
            *("style", *_NOTHING),
        )
    )

    fill: Colour | None = (0, 0, 0)
    stroke: Colour | None = None
    width: float = 1.0
    rule: str = "nonzero"
    cap: str = "butt"
    join: str = "miter"
    miter: float = 4.0

    @property
    def is_seen(self) -> bool:
        """Whether anything is painted."""
        return self.fill is not None or self._strokes

    @property
    def _strokes(self) -> bool:
        return self.stroke is not None and self.width > 0

    def setting(self) -> bytes:
        """The state of a PDF before the outline."""
        return b"%s rg %s RG %s w %d J %d j %s M" % (
            _parts(self.fill),
            _parts(self.stroke),
            number(self.width),
            _CAPS.index(self.cap),
            _JOINS.index(self.join),
            number(self.miter),
        )

    def operator(self) -> bytes:
        """What a PDF does with the outline."""
        star = b"*" if self.rule == "evenodd" and self.fill is not None else b""
        return {(True, True): b"B", (True, False): b"f", (False, True): b"S"}[
            (self.fill is not None, self._strokes)
        ] + star

    def attributes(self) -> str:
        """The same for SVG."""
        said = [f'fill="{_written(self.fill)}"']
        if self.rule != "nonzero":
            said.append(f'fill-rule="{self.rule}"')
        if self._strokes:
            width, miter = (number(value).decode("ascii") for value in (self.width, self.miter))
            said.append(f'stroke="{_written(self.stroke)}" stroke-width="{width}" stroke-linecap="{self.cap}"')
            said.append(f'stroke-linejoin="{self.join}" stroke-miterlimit="{miter}"')
        return " ".join(said)


UNSET: Final = Paint()


def applied(inherited: Paint, attributes: Mapping[str, str], kind: str) -> Paint:
    """The paint of an element inside one that has `inherited`; `TemplateError` for what is no plain paint."""
    said = {name: value.strip() for name, value in attributes.items() if name in Paint.ATTRIBUTES and name != "style"}
    said |= _styles(attributes.get("style", ""), kind)
    paint = inherited
    for name, value in said.items():
        paint = _with(paint, name, value, kind)
    return paint


def _styles(text: str, kind: str) -> dict[str, str]:
    styles: dict[str, str] = {}
    for declaration in filter(None, (part.strip() for part in text.split(";"))):
        name, colon, value = (part.strip() for part in declaration.partition(":"))
        if not colon or name == "style" or name not in Paint.ATTRIBUTES:
            raise _unknown(kind, name)
        styles[name] = value
    return styles


def _with(paint: Paint, name: str, value: str, kind: str) -> Paint:
    if name in _NOTHING:
        if value not in _NOTHING[name]:
            raise _unknown(kind, f"{name}: {value}")
        return paint
    if name in ("fill", "stroke"):
        colour = _colour(value, kind, name)
        return replace(paint, fill=colour) if name == "fill" else replace(paint, stroke=colour)
    if name in ("stroke-width", "stroke-miterlimit"):
        size = number_of(value, name)
        if size < 0:
            raise _unknown(kind, f"{name}: {value}")
        return replace(paint, width=size) if name == "stroke-width" else replace(paint, miter=size)
    known = {"fill-rule": _RULES, "stroke-linecap": _CAPS, "stroke-linejoin": _JOINS}[name]
    if value not in known:
        raise _unknown(kind, f"{name}: {value}")
    if name == "fill-rule":
        return replace(paint, rule=value)
    return replace(paint, cap=value) if name == "stroke-linecap" else replace(paint, join=value)


def _colour(value: str, kind: str, name: str) -> Colour | None:
    if value in ("none", "transparent"):
        return None
    if _COLOUR.fullmatch(value) is None:
        raise _unknown(kind, f"{name}: {value}")
    try:
        return ImageColor.getrgb(value)[:3]
    except ValueError as unknown:
        raise _unknown(kind, f"{name}: {value}") from unknown


def _parts(colour: Colour | None) -> bytes:
    """As PDF writes it; black where it is not seen."""
    return b" ".join(number(part / 255) for part in colour or (0, 0, 0))


def _written(colour: Colour | None) -> str:
    return "none" if colour is None else f"#{colour[0]:02x}{colour[1]:02x}{colour[2]:02x}"


def _unknown(kind: str, what: str) -> TemplateError:
    short = "".join(character for character in what[:60] if character.isprintable())
    return forbidden(f"{kind} 的样式 {short}", f"the style {short} of {kind}")

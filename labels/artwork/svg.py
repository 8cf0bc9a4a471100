"""A mark as SVG: a strict subset, turned into plain paths and nothing else.

Allowed are shapes in plain colours, groups and transformations. Whatever else stands in the file is refused by name
(scripts, references, embedded pages, text, gradients, styles of other places), because a mark may not be altered and
what is not understood would be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from fontTools.misc.transform import Identity, Transform

from labels.artwork.model import Artwork, Form
from labels.artwork.outlines import Outline, read_outline
from labels.artwork.paint import UNSET, Paint, applied
from labels.artwork.refusals import forbidden, refused, too_much
from labels.artwork.rendering import picture_of
from labels.artwork.svgnumbers import NUMBER, numbers_of, transform_of
from labels.errors import TemplateError
from labels.pdf.units import number, numbers

NAMESPACE: Final = "{http://www.w3.org/2000/svg}"
MOST_ELEMENTS: Final = 5_000
MOST_DEEP: Final = 50
_SILENT: Final = frozenset(("title", "desc", "metadata"))
_SHAPES: Final = frozenset(("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"))
# Attributes without meaning for what is seen.
_INERT: Final = frozenset(("id", "class", "version", "baseProfile", "data-name", "enable-background"))
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
_GEOMETRY: Final = {
    "svg": frozenset(("width", "height", "viewBox", "x", "y", "preserveAspectRatio")),
    "g": frozenset(("transform",)),
    "path": frozenset(("d", "transform")),
    "rect": frozenset(("x", "y", "width", "height", "rx", "ry", "transform")),
    "circle": frozenset(("cx", "cy", "r", "transform")),
    "ellipse": frozenset(("cx", "cy", "rx", "ry", "transform")),
    "line": frozenset(("x1", "y1", "x2", "y2", "transform")),
    "polyline": frozenset(("points", "transform")),
    "polygon": frozenset(("points", "transform")),
}


@dataclass(frozen=True, slots=True)
class _Shape:
    """An outline with its paint and its place."""

    outline: Outline
    paint: Paint
    place: Transform


def read_svg(content: bytes, picture: bytes | None = None) -> Artwork:
    """The mark from an SVG file; `TemplateError` names what is not in the subset. With the `picture` of an earlier
    reading none is painted."""
    root = _parsed(content)
    left, top, width, height = _view(root)
    shapes = [shape for shape in _shapes(root) if shape.paint.is_seen]
    form = Form(
        box=(left, top, left + width, top + height),
        matrix=(1 / width, 0, 0, -1 / height, -left / width, (top + height) / height),
        operators=b"\n".join(_operators(shape) for shape in shapes),
    )
    paths = "".join(_element(shape) for shape in shapes)
    placed = f'<g transform="translate({_short(-left)} {_short(-top)})">{paths}</g>'
    if picture is None:
        picture = picture_of(form, width, height)
    return Artwork(width, height, picture, form, placed)


def _parsed(content: bytes) -> Element:
    if b"<?xml-stylesheet" in content:
        raise forbidden("外部样式表", "an external style sheet")
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as refusal:
        raise forbidden("DOCTYPE 或实体声明", "a DOCTYPE or entities") from refusal
    except (ParseError, ValueError, LookupError) as broken:
        raise refused(
            f"专用标志文件不是有效的 SVG：{broken}",
            f"the mark's file is not valid SVG: {broken}",
            "请重新导出后上传",
            "Export it again and upload that",
        ) from broken
    if root.tag != f"{NAMESPACE}svg":
        raise forbidden(f"元素 {_named(root.tag)}", f"the element {_named(root.tag)}")
    return root


def _view(root: Element) -> tuple[float, float, float, float]:
    """Left, top, width and height of what is seen, in the units of the drawing."""
    if root.get("viewBox") is not None:
        box = numbers_of(root.get("viewBox", ""), "viewBox")
    else:
        box = [0.0, 0.0, *(_length(root, name) for name in ("width", "height"))]
    if len(box) != 4 or min(box[2:]) <= 0:
        raise _unplaced()
    if root.get("preserveAspectRatio", "xMidYMid") not in ("xMidYMid", "xMidYMid meet"):
        raise forbidden("preserveAspectRatio 变形设置", "an unusual preserveAspectRatio")
    return box[0], box[1], box[2], box[3]


def _shapes(root: Element) -> Iterator[_Shape]:
    """All shapes in painting order, walked without recursion's limits."""
    waiting: list[tuple[Element, Paint, Transform, int]] = [(root, UNSET, Identity, 0)]
    seen = 0
    while waiting:
        element, paint, place, depth = waiting.pop()
        seen += 1
        if seen > MOST_ELEMENTS or depth > MOST_DEEP:
            raise too_much(f"超过 {MOST_ELEMENTS} 个元素或嵌套过深", f"more than {MOST_ELEMENTS} elements, or too deep")
        kind = _kind(element, depth)
        if kind in _SILENT:
            continue
        _require_known(element, kind)
        paint = applied(paint, element.attrib, kind)
        place = place.transform(transform_of(element.get("transform", "")))
        if kind in _SHAPES:
            if len(element) and any(_kind(child, 1) not in _SILENT for child in element):
                raise forbidden(f"{kind} 里的元素", f"elements inside {kind}")
            yield _Shape(read_outline(kind, element.attrib), paint, place)
            continue
        waiting += [(child, paint, place, depth + 1) for child in reversed(element)]


def _kind(element: Element, depth: int) -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    kind = tag.removeprefix(NAMESPACE)
    known = kind in _SILENT or kind in _SHAPES or kind == "g" or (kind == "svg" and not depth)
    if not tag.startswith(NAMESPACE) or not known:
        raise forbidden(f"元素 {_named(tag)}", f"the element {_named(tag)}")
    return kind


def _require_known(element: Element, kind: str) -> None:
    if element.text and element.text.strip():
        raise forbidden(f"{kind} 里的文字", f"text inside {kind}")
    for name in element.attrib:
        if name.startswith(_XML) or name in _INERT or name in _GEOMETRY[kind] or name in Paint.ATTRIBUTES:
            continue
        raise forbidden(f"{kind} 的属性 {_named(name)}", f"the attribute {_named(name)} of {kind}")


def _operators(shape: _Shape) -> bytes:
    """One shape for PDF."""
    if not all(abs(part) < 1e9 for part in shape.place):
        raise too_much("坐标过大", "coordinates too large")
    place = b" ".join(b"%.9f" % part for part in shape.place)
    steps = b" ".join(
        b"%s %s" % (numbers(*step.values), _PDF[step.kind]) if step.values else b"h" for step in shape.outline
    )
    return b"q %s cm %s %s %s Q" % (place, shape.paint.setting(), steps, shape.paint.operator())


_PDF: Final = {"M": b"m", "L": b"l", "C": b"c"}


def _element(shape: _Shape) -> str:
    """One shape for SVG, in our own words."""
    data = "".join(step.kind + " ".join(_short(value) for value in step.values) for step in shape.outline)
    place = " ".join(f"{part:.9f}".rstrip("0").rstrip(".") for part in shape.place)
    return f'<path transform="matrix({place})" {shape.paint.attributes()} d="{data}"/>'


def _short(value: float) -> str:
    return number(value).decode("ascii")


def _length(root: Element, name: str) -> float:
    """A width or height of the drawing; its unit does not matter, since only the proportion counts."""
    found = NUMBER.match(root.get(name, ""))
    if found is None:
        raise _unplaced()
    return float(found[0])


def _named(tag: str) -> str:
    """A name of the file, safe and short enough to say."""
    return escape(tag.rpartition("}")[2][:40])


def _unplaced() -> TemplateError:
    return refused(
        "SVG 没有可用的 viewBox 或宽高",
        "the SVG has no usable viewBox or size",
        "请重新导出，保留 viewBox",
        "Export it again with a viewBox",
    )

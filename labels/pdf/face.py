"""The face of a label as PDF drawing operators: everything but symbol and typed code."""

from typing import Final

from labels.embedding import EmbeddedFont
from labels.face import Style
from labels.layout import Layout
from labels.mark import PlacedArtwork
from labels.pdf.units import number, numbers, points
from labels.placed import PlacedCircle, PlacedRule, PlacedText

Fonts = dict[Style, EmbeddedFont]
ARTWORK: Final = b"A"
DRAFT_FONT: Final = b"H"
# A quarter of a circle as a cubic curve.
_ARC: Final = 0.5522847498
_DRAFT_TEXT: Final = b"DRAFT - FONT NOT EMBEDDED - NOT FOR PRINTING"
_DRAFT_WIDTH_EM: Final = 26.5


def face_operators(layout: Layout, fonts: Fonts) -> bytes:
    """Rules, circles, texts and the mark, in points from the label's bottom left corner."""
    height = layout.template.label.height_mm
    parts = [b"0 g 0 G"]
    parts += [_rule(rule, height) for rule in layout.rules]
    parts += [_circle(circle, height) for circle in layout.circles]
    parts += [text_operators(text, height, fonts[text.style]) for text in layout.texts]
    if layout.artwork is not None:
        parts.append(_artwork(layout.artwork, height))
    if layout.is_draft:
        parts.append(_draft(layout))
    return b"\n".join(parts)


def text_operators(text: PlacedText, height_mm: float, font: EmbeddedFont) -> bytes:
    """One text; every operator that changes the text state is given each time."""
    return b"BT /%s %s Tf %s Tz %s Tc 1 0 0 1 %s Tm <%s> Tj ET" % (
        text.style.encode("ascii"),
        number(points(text.size_mm)),
        number(100 * text.stretch),
        number(points(text.spacing_mm)),
        numbers(points(text.x_mm), points(height_mm - text.y_mm)),
        font.encode(text.text).hex().encode("ascii"),
    )


def _rule(rule: PlacedRule, height_mm: float) -> bytes:
    return b"%s w %s m %s l S" % (
        number(points(rule.weight_mm)),
        numbers(points(rule.x1_mm), points(height_mm - rule.y1_mm)),
        numbers(points(rule.x2_mm), points(height_mm - rule.y2_mm)),
    )


def _circle(circle: PlacedCircle, height_mm: float) -> bytes:
    """Four curves, about the centre."""
    r = points(circle.radius_mm)
    k = _ARC * r
    dash = b"[%s] 0 d " % number(points(circle.dash_mm)) if circle.dash_mm else b""
    return b"q 1 0 0 1 %s cm %s w %s%s m %s c %s c %s c %s c s Q" % (
        numbers(points(circle.x_mm), points(height_mm - circle.y_mm)),
        number(points(circle.weight_mm)),
        dash,
        numbers(r, 0),
        numbers(r, k, k, r, 0, r),
        numbers(-k, r, -r, k, -r, 0),
        numbers(-r, -k, -k, -r, 0, -r),
        numbers(k, -r, r, -k, r, 0),
    )


def _artwork(placed: PlacedArtwork, height_mm: float) -> bytes:
    return b"q %s 0 0 %s %s cm /%s Do Q" % (
        number(points(placed.width_mm)),
        number(points(placed.height_mm)),
        numbers(points(placed.x_mm), points(height_mm - placed.y_mm - placed.height_mm)),
        ARTWORK,
    )


def _draft(layout: Layout) -> bytes:
    """A line across the face, in a font that every reader has."""
    label = layout.template.label
    width = points(label.width_mm - 2 * label.safe_mm)
    size = width / _DRAFT_WIDTH_EM
    return b"BT /%s %s Tf 100 Tz 0 Tc 1 0 0 1 %s Tm (%s) Tj ET" % (
        DRAFT_FONT,
        number(size),
        numbers(points(label.safe_mm), points(label.height_mm) - size),
        _DRAFT_TEXT,
    )

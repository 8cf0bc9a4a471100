"""One label as SVG, in millimetres: the preview of an order, and artwork for a designer.

Texts are outlines, so the picture needs no font and looks on every screen as it does on paper.
"""

from base64 import b64encode
from html import escape
from io import BytesIO
from typing import Final

from PIL import Image

from labels.face import Face, Faces, FontFace
from labels.layout import Layout
from labels.mark import PlacedArtwork
from labels.placed import PlacedCircle, PlacedRule, PlacedText
from labels.symbol import symbol_modules, symbol_path

_DRAFT_FAMILIES: Final = "'Songti SC','SimSun','Noto Sans CJK SC',sans-serif"


def label_svg(layout: Layout, faces: Faces, uri: bytes, typed: str) -> str:
    """The label with the symbol of `uri` and the typed code `typed` (15 characters)."""
    label = layout.template.label
    place = layout.typed
    _draw_at_once(layout, faces, typed)
    code = PlacedText(place.style, typed, place.x_mm, place.y_mm, place.size_mm, place.stretch)
    parts = [
        f'<path fill="#fff" d="M0 0h{label.width_mm:g}v{label.height_mm:g}H0z"/>',
        _symbol(layout, uri),
        *(_rule(rule) for rule in layout.rules),
        *(_circle(circle) for circle in layout.circles),
        *(_text(text, faces[text.style]) for text in (*layout.texts, code)),
    ]
    if layout.artwork is not None:
        parts.append(_artwork(layout.artwork))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{label.width_mm:g}mm" height="{label.height_mm:g}mm" '
        f'viewBox="0 0 {label.width_mm:g} {label.height_mm:g}" role="img">'
        f"<title>{escape(typed)}</title>{''.join(parts)}</svg>"
    )


def _draw_at_once(layout: Layout, faces: Faces, typed: str) -> None:
    """Reads all outlines that are needed, each font file opened at most once."""
    for style, face in faces.items():
        if isinstance(face, FontFace):
            code = typed if style is layout.typed.style else ""
            face.draw(code + "".join(text.text for text in layout.texts if text.style is style))


def _symbol(layout: Layout, uri: bytes) -> str:
    x, y = layout.symbol_mm
    modules = symbol_modules(uri, layout.carrier.level)
    return (
        f'<path transform="translate({x:.5f} {y:.5f}) scale({layout.carrier.module_mm:.6f})" '
        f'shape-rendering="crispEdges" d="{symbol_path(modules)}"/>'
    )


def _text(text: PlacedText, face: Face) -> str:
    """A line of text as one outline; in a draft as text in whatever font the reader has."""
    if not isinstance(face, FontFace):
        return (
            f'<text x="{text.x_mm:.4f}" y="{text.y_mm:.4f}" font-size="{text.size_mm:.4f}" '
            f'font-family="{_DRAFT_FAMILIES}">{escape(text.text)}</text>'
        )
    scale = text.size_mm / face.metrics.units
    outline = face.outline(text.text, text.spacing_mm / text.size_mm)
    placed = f"matrix({scale * text.stretch:.7f} 0 0 {-scale:.7f} {text.x_mm:.4f} {text.y_mm:.4f})"
    return f'<path transform="{placed}" d="{outline}"/>'


def _rule(rule: PlacedRule) -> str:
    line = f"M{rule.x1_mm:g} {rule.y1_mm:g}L{rule.x2_mm:g} {rule.y2_mm:g}"
    return f'<path stroke="#000" stroke-width="{rule.weight_mm:g}" d="{line}"/>'


def _circle(circle: PlacedCircle) -> str:
    dash = f' stroke-dasharray="{circle.dash_mm:g}"' if circle.dash_mm else ""
    return (
        f'<circle cx="{circle.x_mm:g}" cy="{circle.y_mm:g}" r="{circle.radius_mm:.4f}" fill="none" stroke="#000" '
        f'stroke-width="{circle.weight_mm:g}"{dash}/>'
    )


def _artwork(placed: PlacedArtwork) -> str:
    picture = BytesIO()
    art = placed.artwork
    Image.frombytes("RGB", (art.width, art.height), art.rgb).save(picture, "PNG", optimize=True)
    data = b64encode(picture.getvalue()).decode("ascii")
    return (
        f'<image x="{placed.x_mm:.4f}" y="{placed.y_mm:.4f}" width="{placed.width_mm:.4f}" '
        f'height="{placed.height_mm:.4f}" href="data:image/png;base64,{data}"/>'
    )

"""A label as SVG, in millimetres: the preview of an order, and artwork for a designer.

Texts are outlines, so the picture needs no font and looks on every screen as it does on paper; a symbol is one path.
"""

from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

from numpy.typing import NDArray

from labels.carrier import Carrier
from labels.face import Face, Faces, FontFace
from labels.layout import SERIAL_ALPHABET, Layout
from labels.mark import PlacedArtwork
from labels.placed import PlacedCircle, PlacedRule, PlacedText
from labels.symbol import symbol_path

TYPED_LENGTH: Final = 15
_DRAFT_FAMILIES: Final = "'Songti SC','SimSun','Noto Sans CJK SC',sans-serif"
# Outlines of a typed code: for each of its places the outline of each character that may stand there.
Cells = tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What `svg` needs of a batch, as text; small enough to send to another process.

    `face` is the fixed part. `cells` are the outlines of a typed code, empty in a draft, which sets it as text.
    """

    width_mm: float
    height_mm: float
    carrier: Carrier
    symbol_mm: tuple[float, float]
    face: str
    typed: PlacedText
    typed_matrix: str
    cells: Cells

    def svg(self, modules: NDArray, typed: str) -> str:  # type: ignore[type-arg] # of 0 and 1, (size, size)
        """The label with the symbol of `modules`, 1 is dark, and the typed code `typed` (15 characters)."""
        size = f"{self.width_mm:g}", f"{self.height_mm:g}"
        x, y = self.symbol_mm
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}mm" height="{size[1]}mm" '
            f'viewBox="0 0 {size[0]} {size[1]}" role="img"><title>{escape(typed)}</title>'
            f'<path fill="#fff" d="M0 0h{size[0]}v{size[1]}H0z"/>'
            f'<path transform="translate({x:.5f} {y:.5f}) scale({self.carrier.module_mm:.6f})" '
            f'shape-rendering="crispEdges" d="{symbol_path(modules)}"/>{self.face}{self._typed(typed)}</svg>'
        )

    def _typed(self, typed: str) -> str:
        if not self.cells:
            return _draft_text(self.typed, typed)
        outline = "".join(cell[character] for cell, character in zip(self.cells, typed, strict=True))
        return f'<path transform="{self.typed_matrix}" d="{outline}"/>'


def make_drawing(layout: Layout, faces: Faces) -> Drawing:
    """The fixed part of a laid-out label as SVG, and the outlines of any typed code."""
    _draw_at_once(layout, faces)
    label, face = layout.template.label, faces[layout.typed.style]
    parts = [
        *(_rule(rule) for rule in layout.rules),
        *(_circle(circle) for circle in layout.circles),
        *(_text(text, faces[text.style]) for text in layout.texts),
    ]
    if layout.artwork is not None:
        parts.append(_artwork(layout.artwork))
    matrix, cells = (_matrix(layout.typed, face), _cells(face)) if isinstance(face, FontFace) else ("", ())
    return Drawing(
        width_mm=label.width_mm,
        height_mm=label.height_mm,
        carrier=layout.carrier,
        symbol_mm=layout.symbol_mm,
        face="".join(parts),
        typed=layout.typed,
        typed_matrix=matrix,
        cells=cells,
    )


def _draw_at_once(layout: Layout, faces: Faces) -> None:
    """Reads all outlines that are needed, each font file opened at most once."""
    for style, face in faces.items():
        if isinstance(face, FontFace):
            code = f"{SERIAL_ALPHABET}-" if style is layout.typed.style else ""
            face.draw(code + "".join(text.text for text in layout.texts if text.style is style))


@lru_cache(maxsize=4)
def _cells(face: FontFace) -> Cells:
    """Each place as wide as the widest character, so that codes stand in one column."""
    characters = f"{SERIAL_ALPHABET}-"
    advance = max(face.advance(character) for character in characters)
    return tuple(
        {character: face.outline(character, start=place * advance) for character in characters}
        for place in range(TYPED_LENGTH)
    )


def _text(text: PlacedText, face: Face) -> str:
    """A line of text as one outline; in a draft as text in whatever font the reader has."""
    if not isinstance(face, FontFace):
        return _draft_text(text, text.text)
    outline = face.outline(text.text, text.spacing_mm / text.size_mm)
    return f'<path transform="{_matrix(text, face)}" d="{outline}"/>'


def _matrix(text: PlacedText, face: FontFace) -> str:
    """From units of the font to millimetres on the label."""
    scale = text.size_mm / face.metrics.units
    return f"matrix({scale * text.stretch:.7f} 0 0 {-scale:.7f} {text.x_mm:.4f} {text.y_mm:.4f})"


def _draft_text(place: PlacedText, text: str) -> str:
    return (
        f'<text x="{place.x_mm:.4f}" y="{place.y_mm:.4f}" font-size="{place.size_mm:.4f}" '
        f'font-family="{_DRAFT_FAMILIES}">{escape(text)}</text>'
    )


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
    """A vector mark as it was drawn where it was SVG; any other as a picture."""
    art = placed.artwork
    if art.paths is not None:
        scale = placed.width_mm / art.width
        return f'<g transform="translate({placed.x_mm:.4f} {placed.y_mm:.4f}) scale({scale:.9f})">{art.paths}</g>'
    data = b64encode(art.png).decode("ascii")
    return (
        f'<image x="{placed.x_mm:.4f}" y="{placed.y_mm:.4f}" width="{placed.width_mm:.4f}" '
        f'height="{placed.height_mm:.4f}" href="data:image/png;base64,{data}"/>'
    )

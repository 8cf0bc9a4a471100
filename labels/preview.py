"""One label as SVG: what an order will look like, true to size."""

from labels.drawings.svg import make_drawing
from labels.face import Faces
from labels.layout import Layout
from labels.symbol import symbol_modules


def label_svg(layout: Layout, faces: Faces, uri: bytes, typed: str) -> str:
    """The label with the symbol of `uri` and the typed code `typed` (15 characters)."""
    return make_drawing(layout, faces).svg(symbol_modules(uri, layout.carrier.level), typed)

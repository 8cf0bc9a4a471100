"""A label made ready for many copies: everything that is the same on all labels of a batch, as bytes.

It holds no open file and no clock, so it can be sent to another process or kept with the order.
"""

from dataclasses import dataclass
from string import ascii_uppercase, digits

from labels.carrier import Carrier
from labels.embedding import EmbeddedFont, embed
from labels.face import Faces, Style
from labels.layout import SERIAL_ALPHABET, Layout
from labels.mark import PlacedArtwork
from labels.pdf.face import face_operators
from labels.placed import PlacedText
from labels.template import Template


@dataclass(frozen=True, slots=True)
class Design:
    """What `render_part` needs of a batch. `face` are the PDF operators of the fixed part; `typed` is the place of the
    typed code. A draft carries no fonts, says so on its face and is not for a print house."""

    template: Template
    carrier: Carrier
    symbol_mm: tuple[float, float]
    face: bytes
    fonts: dict[Style, EmbeddedFont]
    typed: PlacedText
    artwork: PlacedArtwork | None
    is_draft: bool


# What lots and dates are of: with all of it in a font, the next lot of an item needs no other font.
_RECURRING = f"{digits}{ascii_uppercase}-."


def make_design(layout: Layout, faces: Faces) -> Design:
    """Embeds the glyphs that the layout and any typed code need, and draws the fixed part: two seconds of work, next to
    none for another lot of an item that this process knows.
    """
    used = {style: "".join(text.text for text in layout.texts if text.style is style) for style in Style}
    used[Style.CODE] += f"{SERIAL_ALPHABET}-"
    for style, characters in used.items():
        if characters:
            used[style] += "".join(c for c in _RECURRING if not faces[style].missing(c))
    fonts = {style: embed(faces[style], characters) for style, characters in used.items() if characters}
    return Design(
        template=layout.template,
        carrier=layout.carrier,
        symbol_mm=layout.symbol_mm,
        face=face_operators(layout, fonts),
        fonts=fonts,
        typed=layout.typed,
        artwork=layout.artwork,
        is_draft=layout.is_draft,
    )

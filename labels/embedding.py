"""Subsets of fonts as a PDF carries them: only the glyphs that are used, the same bytes every time."""

import hashlib
import io
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, Literal

from labels.errors import Fault, FontError
from labels.face import Face, FontFace, require_glyphs

if TYPE_CHECKING:
    from fontTools import subset
    from fontTools.ttLib import TTFont

Program = Literal["cff", "glyf", "none"]
_NOT_FOR_PAPER: Final = (
    *("GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "DSIG", "kern", "meta", "FFTM"),
    *("fvar", "gvar", "avar", "STAT", "HVAR", "MVAR"),
)
# Of some 10 kB each; a label has four.
MOST_KEPT: Final = 64
_TAG_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class EmbeddedFont:
    """A font subset, ready for a PDF and small enough to send to another process.

    `codes` gives the two-byte code of each character: its CID. For CFF outlines that is the number in the font's own
    charset, not the place of the glyph: addressed by place, Noto CJK prints blank. `widths` are in thousandths of an
    em by code. `program` is empty when nothing is embedded (a draft).
    """

    name: str
    kind: Program
    program: bytes
    codes: dict[str, int]
    widths: dict[int, float]
    ascent: float
    descent: float
    capital_height: float
    box: tuple[float, float, float, float]

    def encode(self, text: str) -> bytes:
        """`text` as the codes of a PDF string, two bytes a character."""
        return b"".join(self.codes[character].to_bytes(2, "big") for character in text)

    @cached_property
    def characters(self) -> dict[int, str]:
        """The character of each code, for text extraction."""
        return {code: character for character, code in self.codes.items()}


def embed(face: Face, characters: str) -> EmbeddedFont:
    """The subset of `face` that draws `characters`; `FontError` when it cannot draw one of them.

    To cut one takes half a second, so those that were cut last are kept.
    """
    require_glyphs(face, characters, "font")
    wanted = "".join(sorted(set(characters)))
    return _subset(face, wanted) if isinstance(face, FontFace) else _unembedded(face, wanted)


@lru_cache(maxsize=MOST_KEPT)
def _subset(face: FontFace, wanted: str) -> EmbeddedFont:
    """Subsets a freshly opened font, because subsetting changes it. fontTools is imported here: few processes cut."""
    return face.read(lambda font: _cut(face, font, wanted))


def _cut(face: FontFace, font: "TTFont", wanted: str) -> EmbeddedFont:
    from fontTools import subset

    names = {character: font.getBestCmap()[ord(character)] for character in wanted}
    scale = 1000 / face.metrics.units
    head, across = font["head"], font["hhea"]
    cutter = subset.Subsetter(_options())
    cutter.populate(unicodes=[ord(character) for character in wanted])
    cutter.subset(font)
    codes = {character: _code(font, name) for character, name in names.items()}
    kind, program = _program(face, font)
    return EmbeddedFont(
        name=f"{_tag(program)}+{face.name}",
        kind=kind,
        program=program,
        codes=codes,
        widths={code: round(1000 * face.advance(character), 3) for character, code in codes.items()},
        ascent=round(across.ascent * scale),
        descent=round(across.descent * scale),
        capital_height=round(1000 * face.capital_height),
        box=tuple(round(edge * scale) for edge in (head.xMin, head.yMin, head.xMax, head.yMax)),
    )


def _options() -> "subset.Options":
    from fontTools import subset

    options = subset.Options()
    options.layout_features = []
    options.drop_tables += list(_NOT_FOR_PAPER)
    options.notdef_outline = True
    options.desubroutinize = True
    options.hinting = False
    options.name_IDs = []
    options.prune_unicode_ranges = False
    options.prune_codepage_ranges = False
    return options


def _code(font: "TTFont", glyph: str) -> int:
    """The CID of a glyph: the number in its name in a CID-keyed CFF font, its place in any other."""
    keyed = "CFF " in font and hasattr(font["CFF "].cff.topDictIndex[0], "ROS")
    return int(glyph.removeprefix("cid")) if keyed else int(font.getGlyphID(glyph))


def _program(face: FontFace, font: "TTFont") -> tuple[Program, bytes]:
    """What goes into the font file stream: the bare CFF table, or a small TrueType file."""
    if "CFF " in font:
        return "cff", font["CFF "].compile(font)
    if "glyf" in font:
        file = io.BytesIO()
        font.save(file)
        return "glyf", file.getvalue()
    raise FontError([_outlines(face)])


def _unembedded(face: Face, wanted: str) -> EmbeddedFont:
    """A reference to a font that the reader is hoped to have; codes are UTF-16, as the UniGB-UTF16-H map wants."""
    return EmbeddedFont(
        name=face.name,
        kind="none",
        program=b"",
        codes={character: ord(character) for character in wanted},
        widths={},
        ascent=880,
        descent=-120,
        capital_height=round(1000 * face.capital_height),
        box=(-25, -254, 1000, 880),
    )


def _tag(program: bytes) -> str:
    """Six capital letters that name the subset (ISO 32000-1, 9.6.4), the same for the same subset."""
    return "".join(_TAG_LETTERS[byte % 26] for byte in hashlib.sha256(program).digest()[:6])


def _outlines(face: FontFace) -> Fault:
    return Fault(
        "font",
        f"字体文件 {face.path.name} 的轮廓格式不受支持",
        f"{face.path.name} has outlines of an unsupported kind",
        "请指定 TrueType 或 CFF 轮廓的字体",
        "name a font with TrueType or CFF outlines",
    )

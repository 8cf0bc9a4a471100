"""Composite fonts of a label PDF, from the subsets that were made beforehand (ISO 32000-1, 9.7)."""

from typing import Final

import pydyf

from labels.embedding import EmbeddedFont
from labels.pdf.units import number

# UniGB-UTF16-H maps codes to the Adobe-GB1 collection: a reader brings that font itself.
_SYSTEM_INFO: Final = {"none": "<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"}
_IDENTITY_INFO: Final = "<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
_SYMBOLIC: Final = 4
_MOST_IN_A_SECTION: Final = 100
_LATIN_CIDS: Final = (1, 95, 500)


def add_font(document: pydyf.PDF, font: EmbeddedFont) -> pydyf.Dictionary:
    """Writes the font's objects into `document` and returns the Type 0 font to refer to."""
    descriptor = _descriptor(font)
    document.add_object(descriptor)
    if font.kind != "none":
        program = _program(font)
        document.add_object(program)
        descriptor["FontFile2" if font.kind == "glyf" else "FontFile3"] = program.reference
    descendant = _descendant(font, descriptor)
    document.add_object(descendant)
    composite = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": pydyf.name(font.name),
            "Encoding": "/UniGB-UTF16-H" if font.kind == "none" else "/Identity-H",
            "DescendantFonts": pydyf.Array([descendant.reference]),
        }
    )
    if font.kind != "none":
        names = pydyf.Stream([_to_unicode(font)], compress=True)
        document.add_object(names)
        composite["ToUnicode"] = names.reference
    document.add_object(composite)
    return composite


def _program(font: EmbeddedFont) -> pydyf.Stream:
    extra = {"Length1": len(font.program)} if font.kind == "glyf" else {"Subtype": "/CIDFontType0C"}
    return pydyf.Stream([font.program], extra, compress=True)


def _descriptor(font: EmbeddedFont) -> pydyf.Dictionary:
    return pydyf.Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": pydyf.name(font.name),
            "Flags": _SYMBOLIC,
            "FontBBox": pydyf.Array(list(font.box)),
            "ItalicAngle": 0,
            "Ascent": font.ascent,
            "Descent": font.descent,
            "CapHeight": font.capital_height,
            "StemV": 80,
        }
    )


def _descendant(font: EmbeddedFont, descriptor: pydyf.Dictionary) -> pydyf.Dictionary:
    described = {
        "Type": "/Font",
        "Subtype": "/CIDFontType2" if font.kind == "glyf" else "/CIDFontType0",
        "BaseFont": pydyf.name(font.name),
        "CIDSystemInfo": _SYSTEM_INFO.get(font.kind, _IDENTITY_INFO),
        "FontDescriptor": descriptor.reference,
        "DW": 1000,
        "W": _widths(font),
    }
    if font.kind == "glyf":
        described["CIDToGIDMap"] = "/Identity"
    return pydyf.Dictionary(described)


def _widths(font: EmbeddedFont) -> pydyf.Array:
    """Widths by code; of an un-embedded font those that layout assumed for Latin characters."""
    if font.kind == "none":
        return pydyf.Array(list(_LATIN_CIDS))
    return pydyf.Array(
        [part for code, width in sorted(font.widths.items()) for part in (code, b"[" + number(width) + b"]")]
    )


def _to_unicode(font: EmbeddedFont) -> bytes:
    """The map from codes to text, so that the file can be searched and read aloud (ISO 32000-1, 9.10.3)."""
    pairs = [
        f"<{code:04X}><{character.encode('utf-16-be').hex().upper()}>"
        for code, character in sorted(font.characters.items())
    ]
    sections = [pairs[start : start + _MOST_IN_A_SECTION] for start in range(0, len(pairs), _MOST_IN_A_SECTION)]
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000><FFFF> endcodespacerange",
        *(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in sections),
        "endcmap CMapName currentdict /CMap defineresource pop end end",
    ]
    return "\n".join(lines).encode("ascii")

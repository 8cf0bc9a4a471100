"""Fonts are found, cut to what is used, and a character that none draws is named before anything is printed."""

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from labels import fonts
from labels.advances import Advances
from labels.embedding import embed
from labels.errors import FontError
from labels.face import DraftFace, FontFace, Style
from labels.fonts import find_faces, with_fonts
from labels.installed import installed_fonts
from tests.labels.specimens import faces

LATIN = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf")


def test_the_system_has_chinese_and_a_code_font_of_one_width() -> None:
    assert not any(face.is_draft for face in faces().values())
    assert faces()[Style.CODE].width("W") == faces()[Style.CODE].width("1")


def test_a_cff_subset_is_addressed_by_the_charsets_numbers() -> None:
    subset = embed(faces()[Style.TEXT], "云溪香菇8")
    assert subset.kind == "cff"
    assert max(subset.codes.values()) > 1000  # a place among six glyphs would be 1 to 5
    assert len(subset.program) < 5_000
    assert subset.encode("8云") == subset.codes["8"].to_bytes(2) + subset.codes["云"].to_bytes(2)


def test_a_truetype_subset_is_addressed_by_place() -> None:
    subset = embed(FontFace(LATIN), "BA")
    assert (subset.kind, sorted(subset.codes.values())) == ("glyf", [1, 2])


@pytest.mark.parametrize("face_of", [lambda: faces()[Style.SONG], lambda: FontFace(LATIN)], ids=["cff", "truetype"])
def test_the_same_subset_is_the_same_bytes(face_of: Callable[[], FontFace]) -> None:
    face = face_of()
    one, again, other = (embed(face, characters) for characters in ("0A9", "9A0A", "0A8"))
    assert one == again
    assert one.name != other.name


def test_a_missing_glyph_is_named() -> None:
    with pytest.raises(FontError) as refused:
        embed(FontFace(LATIN), "A菇")
    assert "“菇” (U+83C7 CJK UNIFIED IDEOGRAPH-83C7)" in refused.value.text("zh")


def test_a_font_that_was_read_is_let_go_whatever_was_taken_from_it() -> None:
    face = FontFace(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"))
    assert face.outline("国") == face.outline("国")
    assert face.width("国国") == 2.0
    assert embed(face, "国").codes
    assert [one for one in gc.get_objects() if isinstance(one, TTFont)] == []


def test_several_who_want_the_same_outlines_read_the_font_once(monkeypatch: pytest.MonkeyPatch) -> None:
    face, read, real = FontFace(LATIN), [], FontFace._read
    assert face.metrics.units
    together = Barrier(4)

    def draw() -> None:
        together.wait()
        face.draw("ABC")

    monkeypatch.setattr(FontFace, "_read", lambda self, take: read.append(self) or real(self, take))
    with ThreadPoolExecutor(4) as pool:
        for drawn in [pool.submit(draw) for _ in range(4)]:
            drawn.result()
    assert read == [face]


def test_widths_are_those_of_the_font_and_a_character_that_it_lacks_has_none() -> None:
    widths = {0x41: 608, 0x56FD: 1000, 0x2C497: 65_535}
    advances = Advances(widths)
    assert {code: advances[code] for code in widths} == widths
    for absent in (0, 0x42, 0x2C498):
        assert absent not in advances
        with pytest.raises(KeyError):
            advances[absent]


def test_the_operators_font_serves_every_style() -> None:
    chosen = find_faces(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"))
    assert {face.name for face in chosen.values()} == {"NotoSansCJKsc-Regular"}


@pytest.mark.parametrize("content", [None, b"not a font"])
def test_a_font_file_that_cannot_be_read_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "font.ttf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FontError, match=r"font\.ttf"):
        find_faces(path)


def test_a_font_without_chinese_is_refused() -> None:
    with pytest.raises(FontError, match="不含中文"):
        find_faces(LATIN)


def tiny_font(path: Path, licence_bits: int) -> Path:
    """A TrueType font in which every character is a square."""
    builder = FontBuilder(1000, isTTF=True)
    names = {code: f"u{code:04X}" for code in map(ord, "国0AH")}
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    pen = TTGlyphPen(None)
    for x, y in ((0, 0), (0, 700), (700, 700), (700, 0)):
        (pen.lineTo if (x, y) != (0, 0) else pen.moveTo)((x, y))
    pen.closePath()
    square = pen.glyph()
    builder.setupGlyf(dict.fromkeys([".notdef", *names.values()], square))
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names.values()], (800, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Tiny", "styleName": "Regular", "psName": "Tiny-Regular"})
    builder.setupOS2(fsType=licence_bits)
    builder.setupPost()
    builder.save(path)
    return path


def test_a_font_whose_licence_forbids_embedding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FontError, match="许可"):
        find_faces(tiny_font(tmp_path / "restricted.ttf", licence_bits=0x0002))
    allowed = find_faces(tiny_font(tmp_path / "editable.ttf", licence_bits=0x0008))
    assert allowed[Style.TEXT].han_height == 0.7
    assert embed(allowed[Style.TEXT], "国").kind == "glyf"


def test_a_machine_without_chinese_fonts_gives_a_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_KNOWN", dict.fromkeys(Style, ()))
    found = find_faces()
    assert found[Style.TEXT] == DraftFace()
    assert embed(found[Style.TEXT], "云8").kind == "none"


def test_a_template_may_choose_among_the_fonts_that_were_found() -> None:
    found = installed_fonts()
    assert found["NotoSerifCJKsc-Regular"].draws_chinese
    assert found["DejaVuSansMono-Bold"].is_of_one_width
    assert "NotoSerifCJKjp-Regular" not in found  # its characters are drawn as in Japan
    assert "DejaVuSans" not in found
    chosen = with_fonts(faces(), {Style.TEXT: "NotoSerifCJKsc-Regular"})
    assert chosen[Style.TEXT].name == "NotoSerifCJKsc-Regular"
    assert chosen[Style.BOLD] is faces()[Style.BOLD]
    assert with_fonts(faces(), {}) is faces()


def test_a_font_that_is_not_here_is_named_with_the_style_that_wants_it() -> None:
    with pytest.raises(FontError) as refused:
        with_fonts(faces(), {Style.SONG: "FZShuSong"})
    assert refused.value.faults[0].field == "fonts/song"
    assert "FZShuSong" in refused.value.text("zh")

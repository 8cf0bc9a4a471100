"""A label is laid out before any file is made: all text in its place and at its height, or an error that says why."""

from pathlib import Path

import pytest

from labels.errors import CarrierError, FontError, LabelError, MissingTextError, TemplateError
from labels.face import FontFace, Style
from labels.geometry import boxes
from labels.layout import Layout, lay_out
from labels.placed import PlacedText
from labels.text import fit_line, least_size, wrap
from tests.labels.specimens import ROLL_50, ROLL_70, SHEET, URI_LENGTH, VALUES, faces, layout, template

ALL = (ROLL_50, ROLL_70, SHEET)


def said(laid: Layout) -> str:
    return " ".join(text.text for text in laid.texts)


def height_mm(text: PlacedText) -> float:
    face = faces()[text.style]
    latin = any(character.isascii() and character.isalnum() for character in text.text)
    return text.size_mm * (face.capital_height if latin else face.han_height)


def extent(text: PlacedText) -> tuple[float, float, float, float]:
    """Left, top, right, bottom in mm of the line's ink, roughly."""
    width = faces()[text.style].width(text.text) * text.size_mm * text.stretch
    return text.x_mm, text.y_mm - 0.7 * text.size_mm, text.x_mm + width, text.y_mm


@pytest.mark.parametrize("name", ALL)
def test_every_mandatory_text_stands_on_every_label(name: str) -> None:
    found = said(layout(name))
    for text in (
        *("云溪香菇", "一级", "93000952MA0YXT007Q", "GB/T 99952-2024", "26-112", "2026年11月12日", "18个月", "100 g"),
        *(
            "云溪县松雾菌业专业合作社",
            "云溪县松坞镇岭下路8号",
            "SC11699990100013",
            "阴凉干燥处，密封避光",
            "gi.yunxi.example",
        ),
        *("示例", "专用标志"),
    ):
        assert text in found


@pytest.mark.parametrize("name", ALL)
def test_mandatory_text_and_typed_code_are_at_least_1_8_mm_high(name: str) -> None:
    laid = layout(name)
    small = {"gi.yunxi.example", "查验 gi.yunxi.example", "专用标志", "示例"}
    for text in (*laid.texts, laid.typed):
        assert text.text in small or height_mm(text) >= 1.799, text
    (uscc,) = (text for text in laid.texts if text.text == VALUES.uscc)
    assert uscc.size_mm * faces()[Style.TEXT].capital_height >= 1.8


@pytest.mark.parametrize("name", ALL)
def test_nothing_leaves_the_label_or_touches_another_text_or_the_symbol(name: str) -> None:
    laid = layout(name)
    size = laid.template.label
    symbol = boxes(laid.template)[0]
    extents = [extent(text) for text in (*laid.texts, laid.typed)]
    extents.append((symbol.left, symbol.top, symbol.right, symbol.bottom))
    for n, (left, top, right, bottom) in enumerate(extents):
        assert left >= 0.3
        assert top >= 0.3
        assert right <= size.width_mm - 0.3
        assert bottom <= size.height_mm - 0.3
        for other in extents[n + 1 :]:
            apart = right <= other[0] + 0.02 or other[2] <= left + 0.02 or bottom <= other[1] or other[3] <= top
            assert apart, (n, (left, top, right, bottom), other)


@pytest.mark.parametrize(("net_g", "least_mm"), [(100, 3), (250, 4), (1000, 4)])
def test_net_content_is_as_high_as_the_law_wants(net_g: int, least_mm: float) -> None:
    laid = layout(ROLL_70, net_content=f"{net_g} g", net_g=net_g)
    (net,) = (text for text in laid.texts if text.text == f"{net_g} g")
    assert net.size_mm * faces()[Style.BOLD].capital_height >= least_mm - 0.005


def test_a_net_content_too_large_for_the_label_names_the_field_and_can_be_left_to_the_package() -> None:
    with pytest.raises(TemplateError) as refused:
        layout(ROLL_50, net_content="500 g", net_g=500)
    assert refused.value.faults[0].field.startswith("texts/")
    left = layout(ROLL_50, net_content="500 g", net_g=500, on_pack=VALUES.on_pack | {"net_content"})
    assert "净含量" not in said(left)


def test_a_long_name_is_set_narrower_or_runs_on() -> None:
    long = "云溪县松雾高山食用菌科技发展有限责任公司"
    laid = layout(ROLL_70, producer=long)
    lines = [text for text in laid.texts if text.text and text.text in long]
    assert "".join(text.text for text in lines) == long
    assert len(lines) == 2
    assert all(text.x_mm == lines[0].x_mm for text in lines)


def test_a_text_that_does_not_fit_names_its_field() -> None:
    with pytest.raises(TemplateError) as refused:
        layout(ROLL_50, producer="云溪县松雾菌业专业合作社" * 4)
    assert refused.value.faults[0].field.startswith("lines/0/rows/")
    assert "mm" in refused.value.faults[0].reason_zh
    with pytest.raises(TemplateError) as too_wide:
        layout(ROLL_50, product_name="云溪香菇超长的产品名称示例")
    assert too_wide.value.faults[0].field == "texts/3"


def test_a_single_word_wider_than_the_label_names_its_row() -> None:
    with pytest.raises(TemplateError) as refused:
        layout(ROLL_50, licence="SC11699990100013SC11699990100013")
    assert refused.value.faults[0].field == "lines/0/rows/7"


def test_a_character_the_font_lacks_is_named_before_anything_is_drawn() -> None:
    latin: dict[Style, FontFace] = {**faces()}  # type: ignore[dict-item]
    latin[Style.TEXT] = FontFace(Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"))
    with pytest.raises(FontError) as refused:
        lay_out(template(ROLL_70), VALUES, URI_LENGTH, 300, dict(latin))
    assert all("DejaVu" in fault.reason_zh for fault in refused.value.faults)
    with pytest.raises(FontError, match=r"U\+10FFFD"):
        layout(ROLL_70, address="云溪县\U0010fffd路8号")


def test_missing_text_and_small_modules_are_refused_here_too() -> None:
    with pytest.raises(MissingTextError):
        layout(ROLL_70, storage=None)
    with pytest.raises(CarrierError, match="203 dpi"):
        layout(ROLL_50, dpi=203)
    assert layout(ROLL_70, dpi=203).carrier.dots == 3


def test_the_symbol_keeps_four_quiet_modules_inside_its_box() -> None:
    laid = layout(ROLL_70)
    quiet = 4 * laid.carrier.module_mm
    assert laid.symbol_mm[0] - quiet >= laid.template.qr.x_mm
    right = laid.symbol_mm[0] + laid.carrier.modules * laid.carrier.module_mm + quiet
    assert right <= laid.template.qr.x_mm + laid.template.qr.box_mm


def test_a_serial_under_1_8_mm_is_refused() -> None:
    low = template(ROLL_50).serial.model_copy(update={"size_mm": 2.3})
    with pytest.raises(TemplateError) as refused:
        lay_out(template(ROLL_50).model_copy(update={"serial": low}), VALUES, URI_LENGTH, 300, faces())
    assert refused.value.faults[0].field == "serial"


def test_fresh_produce_leaves_no_empty_lines() -> None:
    laid = layout(
        ROLL_70,
        is_prepackaged_food=False,
        licence=None,
        shelf_life=None,
        description=None,
        grade=None,
        defined_grades=(),
    )
    assert "许" not in said(laid)
    assert "保质期" not in said(laid)


def test_lines_break_before_no_closing_mark_and_inside_no_number() -> None:
    lines = wrap(faces()[Style.TEXT], "电话 0999-6123456，云溪县（松坞镇）", 2.0, 17.0)
    assert lines is not None
    assert [line.text for line in lines] == ["电话", "0999-6123456，云", "溪县（松坞镇）"]
    assert wrap(faces()[Style.TEXT], "09996123456099961234560", 2.0, 20.0) is None


def test_a_line_may_be_set_twelve_per_cent_narrower_and_no_more() -> None:
    natural = faces()[Style.TEXT].width("云溪县松坞镇") * 2.0
    assert fit_line(faces()[Style.TEXT], "云溪县松坞镇", 2.0, natural * 0.9) is not None
    assert fit_line(faces()[Style.TEXT], "云溪县松坞镇", 2.0, natural * 0.87) is None


def test_digits_decide_how_small_a_text_may_get() -> None:
    assert least_size(faces()[Style.TEXT], "云溪") == pytest.approx(1.8 / faces()[Style.TEXT].han_height)
    assert least_size(faces()[Style.TEXT], "云溪8号") == pytest.approx(1.8 / faces()[Style.TEXT].capital_height)


def test_a_fixed_caption_goes_with_its_value() -> None:
    fields = template(ROLL_70).texts
    assert any(field.with_key == "net_content" for field in fields)
    bare = layout(ROLL_70, on_pack=VALUES.on_pack | {"net_content"})
    assert "净含量" not in said(bare)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(LabelError) as refused:
        layout(
            ROLL_50, dpi=203, storage=None, product_name="云溪香菇超长的产品名称示例", address="云溪县\U0010fffd路8号"
        )
    assert [fault.field for fault in refused.value.faults] == ["storage", "qr", "texts/3", "lines/0/rows/6"]


def test_names_in_characters_of_the_second_level_are_set_and_those_no_font_has_are_named_one_by_one() -> None:
    assert "犇" in said(layout(ROLL_70, producer="云溪县犇𬒗镕菌业合作社"))
    with pytest.raises(FontError) as refused:
        layout(ROLL_70, producer="云溪\U00031350菌业", address="云溪县𰀀坞\U00031350路")
    named = [(fault.field, fault.reason_zh) for fault in refused.value.faults]
    assert [field for field, _ in named] == ["lines/0/rows/5", "lines/0/rows/6", "lines/0/rows/6"]
    assert "U+31350" in named[0][1]
    assert "U+30000 CJK UNIFIED IDEOGRAPH-30000" in named[1][1]

"""Templates are data: read, checked, and refused with the name of the field that is wrong."""

import pytest

from labels.errors import TemplateError
from labels.face import Style
from labels.library import read_template, shipped_templates, write_template
from labels.template import Template
from tests.labels.specimens import ROLL_50, ROLL_70, SHEET, template

TOML = """
id = "t"
name_zh = "样"
name_en = "t"
label = { width_mm = 60, height_mm = 30 }
roll = {}
qr = { x_mm = 1, y_mm = 1, box_mm = 22 }
mark = { x_mm = 50, y_mm = 6, diameter_mm = 8 }
serial = { x_mm = 12, y_mm = 26, width_mm = 22, size_mm = 2.6 }
texts = [{ key = "uscc", x_mm = 58, y_mm = 14, width_mm = 30, size_mm = 2.6, least_mm = 2.4, align = "right" }]
"""


def faults(content: str) -> dict[str, str]:
    with pytest.raises(TemplateError) as refused:
        read_template(content)
    return {fault.field: fault.reason_zh for fault in refused.value.faults}


def test_all_shipped_templates_are_sound() -> None:
    assert set(shipped_templates()) == {ROLL_50, ROLL_70, SHEET}


def test_a_sheet_is_exact_to_the_hundredth_of_a_millimetre() -> None:
    sheet = template(SHEET)
    corners = sheet.corners_mm()
    assert sheet.page_mm == (210, 297)
    assert len(corners) == sheet.per_page == 24
    assert corners[0] == (7.25, 12.9)
    assert corners[2] == pytest.approx((139.25, 12.9))
    right, bottom = corners[23][0] + 63.5, corners[23][1] + 33.9
    assert (210 - right, 297 - bottom) == pytest.approx((7.25, 12.9))


def test_a_minimal_template_is_read() -> None:
    read = read_template(TOML)
    assert isinstance(read, Template)
    assert read.per_page == 1
    assert read.page_mm == (60, 30)


def test_a_field_outside_the_label_is_named() -> None:
    assert list(faults(TOML.replace("x_mm = 50, y_mm = 6", "x_mm = 57, y_mm = 6"))) == ["mark"]


def test_a_field_over_the_quiet_zone_is_named() -> None:
    found = faults(TOML.replace("x_mm = 58, y_mm = 14, width_mm = 30", "x_mm = 50, y_mm = 14, width_mm = 30"))
    assert "空白区" in found["texts/0"]


def test_unknown_words_missing_numbers_and_senseless_numbers_are_named() -> None:
    found = faults(TOML.replace("box_mm = 22", "boxes = 22").replace("height_mm = 30", "height_mm = -1"))
    assert set(found) == {"label/height_mm", "qr/box_mm", "qr/boxes"}


def test_a_key_that_no_value_has_is_named() -> None:
    assert "texts/0/key" in faults(TOML.replace('"uscc"', '"usc"'))


def test_a_label_is_on_a_roll_or_on_a_sheet() -> None:
    assert "roll" in faults(TOML.replace("roll = {}", ""))[""]


def test_a_grid_larger_than_its_page_is_refused() -> None:
    sheet = "[sheet]\npage_width_mm = 100\npage_height_mm = 297\ncolumns = 2\nrows = 1\nleft_mm = 0\ntop_mm = 0\n"
    assert list(faults(TOML.replace("roll = {}", "") + sheet)) == ["sheet"]


def test_broken_toml_is_said_to_be_broken() -> None:
    assert "TOML" in faults("label = {")[""]


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e400", "1001", '"wide"', "[]", "0"])
def test_numbers_that_no_label_has_are_refused_by_name(number: str) -> None:
    assert "qr/box_mm" in faults(TOML.replace("box_mm = 22", f"box_mm = {number}"))


def test_a_field_over_another_is_named_with_it() -> None:
    crossed = TOML.replace("mark = { x_mm = 50, y_mm = 6", "mark = { x_mm = 50, y_mm = 12")
    assert faults(crossed) == {"texts/0": "与 mark 重叠"}


def test_a_template_of_monstrous_size_or_depth_is_refused_whole() -> None:
    assert "最多" in faults(TOML + "#" * 20_000)[""]
    assert "TOML" in faults("a = " + "[" * 9_000)[""]
    many = ", ".join(['{ key = "lot", x_mm = 1, y_mm = 1, width_mm = 1, size_mm = 1, least_mm = 1 }'] * 41)
    assert "texts" in faults(TOML.replace('texts = [{ key = "uscc"', f'texts = [{many}, {{ key = "uscc"'))


def test_names_hold_no_control_characters() -> None:
    assert "name_zh" in faults(TOML.replace('"样"', '"\\u0007"'))


@pytest.mark.parametrize("name", [ROLL_50, ROLL_70, SHEET])
def test_what_is_written_reads_as_the_same_template(name: str) -> None:
    named = template(name).model_copy(update={"fonts": {Style.TEXT: "Some-Font"}, "name_zh": '引号"与\\'})
    assert read_template(write_template(named)) == named
    assert read_template(write_template(template(name))) == template(name)

"""No text on a page is without its English."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from api.web.translation import CONTEXT, LOCALES, pgettext, sayer

API = LOCALES.parent
CHINESE = re.compile("[\u4e00-\u9fff\uff00-\uffef]")
# Chinese fonts, which come first, draw these as wide as a character: “Enterprise’ s”.
CURLY = re.compile("[‘’“”]")
PLACE = re.compile(r"%\((\w+)\)s")


def _source_texts() -> set[str]:
    with (LOCALES / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(API, methods, options)
    return {_named(context, text) for _, _, text, _, context in found if isinstance(text, str)}


def _english() -> dict[str, str]:
    with (LOCALES / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    assert not catalogue.obsolete
    assert not [message.id for message in catalogue if message.fuzzy and message.id]
    return {_named(message.context, message.id): message.string for message in catalogue if message.id}


def _named(context: str | None, text: str) -> str:
    return f"{context}{CONTEXT}{text}" if context else text


def test_the_texts_of_templates_and_tables_are_found() -> None:
    texts = _source_texts()
    assert "查验结论" in texts
    assert "标识真实" in texts


def test_every_source_text_has_an_english_one_and_none_is_left_over() -> None:
    english = _english()
    assert set(english) == _source_texts()
    assert not [text for text, translated in english.items() if not translated.strip()]


def test_english_texts_have_no_chinese_and_the_same_places() -> None:
    for text, translated in _english().items():
        assert not CHINESE.search(translated), translated
        assert not CURLY.search(translated), translated
        assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(translated)), text


@pytest.mark.parametrize(
    "template", sorted((API / "templates").rglob("*.html")), ids=lambda path: str(path.relative_to(API))
)
def test_no_chinese_stands_in_a_template_outside_the_catalogue(template: Path) -> None:
    text = re.sub(r"{#.*?#}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    bare = re.sub(r"(?:_|pgettext)\((?:'[a-z]+', )?'[^']*'", "", text)
    assert not CHINESE.search(bare.replace("　", "")), CHINESE.findall(bare)


def test_a_sayer_translates_and_fills() -> None:
    assert sayer("en")("第 %(nth)s 次", nth=3) == "No. 3"
    assert sayer("zh")("第 %(nth)s 次", nth=3) == "第 3 次"


def test_a_place_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="nth"):
        sayer("zh")("第 %(nth)s 次", other=3)


def test_one_text_has_another_english_where_it_means_another_thing() -> None:
    assert sayer("en")("登记批次") == "Register a batch"
    assert sayer("en")(pgettext("done", "登记批次")) == "Batch registered"
    assert sayer("zh")(pgettext("done", "登记批次")) == "登记批次"
    assert sayer("en")(pgettext("nowhere", "没有译文")) == "没有译文"

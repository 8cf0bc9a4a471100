"""Templates as files: reading and writing them, and those that come with the program."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from labels.errors import Fault, TemplateError
from labels.geometry import require_placed
from labels.template import Template

LONGEST: Final = 20_000


def read_template(content: str, *, is_draft: bool = False) -> Template:
    """A template from TOML of at most 20,000 characters.

    `TemplateError` names every word that is unknown, every number that is missing or senseless, and every field that
    leaves the label or lies over another; the fields of a draft may lie anywhere.
    """
    if len(content) > LONGEST:
        raise TemplateError([_too_long(len(content))])
    try:
        data = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError) as broken:
        raise TemplateError([_not_toml(broken)]) from broken
    return drafted_template(data) if is_draft else checked_template(data)


def checked_template(data: Mapping[str, Any]) -> Template:
    """A template from its values by name; `TemplateError` as `read_template`."""
    template = drafted_template(data)
    require_placed(template)
    return template


def drafted_template(data: Mapping[str, Any]) -> Template:
    """The same, whose fields may still lie outside the label or over each other."""
    try:
        return Template.model_validate(data)
    except ValidationError as wrong:
        raise TemplateError([_wrong(error) for error in wrong.errors(include_url=False)]) from wrong


@cache
def shipped_templates() -> dict[str, Template]:
    """The templates that come with the program, by id."""
    folder = resources.files("labels") / "templates"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    read = (read_template(file.read_text("utf-8")) for file in files)
    return {template.id: template for template in read}


def write_template(template: Template) -> str:
    """The template as TOML, which reads as the same template."""
    data = template.model_dump(mode="json", exclude_defaults=True)
    plain = {name: value for name, value in data.items() if name not in _TABLES}
    lines = [f"{name} = {_value(value)}" for name, value in plain.items()]
    for name in _TABLES:
        if name in data or (name == "roll" and template.roll is not None):
            lines += ["", f"[{name}]", *_entries(data.get(name) or {})]
    return "\n".join([*lines, ""])


# Written as sections of their own, at the end.
_TABLES: Final = ("fonts", "roll", "sheet")


def _entries(table: Mapping[str, Any]) -> Iterator[str]:
    return (f"{name} = {_value(value)}" for name, value in table.items() if value is not None)


def _value(value: Any) -> str:
    """A value in TOML, whose strings are written like JSON's."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_entries(value)) + " }" if value else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[\n" + "".join(f"  {_value(item)},\n" for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _not_toml(broken: Exception) -> Fault:
    what = str(broken) if isinstance(broken, tomllib.TOMLDecodeError) else "nested too deeply"
    return Fault("", f"模板不是有效的 TOML：{what}", f"not valid TOML: {what}", "改正该行", "mend that line")


def _too_long(length: int) -> Fault:
    return Fault(
        "",
        f"模板有 {length:,} 个字符，最多 {LONGEST:,}",
        f"the template has {length:,} characters, {LONGEST:,} at most",
        "去掉多余的内容",
        "leave out what is not needed",
    )


# What pydantic calls the commonest mistakes; what is not here is said in its own words.
_WRONG_ZH: Final = {
    "missing": "没有填写",
    "extra_forbidden": "没有这个字段",
    "float_parsing": "不是数字",
    "float_type": "不是数字",
    "finite_number": "不是有限的数",
    "int_parsing": "不是整数",
    "int_from_float": "不是整数",
    "greater_than": "必须大于 {gt:g}",
    "greater_than_equal": "不能小于 {ge:g}",
    "less_than_equal": "不能大于 {le:g}",
    "string_too_short": "没有填写",
    "string_too_long": "超过 {max_length} 个字符",
    "too_long": "超过 {max_length} 项",
}


def _wrong(error: ErrorDetails) -> Fault:
    known = _WRONG_ZH.get(error["type"])
    return Fault(
        "/".join(str(part) for part in error["loc"]),
        f"模板字段有误：{error['msg'] if known is None else known.format(**error.get('ctx', {}))}",
        error["msg"],
        "对照随附模板改正",
        "compare with a template that comes with the program",
    )

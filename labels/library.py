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
from labels.geometry import misplaced
from labels.template import Template

LONGEST: Final = 20_000


def read_template(content: str) -> Template:
    """A template from TOML of at most 20,000 characters. `TemplateError` names every word that is unknown, every number
    that is missing or senseless, and every field that leaves the label or lies over another."""
    if len(content) > LONGEST:
        raise TemplateError([_too_long(len(content))])
    try:
        data = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError) as broken:
        raise TemplateError([_not_toml(broken)]) from broken
    return checked_template(data)


def checked_template(data: Mapping[str, Any]) -> Template:
    """A template from its values by name; `TemplateError` as `read_template`."""
    try:
        template = Template.model_validate(data)
    except ValidationError as wrong:
        raise TemplateError([_wrong(error) for error in wrong.errors(include_url=False)]) from wrong
    faults = tuple(misplaced(template))
    if faults:
        raise TemplateError(faults)
    return template


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


def _wrong(error: ErrorDetails) -> Fault:
    return Fault(
        "/".join(str(part) for part in error["loc"]),
        f"模板字段有误：{error['msg']}",
        error["msg"],
        "对照随附模板改正",
        "compare with a template that comes with the program",
    )

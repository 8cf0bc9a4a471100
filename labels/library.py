"""Templates as files: reading them, and those that come with the program."""

import tomllib
from functools import cache
from importlib import resources

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from labels.errors import Fault, TemplateError
from labels.geometry import misplaced
from labels.template import Template


def read_template(content: str) -> Template:
    """A template from TOML. `TemplateError` names every word that is unknown, every number that is missing or
    senseless, and every field that leaves the label or lies over the symbol."""
    try:
        template = Template.model_validate(tomllib.loads(content))
    except tomllib.TOMLDecodeError as broken:
        raise TemplateError([_not_toml(broken)]) from broken
    except ValidationError as wrong:
        raise TemplateError([_wrong(error) for error in wrong.errors()]) from wrong
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


def _not_toml(broken: tomllib.TOMLDecodeError) -> Fault:
    return Fault("", f"模板不是有效的 TOML：{broken}", f"not valid TOML: {broken}", "改正该行", "mend that line")


def _wrong(error: ErrorDetails) -> Fault:
    return Fault(
        "/".join(str(part) for part in error["loc"]),
        f"模板字段有误：{error['msg']}",
        error["msg"],
        "对照随附模板改正",
        "compare with a template that comes with the program",
    )

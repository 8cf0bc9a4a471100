"""A command line that cannot be read: one line in both languages for each way to get it wrong, and status 2."""

from collections.abc import Iterator

import pytest
from typer._click.core import Command
from typer.core import TyperGroup
from typer.main import get_command

from scripts.cli.commands import app
from tests.scripts.cli.terminal import gimark


def said(*arguments: str) -> str:
    """The one line that a command line is refused with."""
    told = gimark(*arguments, code=2).stderr
    assert told.count("\n") == 1, told
    zh, slash, en = told.rstrip("\n").partition(" / ")
    assert slash, told
    assert zh.endswith("。"), told
    assert en.endswith("."), told
    return told


@pytest.mark.parametrize(
    ("arguments", "chinese", "english"),
    [
        (("isue",), "isue：没有这个命令。是不是 issue？", "there is no such command. Did you mean issue?"),
        (("batch", "it's"), "it's：没有这个命令。", "See gimark batch --help."),
        (("batch", "--"), "COMMAND：没有给出命令。", "no command is given."),
        (("issue",), "BATCH：没有给出（批次编号）。", "BATCH: it is missing (The batch's reference)."),
        (("issue", "x", "3"), "--as：没有给出（以谁的名义办理）。", "--as: it is missing (On whose behalf). Add it as"),
        (("serve", "--por", "1"), "--por：没有这个选项。是不是 --port、--worker？", "--por: there is no such option."),
        (("serve", "-p", "1"), "-p：没有这个选项。请用 gimark serve --help 查看。", "See gimark serve --help."),
        (("serve", "--port"), "--port：后面没有值。", "--port: no value follows it. Put its value after it."),
        (("serve", "--worker=yes"), "--worker：不带值。", "--worker: it takes no value."),
        (("sweep", "now", "please"), "now please：这里不再需要参数。", "nothing more is expected here."),
        (("sweep", ""), "这里不再需要参数。", "nothing more is expected here."),
    ],
)
def test_what_is_missing_unknown_or_too_much_is_named(arguments: tuple[str, ...], chinese: str, english: str) -> None:
    told = said(*arguments)
    assert told.startswith(chinese)
    assert english in told


@pytest.mark.parametrize(
    ("arguments", "field", "remedies"),
    [
        (("issue", "x", "many", "--as", "y"), "count", ("请写整数。", "Give a whole number.")),
        (("serve", "--port", "65536"), "--port", ("请写 0 到 65535 的整数。", "Give a whole number from 0 to 65535.")),
        (
            ("labels", "x", "--as", "y", "--down", "low"),
            "--down",
            ("请写 -10 到 10 的数。", "Give a number from -10 to 10."),
        ),
        (
            ("labels", "x", "--as", "y", "--format", "gif"),
            "--format",
            ("请写 pdf、zpl、tspl、svg、png 之一。", "Give one of pdf, zpl, tspl, svg, png."),
        ),
    ],
)
def test_a_value_that_does_not_fit_is_told_what_would(
    arguments: tuple[str, ...], field: str, remedies: tuple[str, str]
) -> None:
    told = said(*arguments)
    assert told.startswith(f"{field}：给的值不能用。")
    assert f"{field}: what was given cannot be used." in told
    assert all(remedy in told for remedy in remedies)


def test_what_was_typed_reaches_the_terminal_as_text() -> None:
    assert "\x1b" not in said("\x1b[31mred")


@pytest.mark.parametrize("group", [(), ("batch",)])
def test_a_group_without_a_command_shows_its_help(group: tuple[str, ...]) -> None:
    assert "Usage" in gimark(*group, code=2).output


def test_everything_that_may_be_missing_is_explained_in_both_languages() -> None:
    unsaid = [f"{path} {name}" for path, name, text in _required(get_command(app), "") if " / " not in (text or "")]
    assert unsaid == []


def _required(command: Command, path: str) -> Iterator[tuple[str, str, str | None]]:
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            if not below.hidden:
                yield from _required(below, f"{path} {name}".strip())
    for parameter in command.params:
        if parameter.required:
            yield path, str(parameter.name), getattr(parameter, "help", None)

"""A command line that cannot be read: said as every refusal is, in Chinese and English, with the status 2.

typer keeps the classes of these errors to itself and words them in English; what it knows is taken from them here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from typer._click.exceptions import BadParameter, MissingParameter, NoSuchOption, UsageError

from gimark.errors import Fault


def fault(error: UsageError) -> Fault:
    """What of the command line cannot be read, why, and what to write instead."""
    if isinstance(error, MissingParameter):
        return _missing(error)
    if isinstance(error, BadParameter) and error.param is not None:
        return _unfit(error)
    if isinstance(error, NoSuchOption):
        name = error.option_name
        return Fault(name, "没有这个选项", "there is no such option", *_rather(error, error.possibilities or ()))
    for pattern, worded in _BY_MESSAGE.items():
        if found := re.match(pattern, error.message):
            return worded(error, found[1])
    return Fault("", f"命令行不能读懂（{error.message}）", f"this cannot be read ({error.message})", *_see_help(error))


def _missing(error: MissingParameter) -> Fault:
    zh, _, en = (getattr(error.param, "help", None) or "").rstrip(".").partition(" / ")
    help_ = _help(error)
    reasons = f"没有给出（{zh}）", f"it is missing ({en})"
    return Fault(_name(error.param), *reasons, f"请补上，写法见 {help_}", f"Add it as {help_} says")


def _unfit(error: BadParameter) -> Fault:
    zh, en = _takes(error.param)
    return Fault(_name(error.param), "给的值不能用", "what was given cannot be used", f"请写{zh}", f"Give {en}")


def _name(parameter: Any) -> str:
    """What the user calls it: an option's longest spelling, an argument's place in the usage."""
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.display_name_raw)


def _takes(parameter: Any) -> tuple[str, str]:
    """What is to be given, in both languages."""
    kind = parameter.type_descriptor
    if kind.is_choice:
        choices = [str(getattr(choice, "value", choice)) for choice in kind.choices]
        return f" {'、'.join(choices)} 之一", f"one of {', '.join(choices)}"
    zh, en = _NUMBERS.get(kind.annotation, ("这一项的值", "a value"))
    least, most = kind.parameter_info.min, kind.parameter_info.max
    if least is not None and most is not None:
        return f" {least} 到 {most} 的{zh}", f"{en} from {least} to {most}"
    if least is not None:
        return f"不小于 {least} 的{zh}", f"{en} of at least {least}"
    return zh, en


_NUMBERS: Mapping[Any, tuple[str, str]] = MappingProxyType({int: ("整数", "a whole number"), float: ("数", "a number")})


def _no_such_command(error: UsageError, name: str) -> Fault:
    commands = getattr(error.ctx.command, "commands", {}) if error.ctx else {}
    known = [known for known, command in commands.items() if not command.hidden]
    return Fault(name, "没有这个命令", "there is no such command", *_rather(error, get_close_matches(name, known)))


def _too_many(error: UsageError, extra: str) -> Fault:
    return Fault(extra, "这里不再需要参数", "nothing more is expected here", *_see_help(error))


def _no_value(_error: UsageError, option: str) -> Fault:
    return Fault(option, "后面没有值", "no value follows it", "请在它后面写上值", "Put its value after it")


def _needless_value(_error: UsageError, option: str) -> Fault:
    return Fault(option, "不带值", "it takes no value", "请去掉 = 和它后面的值", "Leave out the = and what follows it")


def _no_command(error: UsageError, _message: str) -> Fault:
    return Fault("COMMAND", "没有给出命令", "no command is given", *_see_help(error))


_BY_MESSAGE: Mapping[str, Callable[[UsageError, str], Fault]] = MappingProxyType(
    {
        r"No such command (?:'|\")(.*?)(?:'|\")\.": _no_such_command,
        r"Got unexpected extra argument\(s\) \((.*)\)": _too_many,
        r"Option '(.*)' requires": _no_value,
        r"Option '(.*)' does not take a value": _needless_value,
        r"(Missing command)": _no_command,
    }
)


def _rather(error: UsageError, similar: Sequence[str]) -> tuple[str, str]:
    """The remedy for a name that is none: what looks like it, else the list."""
    if not similar:
        return _see_help(error)
    names = sorted(similar)
    return (
        f"是不是 {'、'.join(names)}？可用 {_help(error)} 查看",
        f"Did you mean {', '.join(names)}? See {_help(error)}",
    )


def _see_help(error: UsageError) -> tuple[str, str]:
    return f"请用 {_help(error)} 查看", f"See {_help(error)}"


def _help(error: UsageError) -> str:
    return f"{error.ctx.command_path if error.ctx else 'gimark'} --help"

"""Canonical JSON: the easy part of RFC 8785, where the same value always has the same bytes.

Objects with ASCII keys in sorted order, arrays, strings without lone surrogates, booleans, null and integers below
2**53 in size; no floats, no spaces, UTF-8; 16 levels at most, so that no reader need recurse for ever. Bytes that do
not re-encode to themselves are no canonical JSON.
"""

import json
from typing import Any, NoReturn

from gimark.errors import LedgerError
from gimark.ledger.refusal import refusal

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 16


def encode(value: Any) -> bytes:
    """The canonical bytes of `value`; raises LedgerError naming the first place that has none."""
    try:
        _check(value, "", MAX_DEPTH)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    except UnicodeEncodeError:
        raise _no("", "文字含有不成对的代理码", "a text has a lone surrogate") from None


def decode(raw: bytes) -> Any:
    """The value of which `raw` are the canonical bytes; raises LedgerError when they are anything else."""
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_float)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise _no("", "不是 UTF-8 的 JSON", "it is not JSON in UTF-8") from error
    if encode(value) != raw:
        raise _no("", "字节与规范形式不同", "its bytes differ from the canonical form")
    return value


def _check(value: Any, where: str, depth: int) -> None:
    """Return when `value` has a canonical form, but for surrogates, which the encoder finds.

    `depth` is how many more levels of objects and arrays there may be.
    """
    if depth == 0 and isinstance(value, dict | list | tuple):
        raise _too_deep()
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise _no(where, "键名须为 ASCII 文字", "a key is not an ASCII text")
            _check(inner, f"{where}/{key}" if where else key, depth - 1)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            _check(inner, f"{where}/{number}" if where else str(number), depth - 1)
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise _no(where, "整数超出 ±(2^53−1)", "an integer is 2^53 or more in size")
    elif value is not None and not isinstance(value, str):
        raise _no(where, f"不允许的类型 {type(value).__name__}", f"a {type(value).__name__} has no canonical form")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _no("", "同一对象有重复的键", "an object has the same key twice")
    return found


def _no_float(_text: str) -> NoReturn:
    raise _no("", "不允许小数", "a number is not an integer")


def _too_deep() -> LedgerError:
    return _no("", "嵌套过深", "it is nested too deep")


def _no(where: str, reason_zh: str, reason_en: str) -> LedgerError:
    return refusal(
        where,
        f"不是规范 JSON：{reason_zh}",
        f"not canonical JSON: {reason_en}",
        "请按公示账本的格式改正",
        "Mend it by the ledger's format",
    )

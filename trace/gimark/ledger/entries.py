"""What an entry of the ledger may say: canonical JSON whose type has a JSON Schema (`schemas.json`).

A writer refuses anything else. A reader also meets types it does not know: those are hashed and reported, never fatal.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache, partial
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from gimark.errors import LedgerError
from gimark.ledger import canonical
from gimark.ledger.refusal import refusal

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, FormatChecker

VERSION = 1
# C2SP tlog-tiles prefixes an entry with its length in 16 bits.
MAX_ENTRY_BYTES = 65_535
REFERENCES = ("amends", "authorization", "batch", "enterprise", "entry", "item", "right")
REFERENCE_LISTS = ("authorizations", "rights")


def encode(fields: Mapping[str, Any], *, is_checked: bool = False) -> bytes:
    """The bytes of an entry of a known type; raises LedgerError when it breaks its schema or is too long.

    `is_checked` says that an entry of the same fields at another time was encoded before: the schema is not asked.
    """
    raw = _within_limit(canonical.encode(dict(fields)))
    if not is_checked:
        # What is checked is what a reader will see: tuples have become arrays.
        check(json.loads(raw))
    return raw


def decode(raw: bytes) -> dict[str, Any]:
    """The fields of an entry of any type, known or not; raises LedgerError unless `raw` is an entry's exact bytes.

    Of the fields only the common ones are looked at (v, t, type, by); `check` looks at the rest.
    """
    fields = canonical.decode(_within_limit(raw))
    if not isinstance(fields, dict) or fields.get("v") != VERSION or fields["v"] is True:
        raise _broken("v", "不是版本 1 的条目", "it is not an entry of version 1")
    if not all(isinstance(fields.get(name), str) for name in ("t", "type", "by")):
        raise _broken("type", "缺少 t、type 或 by", "t, type or by is missing")
    return fields


def is_known(type_: str) -> bool:
    """Whether entries of this type have a schema here."""
    return type_ in known_types()


def check(fields: Mapping[str, Any]) -> None:
    """Return when the entry obeys its type's schema; raises LedgerError with the first place that does not."""
    type_ = fields.get("type")
    if not isinstance(type_, str) or not is_known(type_):
        raise _broken("type", f"没有 {type_} 这种条目", f"there is no type {type_}")
    error = next(_validator(type_).iter_errors(dict(fields)), None)
    if error is not None:
        raise _broken("/".join(map(str, error.path)), f"不符合 {type_} 的格式", f"not a {type_}: {error.message}")
    if not _are_in_order(fields.get("ranges", ())):
        raise _broken("ranges", "号段须从小到大且不重叠", "the ranges are not ascending and disjoint")


def references(fields: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The ledger indices that a known type of entry names, with the field each stands in."""
    names = REFERENCES if fields["type"] == "run.issue" else (*REFERENCES, "run")
    for name in names:
        if name in fields:
            yield name, fields[name]
    if fields["type"] == "override.grant" and isinstance(fields["subject"], int):
        yield "subject", fields["subject"]
    for name in REFERENCE_LISTS:
        for index in fields.get(name, ()):
            yield name, index


@cache
def known_types() -> tuple[str, ...]:
    """Every type that has a schema, in the order of `schemas.json`."""
    return tuple(name for name, schema in schemas()["$defs"].items() if "type" in schema.get("properties", {}))


@cache
def schemas() -> dict[str, Any]:
    """The JSON Schema document as published (`schemas.json`): one definition per type."""
    found: dict[str, Any] = json.loads(files("gimark.ledger").joinpath("schemas.json").read_text(encoding="utf-8"))
    return found


@cache
def _validator(type_: str) -> "Draft202012Validator":
    # jsonschema takes long to import, and most commands never write an entry.
    from jsonschema import Draft202012Validator

    return Draft202012Validator(_inlined(schemas()["$defs"][type_]), format_checker=_calendar())


def _inlined(schema: Any) -> Any:
    """A schema with each reference replaced by what it names: following references costs more than half of a check."""
    if isinstance(schema, list):
        return [_inlined(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(schemas()["$defs"][schema["$ref"].removeprefix("#/$defs/")])
    return {name: _inlined(inner) for name, inner in schema.items()}


@cache
def _calendar() -> "FormatChecker":
    """Knows days and instants that look right and do not exist, such as 30 February."""
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    for name, read in (("date", date.fromisoformat), ("date-time", datetime.fromisoformat)):
        checker.checks(name, raises=ValueError)(partial(_exists, read))
    return checker


def _exists(read: Callable[[str], object], value: object) -> bool:
    """A format says something of texts only."""
    return not isinstance(value, str) or bool(read(value))


def _are_in_order(ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether each [first, last] is no empty range and begins after the one before it ends."""
    return all(first <= last for first, last in ranges) and all(a[1] < b[0] for a, b in pairwise(ranges))


def _within_limit(raw: bytes) -> bytes:
    if len(raw) <= MAX_ENTRY_BYTES:
        return raw
    raise _broken("", f"条目超过 {MAX_ENTRY_BYTES} 字节", f"it is longer than {MAX_ENTRY_BYTES} bytes")


def _broken(where: str, reason_zh: str, reason_en: str) -> LedgerError:
    return refusal(
        where,
        f"账本条目无效：{reason_zh}",
        f"not a valid ledger entry: {reason_en}",
        "请按 docs/ledger.md 改正",
        "Mend it by docs/ledger.md",
    )

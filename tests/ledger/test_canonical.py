"""Canonical JSON: one value, one text; everything else is refused, in both directions."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.errors import LedgerError
from gimark.ledger import canonical

LIMIT = 2**53 - 1
texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text(st.characters(max_codepoint=127))
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-LIMIT, LIMIT) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_values_come_back_and_have_one_text(value: Any) -> None:
    raw = canonical.encode(value)
    assert canonical.decode(raw) == value
    assert canonical.encode(json.loads(raw)) == raw


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        ({"b": 1, "a": [True, None, -5], "B": {}}, b'{"B":{},"a":[true,null,-5],"b":1}'),
        # The escapes of RFC 8785 section 3.2.2.2: short ones where they exist, else \u00xx in lower case.
        ('\b\t\n\f\r"\\/\x00\x1f\x7f', b'"\\b\\t\\n\\f\\r\\"\\\\/\\u0000\\u001f\x7f"'),
        ("€香菇\U0001f344\u2028", '"€香菇\U0001f344\u2028"'.encode()),
        ([LIMIT, -LIMIT], b"[9007199254740991,-9007199254740991]"),
        ((1, (2,)), b"[1,[2]]"),
    ],
)
def test_known_texts(value: Any, raw: bytes) -> None:
    assert canonical.encode(value) == raw


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": [0, {"b": 1.0}]}, "a/1/b"),
        ({"a": float("nan")}, "a"),
        ({"n": LIMIT + 1}, "n"),
        ({"n": -LIMIT - 1}, "n"),
        ({"名": 1}, ""),
        ({1: 1}, ""),
        ({"a": b"bytes"}, "a"),
        ({"a": {1, 2}}, "a"),
        ({"a": "\ud800"}, ""),
        ({"a": ["\udfff\ud800"]}, ""),
    ],
)
def test_values_without_a_canonical_form_are_refused_by_place(value: Any, where: str) -> None:
    with pytest.raises(LedgerError, match="not canonical JSON") as refused:
        canonical.encode(value)
    assert refused.value.faults[0].field == where


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1}\n',
        b' {"a":1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":9007199254740992}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\u001F"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\xff"}',
        b'{"\xe5\x90\x8d":1}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":1}{"a":1}',
        b'{"a":' + b"9" * 5000 + b"}",
        b"[" * 60_000,
        b"[" * 30_000 + b"]" * 30_000,
    ],
)
def test_bytes_that_do_not_re_encode_to_themselves_are_refused(raw: bytes) -> None:
    with pytest.raises(LedgerError, match="not canonical JSON"):
        canonical.decode(raw)


def test_a_value_nested_too_deep_is_refused_and_does_not_break_the_program() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(LedgerError, match="nested too deep"):
        canonical.encode(value)


def test_sixteen_levels_are_the_deepest() -> None:
    raw = b'{"a":' * 15 + b"[1]" + b"}" * 15
    assert canonical.encode(canonical.decode(raw)) == raw
    for deeper in (b'{"a":' * 16 + b"[]" + b"}" * 16, b"[" * 17 + b"]" * 17, b"[" * 30_000 + b"]" * 30_000):
        with pytest.raises(LedgerError, match="nested too deep"):
            canonical.decode(deeper)

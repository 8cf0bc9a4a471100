"""Entries: every golden one is valid, every type has a schema, and a bent entry is refused by place."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gimark.errors import LedgerError
from gimark.ledger import entries

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text())["log"]["entries"]
HASH = "8XbUm676q8umZzhkQB0+PN7uFQkVE1RPuqgwxH8H7GQ="
DAYS = {"from": "2026-03-01", "until": None}
TERMS = {"classes": ["dried"], "number": "示例-2026-0007", **DAYS}
BATCH = {"town": "999001001", "harvested_from": None, "harvested_until": "2026-03-10", "planned_g": 250000}
# One valid entry of each type, without the common fields: the table of the specification, field by field.
TABLE: dict[str, dict[str, Any]] = {
    "key.add": {"kid": "0001", "alg": "sm2-sm3", "pub": HASH, "from": "2026-03-01", "until": "2027-03-31"},
    "key.retire": {"kid": "00af"},
    "key.revoke": {"kid": "0001", "at": 7},
    "keyset.publish": {"seq": 1, "sha256": HASH},
    "right.set": {
        "gi": "云溪香菇",
        "kind": "agi",
        "area": ["999001001", "999002"],
        "standard": None,
        "announcement": None,
        "trademark": "1234567",
        **DAYS,
    },
    "enterprise.set": {"name": "云溪县示例菌业有限公司", "uscc": "91331126MA00TEXT0C"},
    "item.set": {
        "enterprise": 2,
        "gtin": "09521234500018",
        "name": "厚菇 250 g",
        "class": "dried",
        "grade": None,
        "net_g": 250,
        "rights": [1, 2],
    },
    "authorization.grant": {"enterprise": 2, "right": 1, **TERMS, "labels_per_year": 500000},
    "authorization.amend": {"authorization": 3, **TERMS, "reason": "续展"},
    "authorization.suspend": {"authorization": 3, "reason": "整改", "from": "2026-05-01"},
    "authorization.restore": {"authorization": 3, "reason": "整改完成", "from": "2026-06-01"},
    "authorization.revoke": {"authorization": 3, "reason": "连续两年未使用", "from": "2028-06-01"},
    "batch.register": {"item": 4, "authorizations": [3], "lot": "YX26A0317", **BATCH},
    "batch.confirm": {"batch": 5, "packed_g": 240000, "packed_on": "2026-03-18"},
    "batch.amend": {"batch": 5, **BATCH, "packed_g": None, "packed_on": None, "reason": "笔误"},
    "batch.recall": {"batch": 5, "reason": "抽检不合格"},
    "run.issue": {
        "batch": 5,
        "authorizations": [3],
        "run": 42,
        "gtin": "09521234500018",
        "lot": "YX26A0317",
        "count": 1000,
        "net_g": 250,
        "kid": "0001",
        "epoch": 1,
        "codes_root": HASH,
    },
    "run.activate": {"run": 6, "ranges": [[0, 499], [500, 500]]},
    "run.void": {"run": 6, "ranges": [[500, 549]], "reason": "roll_lost"},
    "run.return": {"run": 6, "ranges": [[500, 549]], "reason": "unused"},
    "run.reprint": {"run": 6, "ranges": [[500, 549]], "reason": "jam"},
    "rule.set": {"rule": "tolerance", "value": {"num": 102, "den": 100}, "source": "县局", "from": "2026-03-01"},
    "override.grant": {"what": "backdated_batch", "subject": HASH},
    "private": {"kind": "complaint", "commitment": HASH},
    "correction": {"entry": 5, "reason": "录入错误"},
}


def entry(type_: str, **changed: Any) -> dict[str, Any]:
    fields = {"v": 1, "t": "2026-03-16T03:00:00Z", "type": type_, "by": "regulator", **TABLE[type_], **changed}
    return {name: value for name, value in fields.items() if value is not ...}


def test_golden_entries_are_valid_and_re_encode_to_themselves() -> None:
    for text in GOLDEN:
        fields = entries.decode(text.encode())
        entries.check(fields)
        assert entries.encode(fields) == text.encode()


def test_the_schemas_are_valid_schemas_and_cover_the_table() -> None:
    Draft202012Validator.check_schema(entries.schemas())
    assert entries.known_types() == tuple(TABLE)


@pytest.mark.parametrize("type_", TABLE)
def test_each_type_takes_its_fields_and_no_others(type_: str) -> None:
    assert entries.decode(entries.encode(entry(type_)))["type"] == type_
    with pytest.raises(LedgerError, match=f"not a {type_}"):
        entries.encode(entry(type_, note="x"))


MAY_BE_ABSENT = {("authorization.grant", "labels_per_year")}
REQUIRED = [(type_, name) for type_, fields in TABLE.items() for name in fields if (type_, name) not in MAY_BE_ABSENT]


@pytest.mark.parametrize(("type_", "name"), [*REQUIRED, ("private", "v"), ("private", "t"), ("private", "by")])
def test_a_missing_field_is_refused(type_: str, name: str) -> None:
    with pytest.raises(LedgerError, match="not a"):
        entries.encode(entry(type_, **{name: ...}))


@pytest.mark.parametrize(
    ("type_", "changed"),
    [
        ("key.add", {"kid": "00AF"}),
        ("key.add", {"kid": "0001\n"}),
        ("key.add", {"alg": "rsa"}),
        ("key.add", {"pub": "AAB"}),
        ("key.add", {"pub": "AAAB\n"}),
        ("key.add", {"until": None}),
        ("key.retire", {"v": 2}),
        ("key.retire", {"v": True}),
        ("key.retire", {"by": "consumer"}),
        ("key.retire", {"t": "2026-03-16T03:00:00+00:00"}),
        ("key.retire", {"t": "2026-03-16T03:00:00.5Z"}),
        ("key.retire", {"t": "2026-02-30T03:00:00Z"}),
        ("key.retire", {"t": "2026-03-16T03:00:00Z\n"}),
        ("keyset.publish", {"sha256": HASH[:-2] + "R="}),
        ("keyset.publish", {"sha256": HASH + "\n"}),
        ("keyset.publish", {"seq": 0}),
        ("right.set", {"kind": "trade_mark"}),
        ("right.set", {"area": []}),
        ("right.set", {"area": ["99900100"]}),
        ("right.set", {"from": "2026-02-30"}),
        ("right.set", {"from": "20260301"}),
        ("right.set", {"from": "2026-03-01\n"}),
        ("right.set", {"from": "２０２６-03-01"}),
        ("right.set", {"amends": -1}),
        ("enterprise.set", {"subject": HASH}),
        ("enterprise.set", {"uscc": ...}),
        ("enterprise.set", {"name": ..., "subject": HASH}),
        ("enterprise.set", {"name": ..., "uscc": ...}),
        ("enterprise.set", {"uscc": "91331126MA00TEIT0C"}),
        ("item.set", {"gtin": "9521234500018"}),
        ("item.set", {"net_g": 0}),
        ("item.set", {"net_g": "250"}),
        ("item.set", {"rights": [1, 1]}),
        ("batch.register", {"lot": "yx26"}),
        ("batch.register", {"lot": "-YX26"}),
        ("batch.register", {"lot": "A" * 21}),
        ("batch.register", {"lot": "YX26\n"}),
        ("batch.recall", {"reason": ""}),
        ("run.issue", {"run": 1 << 24}),
        ("run.issue", {"count": (1 << 24) + 1}),
        ("run.issue", {"count": 0}),
        ("run.activate", {"ranges": []}),
        ("run.activate", {"ranges": [[0]]}),
        ("run.activate", {"ranges": [[0, 1, 2]]}),
        ("run.activate", {"ranges": [[0, 1 << 24]]}),
        ("override.grant", {"subject": "7"}),
        ("private", {"kind": "gossip"}),
    ],
)
def test_a_bent_field_is_refused(type_: str, changed: dict[str, Any]) -> None:
    with pytest.raises(LedgerError, match="not a "):
        entries.encode(entry(type_, **changed))


@pytest.mark.parametrize("ranges", [[[5, 4]], [[0, 4], [4, 9]], [[5, 9], [0, 4]], [[0, 9], [3, 4]]])
def test_ranges_are_ascending_and_disjoint(ranges: list[list[int]]) -> None:
    with pytest.raises(LedgerError, match="ascending and disjoint"):
        entries.encode(entry("run.void", ranges=ranges))


def test_the_fault_names_the_field() -> None:
    with pytest.raises(LedgerError) as refused:
        entries.encode(entry("item.set", rights=[1, "2"]))
    assert refused.value.faults[0].field == "rights/1"


def test_tuples_are_checked_and_written_as_arrays() -> None:
    assert b'"ranges":[[0,4]]' in entries.encode(entry("run.activate", ranges=((0, 4),)))


def test_a_sole_trader_is_named_by_commitment_only() -> None:
    entries.encode(entry("enterprise.set", name=..., uscc=..., subject=HASH))


def test_an_entry_over_the_limit_of_tiles_is_refused_both_ways() -> None:
    long = "厚" * 21_830
    with pytest.raises(LedgerError, match="longer than 65535"):
        entries.encode(entry("rule.set", value=long))
    raw = json.dumps(entry("rule.set", value=long), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(LedgerError, match="longer than 65535"):
        entries.decode(raw)
    room = 65_535 - len(entries.encode(entry("rule.set", value="")))
    assert len(entries.encode(entry("rule.set", value="x" * room))) == 65_535


def test_a_writer_refuses_unknown_types_and_a_reader_does_not() -> None:
    fields = entry("private", type="season.open")
    with pytest.raises(LedgerError, match=r"no type season\.open"):
        entries.encode(fields)
    raw = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    assert not entries.is_known(entries.decode(raw)["type"])
    for shared in ("index", "ranges", "text"):
        assert not entries.is_known(shared)


@pytest.mark.parametrize("raw", [b"[]", b"{}", b'{"by":"root","t":"x","type":"y","v":true}', b'{"v":1}', b"null"])
def test_a_reader_refuses_what_is_no_entry_at_all(raw: bytes) -> None:
    with pytest.raises(LedgerError):
        entries.decode(raw)


def test_references_name_the_entries_an_entry_stands_on() -> None:
    assert dict(entries.references(entry("run.issue"))) == {"batch": 5, "authorizations": 3}
    assert dict(entries.references(entry("run.void"))) == {"run": 6}
    assert dict(entries.references(entry("right.set", amends=1))) == {"amends": 1}
    assert dict(entries.references(entry("override.grant", subject=9))) == {"subject": 9}
    assert [at for _, at in entries.references(entry("item.set"))] == [2, 1, 2]
    assert list(entries.references(entry("private"))) == []

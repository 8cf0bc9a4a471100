"""docs/ledger.md is enough for a stranger: its program works as printed, its examples are the vectors, it names all."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gimark import merkle
from gimark.errors import InvalidInputError, LedgerError
from gimark.keys.note import VerifierKey, cosignature_line, sign_note
from gimark.ledger import entries
from gimark.ledger.checkpoints import Checkpoint, Trust, open_checkpoint
from gimark.ledger.publishing import publish
from gimark.ledger.signing import CheckpointSigner, start_state
from gimark.ledger.tiles import encode_bundle
from gimark.store.unit_of_work import Store
from tests.ledger.actors import LOG, ORIGIN, FakeWitness, fill, note_signer, rewrite_history

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "ledger.md").read_text()
GOLDEN = json.loads((ROOT / "tests" / "golden" / "codes.json").read_text())["log"]
GOLDEN_TRUST = ("gi.example.cn/log", [GOLDEN["vkeys"][0]], [GOLDEN["vkeys"][1]], 1)
RUN = GOLDEN["entries"][6].encode()


@pytest.fixture(scope="module")
def stranger() -> dict[str, Any]:
    """What the page's own program defines."""
    [program] = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    defined: dict[str, Any] = {}
    exec(compile(program, "docs/ledger.md", "exec"), defined)  # noqa: S102 - the page's program is what is tested
    return defined


def reader(folder: Path) -> Callable[[str], bytes]:
    return lambda path: (folder / path).read_bytes()


def test_the_strangers_program_checks_the_golden_proof(stranger: dict[str, Any]) -> None:
    proof = GOLDEN["tlog_proof_run"].encode()
    assert stranger["check_proof"](proof, RUN, *GOLDEN_TRUST) == 6
    assert stranger["open_checkpoint"](GOLDEN["checkpoint"].encode(), *GOLDEN_TRUST) == (
        10,
        bytes.fromhex(GOLDEN["roots_hex"][10]),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"index 6", b"index 7"),
        (b"index 6", b"index 60"),
        (b"\n10\n", b"\n11\n"),
        (b"9aPk", b"9aPl"),
        (b"NtXlDAAAAABpvReA", b"NtXlDAAAAABpvReB"),
        (b"gi.example.cn/log\n10", b"gi.example.cn/lag\n10"),
    ],
)
def test_the_strangers_program_refuses_a_bent_proof(stranger: dict[str, Any], old: bytes, new: bytes) -> None:
    proof = GOLDEN["tlog_proof_run"].encode()
    assert old in proof
    with pytest.raises(ValueError, match=r"not|no |bad|many|invalid"):
        stranger["check_proof"](proof.replace(old, new, 1), RUN, *GOLDEN_TRUST)
    with pytest.raises(ValueError, match="not entry 6"):
        stranger["check_proof"](proof, RUN + b" ", *GOLDEN_TRUST)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_strangers_monitor_follows_a_log_and_sees_a_fork(
    store: Store, tmp_path: Path, stranger: dict[str, Any]
) -> None:
    start_state(tmp_path / "state.json", ORIGIN)
    signer = CheckpointSigner(ORIGIN, LOG, tmp_path / "state.json")
    witness = FakeWitness("paper/w", 2)
    trust = (ORIGIN, [str(LOG.key)], [str(witness.key)], 1)
    believed: tuple[int, bytes] = (0, b"")
    seen = []
    for count in (0, 3, 256, 270):
        fill(store, count, first=len(seen))
        publish(store, signer, tmp_path / "published", [witness])
        believed, new = stranger["watch"](reader(tmp_path / "published"), *trust, believed)
        seen += new
    assert believed[0] == 529
    assert [fields["kid"] for fields in seen] == [f"{number:04x}" for number in range(529)]
    with pytest.raises(ValueError, match="log did not sign"):
        stranger["watch"](reader(tmp_path / "published"), ORIGIN, [str(note_signer(ORIGIN, 5).key)], [], 0, believed)
    with pytest.raises(ValueError, match="too few witnesses"):
        stranger["watch"](reader(tmp_path / "published"), *trust[:3], 2, believed)

    # The operator has another history signed by the log's own key, with a signer that has forgotten the first.
    bodies = [entries.encode({**fields, "kid": "beef"} if fields["kid"] == "0005" else fields) for fields in seen]
    rewrite_history(store, bodies)
    (tmp_path / "state.json").unlink()
    start_state(tmp_path / "state.json", ORIGIN)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER append_only_published_checkpoint_delete")
        connection.exec_driver_sql("DELETE FROM published_checkpoint")
    publish(store, signer, tmp_path / "fork")
    with pytest.raises(ValueError, match="a fork"):
        stranger["watch"](reader(tmp_path / "fork"), *trust[:2], [], 0, believed)


def test_the_strangers_monitor_sees_altered_files(store: Store, tmp_path: Path, stranger: dict[str, Any]) -> None:
    start_state(tmp_path / "state.json", ORIGIN)
    fill(store, 5)
    publish(store, CheckpointSigner(ORIGIN, LOG, tmp_path / "state.json"), tmp_path / "published")
    bundle = tmp_path / "published/tile/entries/000.p/5"
    bundle.write_bytes(bundle.read_bytes().replace(b"0003", b"beef"))
    with pytest.raises(ValueError, match="not those of the checkpoint"):
        stranger["watch"](reader(tmp_path / "published"), ORIGIN, [str(LOG.key)], [], 0, (0, b""))


def test_the_strangers_program_counts_a_witness_with_two_keys_once(stranger: dict[str, Any]) -> None:
    text = Checkpoint(ORIGIN, 0, merkle.root([])).text
    witnesses = [FakeWitness("paper/w", 7), FakeWitness("paper/w", 8), FakeWitness("union/w", 7)]
    lines = [cosignature_line(text, witness.signer, 1).encode() for witness in witnesses]
    note, keys = sign_note(text, [LOG]), [str(witness.key) for witness in witnesses]
    assert stranger["open_checkpoint"](note + b"".join(lines), ORIGIN, [str(LOG.key)], keys, 2)[0] == 0
    with pytest.raises(ValueError, match="too few witnesses"):
        stranger["open_checkpoint"](note + b"".join(lines[:2]), ORIGIN, [str(LOG.key)], keys, 2)


NOTE = GOLDEN["checkpoint"]


@pytest.mark.parametrize(
    "bent",
    [
        NOTE[:-1],
        NOTE + "garbage",
        NOTE + "garbage\n",
        NOTE + "\n",
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("gi.example.cn/log\n", "gi.example.cn/log\t\n", 1),
        NOTE.replace("— witness.example/w1 Nt", "- witness.example/w1 Nt"),
        NOTE.replace("ZlooCw==", "ZlooCx=="),
        NOTE.replace("ZlooCw==", "Zl!ooCw=="),
        NOTE + "— x AAAA\n",
        NOTE + "— x AAAAAAAA\n" * 63,
        NOTE.partition("\n\n")[0] + "\n\n",
    ],
)
def test_both_refuse_a_note_that_is_none(stranger: dict[str, Any], bent: str) -> None:
    keys = [VerifierKey.parse(vkey) for vkey in GOLDEN["vkeys"]]
    assert stranger["open_checkpoint"](NOTE.encode(), *GOLDEN_TRUST)[0] == 10
    assert bent != NOTE
    with pytest.raises(InvalidInputError):
        open_checkpoint(bent.encode(), Trust(GOLDEN_TRUST[0], keys[:1], keys[1:], 1))
    with pytest.raises(ValueError, match=r"."):
        stranger["open_checkpoint"](bent.encode(), *GOLDEN_TRUST)


def test_the_strangers_monitor_takes_whole_bundles_only(stranger: dict[str, Any]) -> None:
    bodies = [GOLDEN["entries"][number % 10].encode() for number in range(300)]
    size, logged = len(bodies), merkle.root([merkle.leaf_hash(body) for body in bodies])
    full, partial = "tile/entries/000", "tile/entries/001.p/44"

    def read(files: dict[str, bytes]) -> list[bytes]:
        def fetch(path: str) -> bytes:
            if path not in files:
                raise FileNotFoundError(path)
            return files[path]

        return stranger["read_log"](fetch, size, logged)  # type: ignore[no-any-return]

    whole = encode_bundle(bodies[:256])
    assert read({full: whole, partial: encode_bundle(bodies[256:])}) == bodies
    # The partial file is gone once the full one is there.
    assert read({full: whole, "tile/entries/001": encode_bundle(bodies[256:] + bodies[:212])}) == bodies
    for first, second in (
        (encode_bundle(bodies[:255]), encode_bundle(bodies[255:])),
        (whole + b"\0", encode_bundle(bodies[256:])),
        (whole, encode_bundle(bodies[256:])[:-1]),
    ):
        with pytest.raises(ValueError, match="is not of"):
            read({full: first, partial: second})


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"t": None},
        {"type": 1},
        {"é": 1},
        {"batch": {"é": 1}},
        {"batch": json.loads("[" * 16 + "]" * 16)},
        {"packed_on": "x" * 65_535},
    ],
)
def test_the_strangers_program_refuses_what_is_no_entry(stranger: dict[str, Any], change: dict[str, Any]) -> None:
    fields = json.loads(GOLDEN["entries"][7]) | change
    raw = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    with pytest.raises(LedgerError):
        entries.decode(raw)
    with pytest.raises(ValueError, match="not"):
        stranger["read_entry"](raw)
    with pytest.raises(ValueError, match="not"):
        stranger["read_entry"](b"[" * 30_000 + b"]" * 30_000)


@pytest.mark.parametrize(
    "raw", [b'{"a": 1}', b'{"a":1.5}', b'{"a":NaN}', b'{"a":9007199254740992}', b'{"b":1,"a":1}', b"[]"]
)
def test_the_strangers_program_reads_one_spelling_only(stranger: dict[str, Any], raw: bytes) -> None:
    assert stranger["read_entry"](RUN)["run"] == 42
    with pytest.raises(ValueError, match="not"):
        stranger["read_entry"](raw)


def test_every_type_and_field_is_documented() -> None:
    rows = dict(re.findall(r"^\| `([a-z.]+)` \| (.*) \|$", TEXT, re.MULTILINE))
    for name in entries.known_types():
        schema = entries.schemas()["$defs"][name]
        fields = set(schema["properties"]) - {"v", "t", "type", "by"}
        named = {field.removesuffix("?") for field in re.findall(r"`([a-z0-9_]+\??)`", rows[name])}
        assert fields <= named, name
        optional = {field for field in fields if field not in schema["required"]} - {"name", "uscc", "subject"}
        assert optional == {field for field in fields if f"`{field}?`" in rows[name]}, name


def test_every_type_has_somebody_who_may_write_it() -> None:
    table = TEXT.partition("Who may write what:")[2].partition("\n`codes_root`")[0]
    named = re.findall(r"`([a-z]+\.(?:[a-z]+|\*)|private|correction)`", table)
    for name in entries.known_types():
        assert {name, f"{name.partition('.')[0]}.*"} & set(named), name
    assert {name for name in named if not name.endswith("*")} <= set(entries.known_types())


def test_every_role_is_documented() -> None:
    for role in entries.schemas()["$defs"]["by"]["enum"]:
        assert f"`{role}`" in TEXT


@pytest.mark.parametrize("name", ["checkpoint", "tlog_proof_run"])
def test_examples_are_the_vectors(name: str) -> None:
    assert f"```\n{GOLDEN[name]}```" in TEXT


def test_worked_example_is_computed_from_the_vectors() -> None:
    leaves = [bytes.fromhex(leaf) for leaf in GOLDEN["leaf_hashes_hex"]]
    for first, end in [(6, 7), (6, 8), (4, 8), (0, 8), (0, 10), (0, 3), (2, 3), (3, 4), (0, 2), (8, 10)]:
        assert merkle.root(leaves[first:end]).hex() in TEXT
    for step in GOLDEN["consistency_3_10_hex"]:
        assert f"\n{step} " in TEXT
    for vkey in GOLDEN["vkeys"]:
        assert f"\n{vkey}\n" in TEXT
    assert f"\n{GOLDEN['entries'][7]}\n" in TEXT
    assert len(GOLDEN["entries"][7].encode()) == 126


def test_bundle_example_is_computed_from_the_vectors() -> None:
    bundle = encode_bundle([entry.encode() for entry in GOLDEN["entries"]])
    assert f"({len(bundle):,} bytes: ten times 2 and the {len(bundle) - 20:,} bytes" in TEXT
    assert (bundle[:2].hex(" "), bundle[2:8].hex(" ")) == ("00 ba", "7b 22 61 6c 67 22")
    assert "`00 ba`" in TEXT
    assert "`7b 22 61 6c 67 22`" in TEXT

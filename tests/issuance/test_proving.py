"""Making proof files of what was really issued in a county, on each database."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from gimark.clock import rfc3339
from gimark.codes.uri import CodeUri, parse_uri
from gimark.errors import InvalidInputError, LedgerError, NotFoundError
from gimark.issuance.issuing import IssueForm, order_codes
from gimark.issuance.model import IssueRun
from gimark.issuance.proof_file import ProofFile
from gimark.issuance.proving import prove_code
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import RangeKind
from gimark.issuance.verifying import ProofResult, verify_proof
from gimark.keys import keyset as keysets
from gimark.keys.keyset import KeySet, KeyState, LogKey
from gimark.ledger.publishing import publish
from gimark.ledger.signing import CheckpointSigner, start_state
from tests.conftest import NOW
from tests.county import BATCH, GTIN, ORIGIN, OTHER_GTIN, County
from tests.ledger.actors import note_signer
from tests.scans.desk import keyset_of, uri_of
from tests.scans.test_lookup import signed_uri

ROOT, LOG = note_signer(f"{ORIGIN}/root", 3), note_signer(f"{ORIGIN}/log", 4)


@dataclass
class Prover:
    """A county whose log is published, and who makes proof files in it."""

    county: County
    folder: Path

    def publish(self) -> None:
        signer = CheckpointSigner(f"{ORIGIN}/log", LOG, self.folder / "state.json")
        publish(self.county.store, signer, self.folder / "published")

    def keyset(self, **changes: Any) -> KeySet:
        logs = (LogKey(LOG.key, date(2026, 1, 1), date(2030, 1, 1)),)
        return replace(keyset_of(self.county, **changes), logs=logs)

    def make(self, url: str, keyset: KeySet | None = None) -> bytes:
        code = parse_uri(url)
        assert isinstance(code, CodeUri)
        note = keysets.publish(keyset or self.keyset(), ROOT)
        with self.county.store.reading() as session:
            return prove_code(session, self.county.keyring, note, code, self.county.store.clock.now())

    def proven(self, url: str, keyset: KeySet | None = None) -> ProofResult:
        return verify_proof(self.make(url, keyset), ROOT.key)


@pytest.fixture
def prover(county: County, tmp_path: Path) -> Prover:
    start_state(tmp_path / "state.json", f"{ORIGIN}/log")
    return Prover(county, tmp_path)


@pytest.fixture
def run(prover: Prover) -> RunFacts:
    """A run of 600 codes, not activated, under a published checkpoint."""
    run = prover.county.run(prover.county.batch(), 600)
    prover.publish()
    return run


@pytest.mark.parametrize("index", [0, 255, 256, 599])
def test_a_code_s_file_proves_its_issue_with_the_root_s_key_alone(prover: Prover, run: RunFacts, index: int) -> None:
    url = uri_of(prover.county, run, index)
    found = prover.proven(url)
    assert (found.index, found.entry_index, found.code) == (index, run.ledger_index, parse_uri(url))
    assert (found.issue["run"], found.issue["count"], found.issue["gtin"]) == (run.number, 600, GTIN)
    assert (found.batch["lot"], found.batch["planned_g"]) == (BATCH.lot, BATCH.planned_g)
    assert (found.item["name"], found.enterprise["name"]) == ("云溪香菇 花菇 250 g", "云溪县示例菌业有限公司")
    assert (found.checkpoint.size, found.made_at, found.key_is_revoked) == (run.ledger_index + 1, NOW, False)


def test_a_code_that_was_voided_since_was_issued_all_the_same(prover: Prover, run: RunFacts) -> None:
    url = uri_of(prover.county, run, 7)
    before = prover.proven(url)
    prover.county.change(run, RangeKind.VOID, (7, 7), reason="破损")
    prover.publish()
    after = prover.proven(url)
    assert after == replace(before, checkpoint=after.checkpoint)
    assert after.checkpoint.size == before.checkpoint.size + 1


def test_an_old_file_still_holds_when_the_log_has_grown(prover: Prover, run: RunFacts) -> None:
    old = prover.make(uri_of(prover.county, run))
    for number in range(3):
        prover.county.run(prover.county.batch(form=replace(BATCH, lot=f"YX26B{number}")), 5, f"order-{number + 2}")
        prover.publish()
    assert verify_proof(old, ROOT.key).index == 0


def test_a_run_that_is_not_under_a_checkpoint_yet_has_no_proof(prover: Prover, run: RunFacts) -> None:
    later = prover.county.run(prover.county.batch(form=replace(BATCH, lot="YX26B1")), 5, "order-2")
    with pytest.raises(NotFoundError, match="no published checkpoint stands over the run"):
        prover.make(uri_of(prover.county, later))
    prover.publish()
    assert prover.proven(uri_of(prover.county, later)).issue["run"] == later.number


def test_before_the_first_checkpoint_nothing_has_a_proof(prover: Prover) -> None:
    run = prover.county.run(prover.county.batch(), 5)
    with pytest.raises(NotFoundError, match="no published checkpoint"):
        prover.make(uri_of(prover.county, run))


Bend = Callable[[County, RunFacts, str], str]


def _serial(url: str) -> str:
    return url.partition("/21/")[2][:13]


BENT: dict[str, Bend] = {
    "unsigned": lambda county, run, url: url.partition("?")[0],
    "another's signature": lambda county, run, url: url[:-90] + uri_of(county, run, 1)[-90:],
    "another host": lambda county, run, url: url.replace(ORIGIN, "gi-yunxi.example"),
    "a lot that an insider signed": lambda county, run, url: signed_uri(county, GTIN, "YX26A9999", _serial(url)),
    "an item that an insider signed": lambda county, run, url: signed_uri(county, OTHER_GTIN, run.lot, _serial(url)),
    "a serial that an insider signed": lambda county, run, url: signed_uri(county, GTIN, run.lot, "38GPERNQBQTSA"),
    "a key that is not the run's": lambda county, run, url: signed_uri(
        county, GTIN, run.lot, _serial(url), "0002", b"\x07" * 32
    ),
}


@pytest.mark.parametrize("name", BENT)
def test_what_was_never_issued_has_no_proof_and_is_told_nothing(prover: Prover, run: RunFacts, name: str) -> None:
    url = uri_of(prover.county, run)
    with pytest.raises(NotFoundError, match="no such code was issued, or its signature is not good"):
        prover.make(BENT[name](prover.county, run, url))
    assert prover.proven(url).index == 0


def test_an_index_beyond_the_run_and_a_number_that_was_only_ordered_have_no_proof(
    prover: Prover, run: RunFacts
) -> None:
    county = prover.county
    cipher = county.keyring.ciphers[1]
    batch = county.batch(form=replace(BATCH, lot="YX26B1"))
    order_codes(county.store, county.producer, IssueForm(batch, 5, "order-2"))
    for number, index, lot in ((run.number, 600, run.lot), (run.number + 1, 0, "YX26B1")):
        serial = cipher.encode(number, index, 1)[0].tobytes().decode()
        with pytest.raises(NotFoundError, match="no such code"):
            prover.make(signed_uri(county, GTIN, lot, serial))


def test_a_revoked_key_still_proves_what_the_log_held_in_time(prover: Prover, run: RunFacts) -> None:
    url = uri_of(prover.county, run)
    in_time = prover.keyset(state=KeyState.REVOKED, revoked_at=run.ledger_index + 1)
    found = prover.proven(url, in_time)
    assert (found.key_is_revoked, found.index) == (True, 0)
    too_late = prover.keyset(state=KeyState.REVOKED, revoked_at=run.ledger_index)
    with pytest.raises(NotFoundError, match="no such code"):
        prover.make(url, too_late)
    file = replace(ProofFile.parse(prover.make(url)), keyset=keysets.publish(too_late, ROOT))
    with pytest.raises(InvalidInputError, match="confirms runs below entry") as caught:
        verify_proof(file.encode(), ROOT.key)
    assert (caught.value.extras["step"], caught.value.faults[0].field) == (6, "keyset")


def test_a_batch_that_the_run_does_not_name_is_no_fact_of_it(prover: Prover, run: RunFacts) -> None:
    county = prover.county
    other_lot = county.run(county.batch(form=replace(BATCH, lot="YX26B1")), 5, "order-2")
    prover.publish()
    mine, other = (ProofFile.parse(prover.make(uri_of(county, each))) for each in (run, other_lot))
    with pytest.raises(InvalidInputError, match="the one to be proven is entry") as caught:
        verify_proof(replace(mine, batch=other.batch).encode(), ROOT.key)
    assert (caught.value.extras["step"], caught.value.faults[0].field) == (7, "facts/batch/log_proof")


def test_all_entries_stand_under_one_checkpoint(prover: Prover, run: RunFacts) -> None:
    old = ProofFile.parse(prover.make(uri_of(prover.county, run)))
    prover.county.change(run, RangeKind.ACTIVATE, (0, 9))
    prover.publish()
    new = ProofFile.parse(prover.make(uri_of(prover.county, run)))
    for mixed in (replace(new, item=old.item), replace(old, enterprise=new.enterprise)):
        with pytest.raises(InvalidInputError, match="its checkpoint is not that of the run's entry") as caught:
            verify_proof(mixed.encode(), ROOT.key)
        assert caught.value.extras["step"] == 7


def test_a_clock_that_went_back_makes_no_file_that_is_refused(prover: Prover, run: RunFacts) -> None:
    code = parse_uri(uri_of(prover.county, run))
    assert isinstance(code, CodeUri)
    note = keysets.publish(prover.keyset(), ROOT)
    with prover.county.store.reading() as session:
        raw = prove_code(session, prover.county.keyring, note, code, NOW - timedelta(days=3))
    assert rfc3339(verify_proof(raw, ROOT.key).made_at) == rfc3339(NOW)


@pytest.mark.parametrize("place", [0, 40])
def test_stored_hashes_that_do_not_lead_to_the_run_s_entry_are_no_visitor_s_fault(
    prover: Prover, run: RunFacts, place: int
) -> None:
    """Wherever the damage is: under the code's own 256 leaves, or beside them."""
    code = parse_uri(uri_of(prover.county, run))
    assert isinstance(code, CodeUri)
    note = keysets.publish(prover.keyset(), ROOT)
    with prover.county.store.reading() as session:
        row = session.scalars(sa.select(IssueRun)).one()
        blob = bytearray(row.level8)
        blob[place] ^= 1
        set_committed_value(row, "level8", bytes(blob))
        with pytest.raises(LedgerError, match=r"level-8|do not lead to the root"):
            prove_code(session, prover.county.keyring, note, code, NOW)

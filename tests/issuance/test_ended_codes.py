"""The status list that acts lead to, against the golden one: run 42, codes 500 to 549 voided, another lot recalled."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from gimark.accounts.rules import Actor
from gimark.codes.cipher import SerialCipher
from gimark.issuance.ended import ended_codes, red_lots
from gimark.issuance.issuing import IssueForm, order_codes
from gimark.issuance.keyring import HeldKey, Keyring
from gimark.issuance.model import IssueOrder, IssueRun
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import RangeKind
from gimark.keys.signer import Ed25519Signer
from gimark.keys.statuslist import StatusList
from gimark.production.actions import recall_batch, register_batch
from tests.county import BATCH, County

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))
RUN = GOLDEN["run"]


def golden_keyring() -> Keyring:
    signer = Ed25519Signer(RUN["kid"], bytes.fromhex(GOLDEN["issuing_key"]["seed_hex"]))
    cipher = SerialCipher(bytes.fromhex(GOLDEN["serial_master_hex"]), GOLDEN["origin"])
    held = HeldKey(signer, date(2020, 1, 1), date(2099, 1, 1))
    return Keyring(GOLDEN["origin"], GOLDEN["hosts"][0], {RUN["kid"]: held}, {1: cipher})


@pytest.fixture
def run(county: County) -> RunFacts:
    """The golden run, issued in the county under the golden keys."""
    county.keyring = golden_keyring()
    batch = county.batch()
    order_codes(county.store, county.producer, IssueForm(batch, 1, "the order before"))
    with county.store.acting() as act:
        act.session.execute(update(IssueOrder).values(number=RUN["number"] - 1))
        act.commit()
    return county.run(batch, RUN["count"])


def marks(county: County) -> frozenset[bytes]:
    with county.store.reading() as session:
        return ended_codes(session, county.keyring)


def recall_other_lot(county: County, maker: Actor, lot: str) -> None:
    with county.store.acting() as act:
        batch = register_batch(act, maker, replace(BATCH, item_ref=county.other_item_ref, lot=lot))
        recall_batch(act, maker, batch.ref, "示例理由")
        act.commit()


def test_the_golden_run_issued_through_the_domain_commits_to_the_golden_root(county: County, run: RunFacts) -> None:
    assert (run.number, run.gtin, run.lot, run.count, run.kid) == tuple(
        RUN[name] for name in ("number", "gtin", "lot", "count", "kid")
    )
    with county.store.reading() as session:
        codes_root, level8 = session.execute(select(IssueRun.codes_root, IssueRun.level8)).one()
    assert codes_root.hex() == RUN["codes_root_hex"]
    assert level8.hex() == "".join(RUN["level8_hex"])


def test_what_acts_lead_to_is_the_golden_status_list(county: County, run: RunFacts) -> None:
    county.change(run, RangeKind.ACTIVATE, (0, 499))
    county.change(run, RangeKind.VOID, (500, 549), reason="整卷遗失")
    recall_other_lot(county, county.other_producer, "YX26B0101")
    with county.store.reading() as session:
        listed = StatusList(
            origin=GOLDEN["origin"],
            seq=3,
            published_at=datetime(2026, 3, 20, 4, 1, tzinfo=UTC),
            expires_at=datetime(2026, 4, 20, tzinfo=UTC),
            lots=red_lots(session),
            codes=ended_codes(session, county.keyring),
        )
    assert listed.text() == GOLDEN["log"]["status_note"].partition("\n\n")[0] + "\n"


def test_only_what_was_voided_or_returned_is_named(county: County, run: RunFacts) -> None:
    assert marks(county) == frozenset()
    county.change(run, RangeKind.ACTIVATE, (0, 99))
    county.change(run, RangeKind.REPRINT, (7, 7), reason="印坏")
    assert marks(county) == frozenset()
    county.change(run, RangeKind.VOID, (10, 19), (30, 34), reason="印坏")
    voided = marks(county)
    assert len(voided) == 15
    county.change(run, RangeKind.RETURN, (900, 999), reason="未用退回")
    assert len(marks(county)) == 115
    assert voided < marks(county)

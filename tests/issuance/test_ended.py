"""The status list says off line what the pages say on line of whole lots."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gimark.clock import local_day
from gimark.issuance.ended import red_lots
from gimark.jobs.kinds import PUBLISH_STATUS
from gimark.jobs.model import Job
from gimark.production.actions import amend_batch, confirm_batch, recall_batch
from gimark.production.model import Batch
from gimark.production.queries import terms_of
from gimark.registry.authorizations.rules import ChangeKind
from tests.county import BATCH, GTIN, PACKED_ON, County

LOT = (GTIN, BATCH.lot)


def red(county: County) -> dict[tuple[str, str], str]:
    with county.store.reading() as session:
        return red_lots(session)


def asked_for(county: County) -> int:
    """How many status lists acts have asked for."""
    with county.store.reading() as session:
        return len(session.scalars(select(Job).where(Job.kind == PUBLISH_STATUS)).all())


def test_a_lot_packed_under_its_authorization_is_not_named(county: County) -> None:
    county.batch()
    assert red(county) == {}


def test_a_lot_whose_authorization_had_ended_on_the_packing_date_is_named(county: County) -> None:
    county.batch()
    county.stop(ChangeKind.SUSPEND, PACKED_ON)
    assert red(county) == {LOT: "not_authorised"}


def test_a_lot_packed_before_the_authorization_ended_stays(county: County) -> None:
    county.batch()
    county.stop(ChangeKind.REVOKE, PACKED_ON + timedelta(days=1))
    assert red(county) == {}


def test_a_suspension_that_was_lifted_before_packing_leaves_no_trace(county: County) -> None:
    county.batch()
    county.stop(ChangeKind.SUSPEND, PACKED_ON - timedelta(days=3))
    county.stop(ChangeKind.RESTORE, PACKED_ON)
    assert red(county) == {}


def test_a_lot_that_was_never_confirmed_has_no_packing_date_to_judge(county: County) -> None:
    county.batch(confirmed=False)
    county.stop(ChangeKind.REVOKE)
    assert red(county) == {}


def test_a_recall_is_the_reason_that_is_named_first(county: County) -> None:
    ref = county.batch()
    county.stop(ChangeKind.SUSPEND, PACKED_ON)
    with county.store.acting() as act:
        recall_batch(act, county.regulator, ref, "示例理由", county.lead)
        act.commit()
    assert red(county) == {LOT: "recalled"}


@pytest.mark.parametrize("kind", [ChangeKind.SUSPEND, ChangeKind.REVOKE])
def test_ending_an_authorization_asks_for_a_new_list(county: County, kind: ChangeKind) -> None:
    before = asked_for(county)
    county.stop(kind)
    assert asked_for(county) == before + 1


def test_restoring_and_amending_ask_for_a_new_list(county: County) -> None:
    county.stop(ChangeKind.SUSPEND)
    before = asked_for(county)
    county.stop(ChangeKind.RESTORE)
    county.amend(number="示例-2026-0008")
    assert asked_for(county) == before + 2


def test_confirming_and_amending_a_batch_ask_for_a_new_list(county: County) -> None:
    ref = county.batch(confirmed=False)
    before = asked_for(county)
    with county.store.acting() as act:
        confirm_batch(act, county.producer, ref, BATCH.planned_g, local_day(act.now))
        act.commit()
    assert asked_for(county) == before + 1
    with county.store.acting() as act:
        batch = act.session.scalars(select(Batch).where(Batch.ref == ref)).one()
        amend_batch(act, county.producer, ref, terms_of(batch), "示例理由")
        act.commit()
    assert asked_for(county) == before + 2

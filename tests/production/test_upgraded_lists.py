"""What a stored release holds is in the lists of this version: everything, in order, each enterprise its own."""

from pathlib import Path

import pytest
from sqlalchemy import select

from gimark import migrations
from gimark.accounts.rules import Actor, Role
from gimark.clock import SystemClock
from gimark.issuance.lists import RunFilter, print_orders, runs
from gimark.issuance.model import IssueOrder, IssueRun
from gimark.issuance.printing import print_order
from gimark.issuance.rules import PrintFormat
from gimark.production.lists import BatchFilter, batches
from gimark.production.model import Batch
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from gimark.store.engine import open_engine
from gimark.store.paging import Wanted
from gimark.store.unit_of_work import Store
from tests.stored_release import RELEASES, unpack


@pytest.mark.parametrize("release", RELEASES)
def test_every_batch_run_and_print_order_of_a_release_is_listed_for_its_enterprise(
    release: str, tmp_path: Path
) -> None:
    stored = unpack(release, tmp_path / "stored")
    engine = open_engine(f"sqlite:///{stored.data_dir / 'gimark.db'}")
    migrations.upgrade(engine)
    seen = 0
    with Store(engine, SystemClock()).reading() as session:
        for enterprise_id in session.scalars(select(Enterprise.id)).all():
            actor = Actor(1, "producer", Role.PRODUCER_MANAGER, enterprise_id)
            own = select(Batch.ref).join(TradeItem, TradeItem.id == Batch.item_id)
            own = own.where(TradeItem.enterprise_id == enterprise_id).order_by(Batch.ledger_index)
            listed = [one.ref for one in batches(session, actor, Wanted(200), BatchFilter()).items]
            assert listed == list(session.scalars(own))
            issued = select(IssueRun.ref).join(IssueOrder, IssueOrder.id == IssueRun.order_id)
            issued = issued.where(IssueOrder.enterprise_id == enterprise_id).order_by(IssueRun.ledger_index)
            found = [one.facts.ref for one in runs(session, actor, Wanted(200), RunFilter()).items]
            assert found == list(session.scalars(issued))
            for listed_print in print_orders(session, actor, Wanted(200)).items:
                order = print_order(session, listed_print.ref)
                assert (order.format, order.skip, order.offset_um) == (PrintFormat.PDF, 0, (0, 0))
                seen += 1
            seen += len(listed) + len(found)
    engine.dispose()
    assert seen >= 3

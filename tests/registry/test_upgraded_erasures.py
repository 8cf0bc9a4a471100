"""Sole traders whom an earlier release erased: the act that left nothing but its entry has its row after an upgrade."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from gimark import migrations
from gimark.clock import FixedClock
from gimark.ledger import book
from gimark.registry.enterprises.model import PersonErasure
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from tests.conftest import NOW

BEFORE, AFTER = "0014", "0015"
TRADER = text(
    "INSERT INTO enterprise (ref, uscc, name_zh, kind, town_code, address, subject_salt, ledger_index)"
    " VALUES (:ref, :uscc, '某店', 'sole_trader', '999001001', '松坞镇', :salt, :index)"
)


@pytest.fixture
def store(tmp_path: Path, clock: FixedClock) -> Store:
    """A database as the release before left it: three sole traders, the second of them erased."""
    store = Store(open_engine(f"sqlite:///{tmp_path / 'gimark.db'}"), clock)
    migrations.upgrade(store.engine, BEFORE)
    with store.acting() as act:
        act.session.execute(text("INSERT INTO town (code, name_zh) VALUES ('999001001', '松坞镇')"))
        for place, salt in enumerate((b"s" * 16, None, None)):
            index = book.append(act, "enterprise.set", "regulator", subject="A" * 43 + "=")
            row = {"ref": f"e{place}" * 8, "uscc": f"9200095{place}", "salt": salt, "index": index}
            act.session.execute(TRADER, row)
        book.append(act, "correction", "regulator", entry=0, reason="与盐值无关")
        book.append(act, "correction", "regulator", entry=1, reason="本人申请")
        act.commit()
    return store


def test_an_erasure_of_an_earlier_release_is_found_in_the_ledger_and_one_without_an_entry_is_not_made_up(
    store: Store,
) -> None:
    migrations.upgrade(store.engine, AFTER)
    with store.reading() as session:
        (erasure,) = session.scalars(select(PersonErasure)).all()
        assert (erasure.enterprise_id, erasure.reason, erasure.ledger_index) == (2, "本人申请", 4)
        assert erasure.at == NOW.replace(microsecond=0)
    store.engine.dispose()

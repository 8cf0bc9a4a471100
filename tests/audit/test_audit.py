"""Whoever owns the database changes one value, adds or takes away one row: the audit names the entry that tells."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gimark import audit
from gimark.audit import Difference
from gimark.clock import FixedClock, local_day
from gimark.issuance.keys.actions import add_key, record_publication
from gimark.issuance.rules import RangeKind
from gimark.keys.keyset import IssuingKey, KeyState
from gimark.ledger import book, entries
from gimark.production.actions import recall_batch
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.enterprises.actions import EnterpriseForm, erase_person, register_enterprise
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.rights.amending import RightAmendment, amend_right
from gimark.registry.rights.evidence import Evidence
from gimark.registry.rights.model import SourceTag
from gimark.scans.actions import mark_code
from gimark.scans.model import MarkKind
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from tests.conftest import NOW
from tests.county import RIGHT, TOWN, make_county

TRADERS = ("92000952MA0YXA101B", "92331126MA00TEXT09")


@pytest.fixture(scope="module")
def finished(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a county in which every kind of act was done."""
    path = tmp_path_factory.mktemp("audit") / "gimark.db"
    shutil.copy(empty_sqlite, path)
    store = Store(open_engine(f"sqlite:///{path}"), FixedClock(NOW))
    county = make_county(store)
    today = local_day(NOW)
    with store.acting() as act:
        last = today + timedelta(days=300)
        add_key(act, IssuingKey("0007", "ed25519", b"\x07" * 32, today, last, KeyState.ACTIVE))
        record_publication(act, 1, b"a key set's note")
        act.commit()
    batch = county.batch()
    run = county.run(batch)
    county.change(run, RangeKind.ACTIVATE, (0, 99))
    for kind, span in ((RangeKind.VOID, (0, 9)), (RangeKind.RETURN, (900, 999)), (RangeKind.REPRINT, (20, 29))):
        county.change(run, kind, span, reason="示例理由")
    county.amend(labels_per_year=5_000)
    county.stop(ChangeKind.SUSPEND)
    with store.acting() as act:
        facts = replace(RIGHT, announcement="示例公告第 1 号").facts
        known = Evidence("示例公告", SourceTag.INVENTED)
        amend_right(act, county.regulator, county.right_ref, RightAmendment(facts, known, "示例理由"))
        for uscc in TRADERS:
            form = EnterpriseForm(uscc, f"云溪县{uscc[-4:]}菇行", EnterpriseKind.SOLE_TRADER, TOWN, "松坞镇 9 号")
            register_enterprise(act, county.regulator, form)
        erase_person(act, county.regulator, TRADERS[0], "本人申请")
        mark_code(act, county.regulator, run.ref, 30, MarkKind.COPIED, "示例理由")
        recall_batch(act, county.producer, batch, "示例理由")
        act.commit()
    store.engine.dispose()
    return path


@pytest.fixture
def store(finished: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it."""
    shutil.copy(finished, tmp_path / "gimark.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'gimark.db'}")
    yield Store(engine, FixedClock(NOW))
    engine.dispose()


def told(store: Store) -> list[Difference]:
    with store.reading() as session:
        return list(audit.differences(session))


def named(store: Store) -> set[str]:
    """The types of the entries that the audit names."""
    with store.reading() as session:
        return {str(entries.decode(book.entry(session, found.index))["type"]) for found in told(store)}


def tamper(store: Store, statement: str, *values: object) -> None:
    """What whoever owns the file can do: no triggers, no foreign keys, one row."""
    with closing(sqlite3.connect(str(store.engine.url.database))) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement, values).rowcount == 1
        connection.commit()


def test_a_county_in_which_only_acts_were_done_agrees_with_its_ledger(store: Store) -> None:
    assert named(store) == set()


@pytest.mark.parametrize(
    ("statement", "type_"),
    [
        ("UPDATE signing_key SET public = x'00'", "key.add"),
        ("UPDATE signing_key SET kid = '0008'", "key.add"),
        ("UPDATE signing_key SET valid_until = '2099-01-01'", "key.add"),
        ("UPDATE key_set_publication SET note = x'00'", "keyset.publish"),
        ("DELETE FROM key_set_publication", "keyset.publish"),
        ("UPDATE gi_product SET name_zh = '别的香菇'", "right.set"),
        ("UPDATE gi_right SET standard = 'GB/T 99953-2024'", "right.set"),
        ("UPDATE gi_right SET valid_until = '2030-01-01'", "right.set"),
        ("INSERT INTO gi_right_town SELECT 1, code FROM town ORDER BY code DESC LIMIT 1", "right.set"),
        ("DELETE FROM gi_right_town", "right.set"),
        ("UPDATE gi_right SET announcement = NULL", "right.set"),
        ('UPDATE gi_right_change SET before = \'{"announcement": "别的公告"}\'', "right.set"),
        ('UPDATE gi_right_change SET after = \'{"announcement": "别的公告"}\'', "right.set"),
        ("DELETE FROM gi_right_change", "right.set"),
        ("UPDATE enterprise SET name_zh = '云溪县冒名菌业有限公司' WHERE id = 1", "enterprise.set"),
        ("UPDATE enterprise SET uscc = '91331126MA00TEXT1X' WHERE id = 1", "enterprise.set"),
        ("UPDATE enterprise SET subject_salt = NULL WHERE subject_salt IS NOT NULL", "enterprise.set"),
        ("UPDATE enterprise SET subject_salt = zeroblob(16) WHERE contact IS NULL AND id = 3", "enterprise.set"),
        ("UPDATE person_erasure SET reason = '别的理由'", "correction"),
        ("DELETE FROM person_erasure", "correction"),
        ("UPDATE trade_item SET net_g = 500 WHERE id = 1", "item.set"),
        ("UPDATE trade_item SET name_zh = '云溪香菇 花菇 500 g' WHERE id = 1", "item.set"),
        ("UPDATE trade_item SET grade = NULL WHERE id = 1", "item.set"),
        ("UPDATE trade_item SET enterprise_id = 2 WHERE id = 1", "item.set"),
        ("DELETE FROM trade_item_right WHERE item_id = 1", "item.set"),
        ("UPDATE mark_authorization SET number = '示例-2026-9999' WHERE id = 1", "authorization.grant"),
        ('UPDATE mark_authorization SET classes = \'["dried", "fresh"]\' WHERE id = 1', "authorization.grant"),
        ("UPDATE mark_authorization SET valid_until = NULL WHERE id = 1", "authorization.grant"),
        ("UPDATE mark_authorization SET labels_per_year = 10 WHERE id = 1", "authorization.grant"),
        ("UPDATE mark_authorization SET enterprise_id = 2 WHERE id = 1", "authorization.grant"),
        ("UPDATE mark_authorization_change SET terms = '{}' WHERE kind = 'amend'", "authorization.amend"),
        (
            "UPDATE mark_authorization_change SET effective_on = '2030-01-01' WHERE kind = 'suspend'",
            "authorization.suspend",
        ),
        ("UPDATE mark_authorization_change SET kind = 'restore' WHERE kind = 'suspend'", "authorization.suspend"),
        (
            "UPDATE mark_authorization_change SET authorization_id = 2 WHERE kind = 'suspend'",
            "authorization.suspend",
        ),
        ("DELETE FROM mark_authorization_change WHERE kind = 'suspend'", "authorization.suspend"),
        ("UPDATE batch SET planned_g = 2500000", "batch.register"),
        ("UPDATE batch SET packed_g = 2500000", "batch.register"),
        ("UPDATE batch SET packed_on = date(packed_on, '+1 day')", "batch.register"),
        ("UPDATE batch SET harvested_until = date(harvested_until, '-1 day')", "batch.register"),
        ("UPDATE batch SET town_code = (SELECT max(code) FROM town)", "batch.register"),
        ("UPDATE batch SET lot = 'YX26A0318'", "batch.register"),
        ("UPDATE batch SET item_id = 2", "batch.register"),
        ("UPDATE batch SET is_recalled = 0", "batch.register"),
        ("DELETE FROM batch_authorization", "batch.register"),
        ("DELETE FROM batch_act WHERE kind = 'recall'", "batch.recall"),
        ("UPDATE batch_act SET entry = json_set(entry, '$.packed_g', 1) WHERE kind = 'confirm'", "batch.confirm"),
        ("UPDATE batch_volume SET issued_g = issued_g - 250", "batch.register"),
        ("UPDATE batch_volume SET activated_g = 0", "batch.register"),
        ("UPDATE season_volume SET base_g = base_g + 1", "enterprise.set"),
        ("DELETE FROM season_volume", "enterprise.set"),
        ("UPDATE season_codes SET returned = 0", "enterprise.set"),
        ("UPDATE season_codes SET season_on = '2025-07-01'", "enterprise.set"),
        ("UPDATE volume_movement SET issued_g = 250 WHERE kind = 'issue'", "run.issue"),
        ("UPDATE volume_movement SET activated_g = 250 WHERE kind = 'activate'", "run.activate"),
        ("DELETE FROM volume_movement WHERE kind = 'return'", "run.return"),
        ("UPDATE issue_run SET count = 1001", "run.issue"),
        ("UPDATE issue_run SET number = 2", "run.issue"),
        ("UPDATE issue_run SET gtin = '09521234500025'", "run.issue"),
        ("UPDATE issue_run SET lot = 'YX26A0318'", "run.issue"),
        ("UPDATE issue_run SET net_g = 500", "run.issue"),
        ("UPDATE issue_run SET kid = '0007'", "run.issue"),
        ("UPDATE issue_run SET epoch = 2", "run.issue"),
        ("UPDATE issue_run SET codes_root = zeroblob(32)", "run.issue"),
        ("DELETE FROM issue_run", "run.issue"),
        ("DELETE FROM run_authorization", "run.issue"),
        ("UPDATE range_span SET last = 499 WHERE first = 0 AND last = 99", "run.activate"),
        ("UPDATE range_span SET last = 0 WHERE first = 0 AND last = 9", "run.void"),
        ("INSERT INTO range_span SELECT id, 700, 799 FROM range_act WHERE kind = 'return'", "run.return"),
        ("DELETE FROM range_span WHERE first = 900", "run.return"),
        ("UPDATE range_act SET reason = '另一理由' WHERE kind = 'void'", "run.void"),
        ("UPDATE range_act SET kind = 'return' WHERE kind = 'void'", "run.void"),
        ("DELETE FROM range_act WHERE kind = 'reprint'", "run.reprint"),
        ("DELETE FROM enterprise_entry WHERE kind = 'batch'", "batch.register"),
        ("UPDATE enterprise_entry SET enterprise_id = 2 WHERE kind = 'run'", "run.issue"),
        ("UPDATE enterprise_entry SET kind = 'batch' WHERE kind = 'run'", "run.issue"),
        ("UPDATE code_mark SET note = '别的理由'", "private"),
        ("UPDATE code_mark SET kind = 'display'", "private"),
        ("DELETE FROM code_mark", "private"),
    ],
)
def test_a_changed_row_is_told_by_its_entry(store: Store, statement: str, type_: str) -> None:
    tamper(store, statement)
    assert type_ in named(store)


def test_an_act_in_the_tables_without_an_entry_of_its_own_is_told(store: Store) -> None:
    columns = "run_id, kind, reason, at"
    tamper(
        store,
        f"INSERT INTO range_act (ref, {columns}, ledger_index)"  # noqa: S608 - names of this test
        f" SELECT 'aaaaaaaaaaaaaaaa', {columns}, 9999 FROM range_act WHERE kind = 'reprint'",
    )
    assert [found.what for found in told(store) if found.index == 9999] == [
        "a row points at an entry that is not in the ledger"
    ]


def test_an_entry_that_no_act_stands_behind_is_told(store: Store) -> None:
    with store.acting() as act:
        index = book.append(act, "batch.recall", "regulator", batch=0, reason="没有这件事")
        act.commit()
    assert told(store) == [Difference(index, "batch.recall: the tables have no such act")]


def test_an_entry_that_was_written_over_is_told(store: Store) -> None:
    with store.reading() as session:
        index = book.size(session) - 1
        body = entries.decode(book.entry(session, index))
    written = entries.encode(body | {"reason": "改写的理由"})
    tamper(store, "UPDATE log_entry SET body = ? WHERE idx = ?", written, index)
    assert {found.index for found in told(store)} == {index}
    assert all("改写的理由" in found.what for found in told(store))


def test_a_ledger_longer_than_is_read_at_a_time_is_audited_to_its_end(store: Store) -> None:
    with store.acting() as act:
        for _ in range(book.PORTION):
            book.append(act, "rule.set", "regulator", rule="示例", value=1, source="示例", **{"from": "2026-01-01"})
        index = book.append(act, "batch.recall", "regulator", batch=0, reason="没有这件事")
        act.commit()
    assert [found.index for found in told(store)] == [index]

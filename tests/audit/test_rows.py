"""Rows changed behind the acts' back: the ledger check names the entry that they no longer agree with."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from gimark import audit
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import RangeKind
from gimark.ledger import triggers
from gimark.production.actions import recall_batch
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.enterprises.actions import EnterpriseForm, erase_person, register_enterprise
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.store.unit_of_work import Store
from tests.county import TOWN, County, make_county

TRADER, TRADER_USCC = "云溪县某某山货店", "92000952MA0YXA101B"
TIMES = [
    ("mark_authorization", "granted_at"),
    ("mark_authorization_change", "at"),
    ("batch", "registered_at"),
    ("batch_act", "at"),
    ("issue_run", "issued_at"),
    ("range_act", "at"),
]


@pytest.fixture
def county(store: Store) -> County:
    return make_county(store)


@pytest.fixture
def run(county: County) -> RunFacts:
    """A run with an act of every kind around it, each an hour after the one before."""
    batch = county.batch()
    run = county.run(batch)
    pass_hours(county, 1)
    county.change(run, RangeKind.ACTIVATE, (0, 99))
    pass_hours(county, 1)
    county.change(run, RangeKind.VOID, (0, 9), reason="印坏")
    pass_hours(county, 1)
    county.amend(number="示例-2026-0008")
    county.stop(ChangeKind.SUSPEND)
    with county.store.acting() as act:
        recall_batch(act, county.producer, batch, "示例召回")
        act.commit()
    return run


def pass_hours(county: County, hours: int) -> None:
    county.store.clock.at += timedelta(hours=hours)  # type: ignore[attr-defined]


def found(county: County) -> list[str]:
    with county.store.reading() as session:
        return [difference.what for difference in audit.differences(session)]


def tamper(county: County, table: str, statement: str) -> None:
    """Run `statement` on `table` as whoever owns the database can: its triggers are taken away first."""
    with county.store.engine.begin() as connection:
        for name in triggers.names(connection, [table]):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        assert connection.execute(text(statement)).rowcount > 0


def shifted(table: str, column: str, shift: str) -> str:
    first = f"(SELECT min(ledger_index) FROM {table})"  # noqa: S608 - names of this file
    moved = f"strftime('%Y-%m-%d %H:%M:%f000', {column}, '{shift}')"
    return f"UPDATE {table} SET {column} = {moved} WHERE ledger_index = {first}"  # noqa: S608 - names of this file


def register_trader(county: County) -> None:
    form = EnterpriseForm(TRADER_USCC, TRADER, EnterpriseKind.SOLE_TRADER, TOWN, "云溪县松坞镇岭下路 9 号")
    with county.store.acting() as act:
        register_enterprise(act, county.regulator, form)
        act.commit()


def test_untouched_rows_agree_with_their_entries(county: County, run: RunFacts) -> None:
    assert found(county) == []


@pytest.mark.parametrize("claimed", ["issue_run", "batch"])
def test_a_second_row_that_claims_the_same_entry_is_told(county: County, run: RunFacts, claimed: str) -> None:
    columns = "batch_id, kind, entry, reason, at"
    row = f"SELECT {columns}, (SELECT ledger_index FROM {claimed}) FROM batch_act WHERE kind = 'recall'"  # noqa: S608
    tamper(county, "batch_act", f"INSERT INTO batch_act ({columns}, ledger_index) {row}")
    assert [what for what in found(county) if "claims this entry already" in what]


@pytest.mark.parametrize("stored", ["zeroblob(128)", "substr(level8, 1, 96)", "substr(level8, 1, 127)", "x''"])
def test_stored_hashes_that_do_not_lead_to_the_committed_root_are_told(
    county: County, run: RunFacts, stored: str
) -> None:
    tamper(county, "issue_run", f"UPDATE issue_run SET level8 = {stored}")  # noqa: S608
    assert found(county) == ["level8: the stored hashes do not lead to codes_root"]


def test_a_reason_changed_beside_its_entry_is_told(county: County, run: RunFacts) -> None:
    tamper(county, "batch_act", "UPDATE batch_act SET reason = '无' WHERE kind = 'recall'")
    assert found(county) == ["batch.recall reason: row '无', entry '示例召回'"]


def test_a_movement_of_another_kind_is_told(county: County, run: RunFacts) -> None:
    tamper(county, "volume_movement", "UPDATE volume_movement SET kind = 'return' WHERE kind = 'void'")
    (what,) = found(county)
    assert "'return'" in what
    assert "'void'" in what


@pytest.mark.parametrize("shift", ["+1 day", "+1 second"])
@pytest.mark.parametrize(("table", "column"), TIMES)
def test_a_row_dated_later_than_its_entry_is_told(
    county: County, run: RunFacts, table: str, column: str, shift: str
) -> None:
    tamper(county, table, shifted(table, column, shift))
    assert [what for what in found(county) if " t: ledger " in what]


@pytest.mark.parametrize(("table", "column"), [("range_act", "at"), ("mark_authorization_change", "at")])
def test_a_row_dated_earlier_than_its_entry_is_told_though_a_clock_may_go_back(
    county: County, run: RunFacts, table: str, column: str
) -> None:
    tamper(county, table, shifted(table, column, "-1 second"))
    assert [what for what in found(county) if " t: ledger " in what]


def test_a_clock_that_went_back_is_no_difference(county: County, run: RunFacts) -> None:
    pass_hours(county, -30)
    county.amend(number="示例-2026-0009")
    assert found(county) == []


def test_an_amendment_said_to_be_in_force_on_another_day_is_told(county: County, run: RunFacts) -> None:
    tamper(
        county,
        "mark_authorization_change",
        "UPDATE mark_authorization_change SET effective_on = '2026-03-02' WHERE kind = 'amend'",
    )
    (what,) = found(county)
    assert what.endswith("row in force from 2026-03-02")


def test_an_erased_trader_agrees_with_the_entry_and_one_that_was_not_erased_by_an_act_is_told(county: County) -> None:
    register_trader(county)
    assert found(county) == []
    with county.store.acting() as act:
        erase_person(act, county.regulator, TRADER_USCC, "本人申请")
        act.commit()
    assert found(county) == []
    tamper(county, "person_erasure", "DELETE FROM person_erasure")
    assert sorted(found(county)) == ["correction: the tables have no such act", "subject: the salt is gone"]


@pytest.mark.parametrize(
    "change",
    ["name_zh = '别的店'", "subject_salt = zeroblob(16)", "kind = 'company'", "subject_salt = NULL, kind = 'other'"],
)
def test_a_trader_s_name_is_told_to_nobody(county: County, change: str) -> None:
    register_trader(county)
    tamper(county, "enterprise", f"UPDATE enterprise SET {change} WHERE kind = 'sole_trader'")  # noqa: S608
    told = found(county)
    assert told
    assert not [what for what in told if TRADER in what or TRADER_USCC in what or "别的店" in what]


def test_a_company_passed_off_as_an_erased_trader_is_told(county: County) -> None:
    tamper(county, "enterprise", "UPDATE enterprise SET kind = 'sole_trader' WHERE id = 1")
    assert "enterprise.set subject: ledger None, row erased" in found(county)

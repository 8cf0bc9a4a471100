"""`gimark authorization …`, `gimark batch amend` and a large `gimark issue`: what people do at a terminal."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from api.installation import Installation
from gimark import audit
from gimark.issuance.issuing import MOST_AT_ONCE, order_codes
from gimark.issuance.model import IssueRun
from gimark.ledger import book, entries
from gimark.registry.enterprises.actions import EnterpriseForm, register_enterprise
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.store.unit_of_work import Store
from scripts.cli import issuing, office
from tests.api.site import installation
from tests.county import BATCH, FAR_TOWN, TERMS, TOWN, USCC, County, make_county
from tests.scripts.cli.terminal import gimark, sit_at

TRADER = "92000952MA0YXA101B"


@pytest.fixture
def county(store: Store) -> County:
    return make_county(store)


@pytest.fixture
def here(county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    here = installation(county, tmp_path / "data")
    sit_at(here, monkeypatch)
    return here


def last_entry(county: County) -> dict[str, object]:
    with county.store.reading() as session:
        assert list(audit.differences(session)) == []
        return entries.decode(book.entry(session, book.size(session) - 1))


@pytest.mark.usefixtures("here")
def test_a_right_is_granted_by_name_suspended_restored_and_revoked(county: County) -> None:
    county.right(TOWN)
    terms = ("--class", "dried", "--class", "fresh", "--number", "示例-2026-0100", "--from", "2026-11-01")
    told = gimark("authorization", "grant", USCC, "云溪香菇/certification_mark", *terms, "--as", "regulator").output
    found = re.search(r"authorization (\w{16})", told)
    assert found is not None
    ref = found[1]
    granted = last_entry(county)
    assert (granted["classes"], granted["until"]) == (["dried", "fresh"], None)
    assert "labels_per_year" not in granted
    for kind in ("suspend", "restore", "revoke"):
        stop = ("authorization", kind, ref, "--reason", "示例理由", "--from", "2026-11-20", "--as", "regulator")
        asked = re.search(r"gimark approve (\w{16})", gimark(*stop).output)
        if asked is not None:
            gimark("approve", asked[1], "--as", "lead")
        assert (asked is not None) == (kind == "revoke")
        said = last_entry(county)
        assert (said["type"], said["reason"], said["from"]) == (f"authorization.{kind}", "示例理由", "2026-11-20")
    refused = gimark("authorization", "restore", ref, "--reason", "晚了", "--as", "regulator", code=1)
    assert "不能再 restore" in refused.output


@pytest.mark.usefixtures("here")
def test_an_amendment_changes_what_is_given_and_keeps_the_rest(county: County) -> None:
    amend = ("authorization", "amend", county.authorization_ref, "--reason", "示例理由", "--as", "regulator")
    gimark(*amend, "--labels-per-year", "5000", "--until", "open")
    said = last_entry(county)
    assert (said["number"], said["classes"], said["from"]) == (TERMS.number, ["dried"], "2026-03-02")
    assert (said["labels_per_year"], said["until"]) == (5000, None)
    gimark(
        *amend, "--labels-per-year", "none", "--until", "2029-03-01", "--class", "fresh", "--number", "示例-2026-0101"
    )
    said = last_entry(county)
    assert (said["number"], said["classes"], said["until"]) == ("示例-2026-0101", ["fresh"], "2029-03-01")
    assert "labels_per_year" not in said
    for wrong in (("--labels-per-year", "0"), ("--labels-per-year", "x"), ("--until", "2029"), ("--class", "canned")):
        gimark(*amend, *wrong, code=1)


@pytest.mark.usefixtures("here")
def test_the_list_gives_the_references_and_a_producer_sees_its_own(county: County) -> None:
    everyone = gimark("authorization", "list", "--as", "regulator").output
    own = gimark("authorization", "list", "--as", county.producer.name).output
    one = gimark("authorization", "list", "--enterprise", USCC, "--as", "regulator").output
    assert (everyone.count(TERMS.number), own.count(TERMS.number), one.count(TERMS.number)) == (2, 1, 1)
    for told in (everyone, own, one):
        assert county.authorization_ref in told


@pytest.mark.usefixtures("here")
def test_a_right_is_amended_in_what_is_given(county: County) -> None:
    known = ("--source", "示例公告", "--tag", "publication", "--reason", "补登", "--as", "regulator")
    amend = ("right", "amend", "云溪香菇/gi_product", *known)
    gimark(*amend, "--announcement", "示例第 1 号", "--area", FAR_TOWN, "--area", TOWN, "--standard", "unknown")
    said = last_entry(county)
    assert (said["announcement"], said["standard"], said["area"]) == ("示例第 1 号", None, [TOWN, FAR_TOWN])
    told = gimark("right", "list", "--as", "regulator").output
    assert county.right_ref in told
    assert "示例第 1 号" in told
    confirmed = ("--confirmed-by", "李某", "--confirmed-on", "2026-11-20")
    gimark("right", "amend", county.right_ref, *known, "--from", "2020-02-01", "--until", "2039-12-31", *confirmed)
    assert (last_entry(county)["from"], last_entry(county)["until"]) == ("2020-02-01", "2039-12-31")
    for wrong in (("--until", "2027-01-01"), ("--until", "2039"), confirmed[:2], ("--tag", "rumour"), ()):
        gimark(*amend, *wrong, code=1)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("right", ["云溪香菇/agi", "云溪木耳/gi_product", "gi_product", "/", "nowhere"])
def test_an_unknown_right_is_said_to_be_unknown(right: str) -> None:
    terms = ("--class", "dried", "--number", "示例", "--from", "2026-11-01")
    told = gimark("authorization", "grant", USCC, right, *terms, "--as", "regulator", code=1).output
    assert "right：没有找到" in told


@pytest.mark.usefixtures("here")
def test_only_the_regulator_acts_on_authorizations(county: County) -> None:
    stop = ("authorization", "revoke", county.authorization_ref, "--reason", "示例理由", "--as", county.producer.name)
    assert "不能做这件事" in gimark(*stop, code=1).output


@pytest.mark.usefixtures("here")
def test_a_batch_is_amended_in_what_is_given(county: County) -> None:
    ref = county.batch()
    amend = ("batch", "amend", ref, "--reason", "示例理由", "--as", county.producer.name)
    gimark(*amend, "--packed-kg", "240.5", "--packed-on", "2026-11-13", "--harvested", "2026-10-02..2026-10-20")
    said = last_entry(county)
    assert (said["type"], said["packed_g"], said["packed_on"]) == ("batch.amend", 240_500, "2026-11-13")
    assert (said["harvested_from"], said["harvested_until"]) == ("2026-10-02", "2026-10-20")
    assert (said["planned_g"], said["town"]) == (BATCH.planned_g, TOWN)
    gimark(*amend, "--planned-kg", "251")
    assert last_entry(county)["planned_g"] == 251_000
    assert "town" in gimark(*amend, "--town", FAR_TOWN, code=1).output


@pytest.mark.usefixtures("here")
def test_a_large_order_is_issued_here_and_now_and_a_repeat_gives_the_same_run(county: County) -> None:
    kilograms = str((MOST_AT_ONCE + 1) // 4 + 1)
    ref = county.batch(confirmed=False)
    gimark("batch", "amend", ref, "--planned-kg", kilograms, "--reason", "示例理由", "--as", county.producer.name)
    order = ("issue", ref, str(MOST_AT_ONCE + 1), "--key", "large", "--as", county.producer.name)
    first, again = gimark(*order).output, gimark(*order).output
    with county.store.reading() as session:
        ((ref, count),) = session.execute(select(IssueRun.ref, IssueRun.count))
    assert count == MOST_AT_ONCE + 1
    for told in (first, again):
        assert ref in told


@pytest.mark.usefixtures("here")
def test_a_large_order_that_fails_says_why(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = county.batch(confirmed=False)
    kilograms = str((MOST_AT_ONCE + 1) // 4 + 1)
    gimark("batch", "amend", ref, "--planned-kg", kilograms, "--reason", "示例理由", "--as", county.producer.name)

    def order_then_recall(*given: object) -> str:
        made = order_codes(*given)  # type: ignore[arg-type]
        gimark("batch", "recall", ref, "--reason", "示例召回", "--as", county.producer.name)
        return made

    monkeypatch.setattr(issuing, "order_codes", order_then_recall)
    told = gimark("issue", ref, str(MOST_AT_ONCE + 1), "--key", "late", "--as", county.producer.name, code=1).output
    assert "没有赋码" in told
    assert "批次已召回" in told


@pytest.mark.usefixtures("here")
def test_references_are_whole_on_a_narrow_terminal(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office.console, "width", 40)
    ref = county.batch()
    assert county.authorization_ref in gimark("authorization", "list", "--as", "regulator").output
    assert ref in gimark("batch", "list", "--as", county.producer.name).output


@pytest.mark.usefixtures("here")
def test_the_list_of_batches_gives_back_references_that_were_lost(county: County) -> None:
    ref = county.batch()
    run = county.run(ref)
    county.batch(confirmed=False, form=replace(BATCH, lot="YX-LATER"))
    told = gimark("batch", "list", "--as", county.producer.name).output
    line = next(line for line in told.splitlines() if ref in line)
    assert all(said in line for said in (BATCH.lot, "250 kg", "2026-11-12", run.ref, "1,000"))
    assert "YX-LATER" in told
    assert ref not in gimark("batch", "list", "--lot", "YX-LATER", "--as", county.producer.name).output
    assert ref not in gimark("batch", "list", "--as", county.other_producer.name).output
    assert ref in gimark("batch", "list", "--as", "regulator").output


@pytest.mark.usefixtures("here")
def test_every_act_on_a_batch_and_its_codes_says_where_it_stands_in_the_ledger(county: County) -> None:
    ref = county.batch(confirmed=False)
    mine = ("--as", county.producer.name)
    for arguments in (
        ("batch", "confirm", ref, "250", "2026-11-12"),
        ("batch", "amend", ref, "--reason", "示例理由", "--packed-kg", "240"),
        ("batch", "recall", ref, "--reason", "示例理由"),
    ):
        told = gimark(*arguments, *mine).output
        with county.store.reading() as session:
            assert told.rstrip().endswith(f"ledger {book.size(session) - 1}")


@pytest.mark.usefixtures("here")
def test_a_sole_trader_is_erased_after_a_warning_and_a_word_of_consent(county: County) -> None:
    form = EnterpriseForm(TRADER, "云溪县王五菇行", EnterpriseKind.SOLE_TRADER, TOWN, "松坞镇 9 号")
    with county.store.acting() as act:
        register_enterprise(act, county.regulator, form)
        act.commit()
    erase = ("enterprise", "erase", TRADER, "--reason", "本人依法申请", "--as", "regulator")
    assert "It cannot be undone" in gimark(*erase, typed="n\n", code=1).output
    gimark(*erase, "--yes")
    assert last_entry(county)["type"] == "correction"
    assert "早已撤下" in gimark(*erase, "--yes", code=1).output

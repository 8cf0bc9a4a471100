"""A right is amended: what was learned later, or became so, takes the place of what stood there, and history stays."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from gimark import audit, explorer
from gimark.accounts.rules import Actor
from gimark.clock import FixedClock
from gimark.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gimark.issuance.labelling import LabelFacts, label_facts
from gimark.issuance.queries import visible_run
from gimark.ledger import book, entries
from gimark.production.actions import register_batch
from gimark.registry.authorizations.rules import ChangeKind
from gimark.registry.rights.amending import RightAmendment, amend_right
from gimark.registry.rights.evidence import Confirmation, Evidence
from gimark.registry.rights.facts import RightFacts
from gimark.registry.rights.model import FactName, SourceTag
from gimark.registry.rights.queries import RightRecord, right
from gimark.store.unit_of_work import Store
from tests.county import BATCH, FAR_TOWN, RIGHT, TERMS, TOWN, County, make_county, on_both

NUMBER = "国家知识产权局公告 示例第 1 号"
CONFIRMED = Evidence("示例公告", SourceTag.PUBLICATION, Confirmation("李某", date(2026, 11, 20)))


@pytest.fixture
def county(request: pytest.FixtureRequest, clock: FixedClock) -> County:
    return make_county(Store(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_engine"), clock))


def amend(
    county: County, *, known: Evidence = CONFIRMED, reason: str = "补登公告号", ref: str = "", **facts: object
) -> int:
    """The ledger index of the amendment."""
    form = RightAmendment(replace(_facts(now(county)), **facts), known, reason)  # type: ignore[arg-type]
    with county.store.acting() as act:
        index = amend_right(act, county.regulator, ref or county.right_ref, form).ledger_index
        act.commit()
    return index


def now(county: County) -> RightRecord:
    with county.store.reading() as session:
        return right(session, county.regulator, county.right_ref)


def _facts(record: RightRecord) -> RightFacts:
    names = RightFacts.__dataclass_fields__
    return RightFacts(**{name: getattr(record, name) for name in names})


def entry(county: County, index: int) -> dict[str, object]:
    with county.store.reading() as session:
        return entries.decode(book.entry(session, index))


def differences(county: County) -> list[audit.Difference]:
    with county.store.reading() as session:
        return list(audit.differences(session))


def labelled(county: County, run_ref: str) -> LabelFacts:
    with county.store.reading() as session:
        return label_facts(session, visible_run(session, county.producer, run_ref))


@on_both
def test_a_number_learned_later_is_printed_from_then_on_and_the_first_entry_stays(county: County) -> None:
    run, first = county.run(county.batch()), now(county)
    assert [known.announcement for known in labelled(county, run.ref).rights] == [None]
    index = amend(county, announcement=NUMBER)
    assert [known.announcement for known in labelled(county, run.ref).rights] == [NUMBER]
    logged = {name: value for name, value in entry(county, index).items() if name not in audit.ENVELOPE}
    before = {name: value for name, value in entry(county, first.ledger_index).items() if name not in audit.ENVELOPE}
    assert logged == before | {"announcement": NUMBER, "amends": first.ledger_index}
    assert now(county).ledger_index == first.ledger_index
    assert differences(county) == []


def test_an_amendment_keeps_the_evidence_of_what_stays(county: County) -> None:
    amend(county, announcement=NUMBER)
    other = Evidence("另一公告", SourceTag.STATUTE)
    amend(county, standard="GB/T 99952-2026", known=other)
    assert now(county).evidence == {FactName.ANNOUNCEMENT: CONFIRMED, FactName.STANDARD: other}
    amend(county, announcement=None)
    record = now(county)
    assert record.evidence == {FactName.STANDARD: other}
    assert (record.source, record.source_tag) == (RIGHT.source, RIGHT.source_tag)


def test_history_tells_each_change_with_what_was_there_before(county: County) -> None:
    amend(county, announcement=NUMBER)
    amend(county, announcement=NUMBER + "（更正）", towns=(FAR_TOWN, TOWN), holder=None, reason="更正")
    first, second = now(county).changes
    assert first.facts == ((FactName.ANNOUNCEMENT, None, NUMBER),)
    assert second.reason == "更正"
    assert second.facts == (
        (FactName.HOLDER, RIGHT.holder, None),
        (FactName.ANNOUNCEMENT, NUMBER, NUMBER + "（更正）"),
        (FactName.AREA, [TOWN], [TOWN, FAR_TOWN]),
    )
    assert first.ledger_index < second.ledger_index
    assert differences(county) == []


def test_what_the_ledger_does_not_hold_is_amended_with_an_entry_too(county: County) -> None:
    index = amend(county, defined_grades=("特级", "一级"), printed_texts=("示例文字",))
    assert entry(county, index)["amends"] == now(county).ledger_index
    assert now(county).defined_grades == ("特级", "一级")
    assert differences(county) == []


@on_both
def test_amendments_are_found_in_the_ledger_as_what_they_are(county: County) -> None:
    index = amend(county, announcement=NUMBER)
    with county.store.reading() as session:
        found = explorer.newest(session, limit=10, type_="right.set").entries
    assert [one.index for one in found] == [index, now(county).ledger_index]


def test_a_batch_is_registered_where_the_area_is_now(county: County) -> None:
    form = replace(BATCH, item_ref=county.item_ref, town_code=FAR_TOWN)
    with county.store.acting() as act, pytest.raises(InvalidInputError):
        register_batch(act, county.producer, form)
    amend(county, towns=(TOWN, FAR_TOWN))
    with county.store.acting() as act:
        register_batch(act, county.producer, form)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, [""]),
        ({"standard": "S" * 61, "towns": ()}, ["standard", "area"]),
        ({"towns": ("999001099",)}, ["area"]),
        ({"valid_until": date(2019, 12, 31)}, ["until"]),
        ({"holder": ""}, ["holder"]),
        ({"announcement": NUMBER, "reason": " "}, ["reason"]),
        ({"announcement": NUMBER, "known": Evidence("", SourceTag.MEMORY)}, ["source", "source_tag"]),
    ],
)
def test_an_amendment_that_no_entry_could_hold_is_refused(
    county: County, changes: dict[str, object], fields: Iterable[str]
) -> None:
    before = now(county)
    with pytest.raises(InvalidInputError) as caught:
        amend(county, **changes)  # type: ignore[arg-type]
    assert [fault.field for fault in caught.value.faults] == fields
    assert now(county) == before


def test_a_right_is_not_ended_under_an_authorization_that_can_still_be_used(county: County) -> None:
    last = date(2027, 12, 31)
    for dates in ({"valid_until": last}, {"valid_from": date(2026, 3, 3)}):
        with pytest.raises(ConflictError) as caught:
            amend(county, **dates)
        assert TERMS.number in caught.value.faults[0].reason_en
    assert now(county).changes == ()
    assert amend(county, announcement=NUMBER)


def test_a_right_ends_once_nothing_permits_to_use_it(county: County) -> None:
    only = county.right(TOWN)
    granted = county.grant(only)
    with pytest.raises(ConflictError):
        _end(county, only)
    county.authorization_ref = granted
    county.amend(valid_until=date(2026, 12, 31))
    assert _end(county, only).ledger_index


def _end(county: County, ref: str) -> RightRecord:
    with county.store.acting() as act:
        facts = replace(_facts(right(act.session, county.regulator, ref)), valid_until=date(2026, 12, 31))
        amend_right(act, county.regulator, ref, RightAmendment(facts, CONFIRMED, "期满不续"))
        record = right(act.session, county.regulator, ref)
        act.commit()
    return record


def test_only_the_regulator_amends_and_only_what_is_there(county: County) -> None:
    form = RightAmendment(replace(_facts(now(county)), announcement=NUMBER), CONFIRMED, "补登")

    def tried(actor: Actor, ref: str) -> None:
        with county.store.acting() as act:
            amend_right(act, actor, ref, form)

    with pytest.raises(NotAllowedError):
        tried(county.producer, county.right_ref)
    with pytest.raises(NotFoundError):
        tried(county.regulator, "0" * 16)


def test_a_suspended_authorization_still_holds_the_right_s_dates(county: County) -> None:
    county.stop(ChangeKind.SUSPEND)
    with pytest.raises(ConflictError):
        amend(county, valid_until=date(2027, 1, 1))

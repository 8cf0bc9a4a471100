"""From the first label to the last: how many, of which run, in what state; and every label that does not belong."""

from dataclasses import dataclass, replace

import pytest

from gimark.accounts.rules import Actor
from gimark.codes.serial import typed_form
from gimark.errors import InvalidInputError
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import CodeState, RangeKind
from gimark.production.actions import register_batch
from gimark.scans.between import Between, LabelPlace, between, label_place
from gimark.store.unit_of_work import Store
from tests.county import BATCH, County, make_county
from tests.scans.desk import keyset_of, uri_of


@dataclass
class Table:
    """A producer with labels in hand."""

    county: County
    run: RunFacts

    def label(self, index: int, run: RunFacts | None = None) -> str:
        """The whole address on a label."""
        return uri_of(self.county, run or self.run, index)

    def between(self, first: str, last: str, actor: Actor | None = None) -> Between:
        with self.county.store.reading() as session:
            keyset = keyset_of(self.county)
            return between(session, actor or self.county.producer, self.county.keyring, keyset, first, last)

    def place(self, text: str) -> LabelPlace:
        with self.county.store.reading() as session:
            return label_place(session, self.county.producer, self.county.keyring, keyset_of(self.county), text)

    def refusal(self, first: str, last: str, actor: Actor | None = None) -> tuple[str, str]:
        with pytest.raises(InvalidInputError) as caught:
            self.between(first, last, actor)
        [fault] = caught.value.faults
        return fault.field, fault.reason_zh


@pytest.fixture
def table(store: Store) -> Table:
    county = make_county(store)
    run = county.run(county.batch(), 300)
    county.change(run, RangeKind.ACTIVATE, (0, 49))
    county.change(run, RangeKind.VOID, (60, 69), reason="示例")
    return Table(county, run)


def test_it_says_how_many_of_which_run_and_in_what_state(table: Table) -> None:
    found = table.between(table.label(40), table.label(79))
    assert (found.span, found.count) == ((40, 79), 40)
    assert (found.first.run.facts.ref, found.first.batch.lot) == (table.run.ref, BATCH.lot)
    counts = {state: found.number_in(state) for state in CodeState}
    assert counts == {CodeState.ISSUED: 20, CodeState.ACTIVE: 10, CodeState.VOIDED: 10, CodeState.RETURNED: 0}
    kept = [(part.first, part.last) for part in found.kept_from(RangeKind.ACTIVATE)]
    assert kept == [(40, 49), (60, 69)]
    assert [(part.first, part.last) for part in found.kept_from(RangeKind.RETURN)] == [(60, 69)]


def test_one_label_twice_is_a_range_of_one(table: Table) -> None:
    found = table.between(table.label(7), table.label(7))
    assert (found.count, found.first.state, found.first.typed) == (1, CodeState.ACTIVE, found.last.typed)


def test_a_label_is_read_as_scanned_typed_or_typed_through_a_chinese_input_method(table: Table) -> None:
    place = table.place(table.label(7))
    assert (place.index, place.run.facts.ref) == (7, table.run.ref)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in table.label(7))
    for text in (place.serial, place.typed, place.typed.lower(), f"  {table.label(7)}\r\n", wide):
        assert table.place(text).index == 7


def test_labels_of_two_runs_are_no_range(table: Table) -> None:
    other = table.county.run(table.county.batch(form=replace(BATCH, lot="OTHER")), 10, "other")
    field, reason = table.refusal(table.label(0), table.label(3, other))
    assert field == "last"
    assert "OTHER" in reason


def test_a_range_the_wrong_way_round_is_said_to_be_one(table: Table) -> None:
    assert table.refusal(table.label(20), table.label(10)) == ("last", "末枚（第 11 枚）在首枚（第 21 枚）之前")


def test_another_s_label_is_told_like_one_that_was_never_issued(table: Table) -> None:
    with table.county.store.acting() as act:
        form = replace(BATCH, item_ref=table.county.other_item_ref)
        batch = register_batch(act, table.county.other_producer, form).ref
        act.commit()
    foreign = issue_codes(
        table.county.store, table.county.keyring, table.county.other_producer, IssueForm(batch, 5, "foreign")
    )
    never = typed_form(table.county.keyring.ciphers[1].encode(9_999, 0, 1)[0].tobytes().decode())
    assert table.refusal(table.label(3, foreign), table.label(5)) == table.refusal(never, table.label(5))
    assert table.refusal(table.label(5), table.label(3, foreign)) == ("last", "本企业没有这枚标识")
    assert table.between(table.label(3, foreign), table.label(4, foreign), table.county.regulator).count == 2


def test_a_label_whose_signature_is_of_another_code_is_refused(table: Table) -> None:
    head, _, _ = table.label(5).partition("?s=")
    _, _, token = table.label(6).partition("?s=")
    assert table.refusal(f"{head}?s={token}", table.label(7)) == ("first", "二维码里的签名与号码不符")


@pytest.mark.parametrize(
    "text", ["", "hello", "https://evil.example/01/09521234500018/10/A/21/38GPERNQBQTSA", "/", "https://", "x" * 5_000]
)
def test_what_is_no_label_is_refused_in_its_field(table: Table, text: str) -> None:
    assert table.refusal(text, table.label(0))[0] == "first"
    assert table.refusal(table.label(0), text)[0] == "last"

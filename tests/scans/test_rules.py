"""The verdict table of the code format, clause 7: every reason, every precedence, and the ladder."""

import dataclasses
import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from gimark.issuance.rules import CodeState
from gimark.scans import rules
from gimark.scans.rules import Checks, Colour, OfficialAct, Reason, RunFacts, RungName, RungState, Standing
from tests.web.samples import PACKAGE

AT = datetime(2026, 11, 12, 8, 20, tzinfo=UTC)
RUN = RunFacts(number=42, count=1000, kid="0001", issued_at=AT, ledger_index=100)
VOID = OfficialAct("void", "破损", AT, 110)
RETURN = OfficialAct("return", "多余", AT, 111)
RECALL = OfficialAct("recall", "二氧化硫超标", AT, 112)
REVOKE = OfficialAct("revoke", "自愿", AT, 80)
GOOD = Standing(
    run=RUN,
    package=PACKAGE,
    state=CodeState.ACTIVE,
    act=None,
    activated_at=AT,
    authorised=True,
    authorisation_end=None,
    within_volume=True,
    copied=False,
    checks=Checks(0, None, ()),
)


def but(**changes: Any) -> Standing:
    return dataclasses.replace(GOOD, **changes)


VOIDED = but(state=CodeState.VOIDED, act=VOID)
RETURNED = but(state=CodeState.RETURNED, act=RETURN)
RECALLED = but(package=dataclasses.replace(PACKAGE, recall=RECALL))
UNAUTHORISED = but(authorised=False, authorisation_end=REVOKE)
COPIED = but(copied=True)
INACTIVE = but(state=CodeState.ISSUED, activated_at=None)

EVERY_REASON = [
    (Reason.MALFORMED, GOOD, None, Reason.MALFORMED, Colour.RED),
    (Reason.FOREIGN_HOST, GOOD, None, Reason.FOREIGN_HOST, Colour.RED),
    (Reason.BAD_SIGNATURE, GOOD, None, Reason.BAD_SIGNATURE, Colour.RED),
    (Reason.UNKNOWN_KEY, GOOD, None, Reason.UNKNOWN_KEY, Colour.RED),
    (Reason.AUTHENTIC, None, None, Reason.NOT_ISSUED, Colour.RED),
    (Reason.UNSIGNED, None, None, Reason.NOT_ISSUED, Colour.RED),
    (Reason.TYPED, None, None, Reason.NOT_ISSUED, Colour.RED),
    (Reason.AUTHENTIC, VOIDED, None, Reason.VOIDED, Colour.RED),
    (Reason.AUTHENTIC, RETURNED, None, Reason.RETURNED, Colour.RED),
    (Reason.AUTHENTIC, RECALLED, None, Reason.RECALLED, Colour.RED),
    (Reason.AUTHENTIC, UNAUTHORISED, None, Reason.NOT_AUTHORISED, Colour.RED),
    (Reason.AUTHENTIC, COPIED, None, Reason.COPIED, Colour.AMBER),
    (Reason.AUTHENTIC, INACTIVE, None, Reason.NOT_ACTIVATED, Colour.AMBER),
    (Reason.UNSIGNED, GOOD, None, Reason.UNSIGNED, Colour.GREY),
    (Reason.TYPED, GOOD, None, Reason.TYPED, Colour.GREY),
    (Reason.KEY_REVOKED, GOOD, None, Reason.KEY_REVOKED, Colour.RED),
    (Reason.KEY_REVOKED, GOOD, 100, Reason.KEY_REVOKED, Colour.RED),
    (Reason.UNSUPPORTED, GOOD, None, Reason.UNSUPPORTED, Colour.AMBER),
    (Reason.KEY_REVOKED, GOOD, 101, Reason.KEY_REVOKED_CONFIRMED, Colour.GREEN),
    (Reason.AUTHENTIC, GOOD, None, Reason.AUTHENTIC, Colour.GREEN),
]


@pytest.mark.parametrize(("word", "standing", "revoked_at", "reason", "colour"), EVERY_REASON)
def test_each_reason_with_its_colour(
    word: Reason, standing: Standing | None, revoked_at: int | None, reason: Reason, colour: Colour
) -> None:
    verdict = rules.judge(word, standing, "38GPERNQBQTSA", revoked_at)
    assert (verdict.reason, verdict.colour) == (reason, colour)
    assert verdict.serial == (None if reason in rules.FORGED else "38GPERNQBQTSA")


def test_the_table_above_leaves_no_reason_out() -> None:
    assert {row[3] for row in EVERY_REASON} == set(Reason) - {Reason.UNAVAILABLE}


# What makes each reason of the register apply; a code cannot be voided and returned, so these two never meet.
CAUSES: dict[Reason, dict[str, Any]] = {
    Reason.VOIDED: {"state": CodeState.VOIDED, "act": VOID},
    Reason.RETURNED: {"state": CodeState.RETURNED, "act": RETURN},
    Reason.RECALLED: {"package": RECALLED.package},
    Reason.NOT_AUTHORISED: {"authorised": False, "authorisation_end": REVOKE},
    Reason.COPIED: {"copied": True},
    Reason.NOT_ACTIVATED: {"state": CodeState.ISSUED},
}
PAIRS = [
    (first, second)
    for first, second in itertools.combinations(CAUSES, 2)
    if not CAUSES[first].keys() & CAUSES[second].keys()
]


@pytest.mark.parametrize(("first", "second"), PAIRS)
@pytest.mark.parametrize("word", sorted(rules.OFFLINE_WORDS - rules.FORGED))
def test_of_two_causes_in_the_register_the_earlier_in_the_table_wins(
    first: Reason, second: Reason, word: Reason
) -> None:
    assert rules.judge(word, but(**CAUSES[second], **CAUSES[first])).reason is first


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("word", sorted(rules.OFFLINE_WORDS))
@pytest.mark.parametrize("revoked_at", [None, 100, 101])
def test_a_cause_in_the_register_beats_every_later_word_and_no_earlier_one(
    cause: Reason, word: Reason, revoked_at: int | None
) -> None:
    expected = word if word in rules.FORGED else cause
    assert rules.judge(word, but(**CAUSES[cause]), revoked_at=revoked_at).reason is expected


@pytest.mark.parametrize("word", sorted(rules.OFFLINE_WORDS))
def test_a_code_outside_every_run_is_red_whatever_its_signature_says(word: Reason) -> None:
    verdict = rules.judge(word, None)
    assert verdict.colour is Colour.RED
    assert verdict.reason is (word if word in rules.FORGED else Reason.NOT_ISSUED)


@pytest.mark.parametrize("word", sorted(rules.FORGED - {Reason.NOT_ISSUED}))
def test_a_forged_code_tells_nothing_of_any_product(word: Reason) -> None:
    verdict = rules.judge(word, GOOD)
    assert (verdict.package, verdict.run, verdict.checks, verdict.act, verdict.activated_at) == (None,) * 5


def test_the_colours_cover_every_reason() -> None:
    assert set(rules.COLOURS) == set(Reason)


def test_words_of_the_register_are_refused_as_offline_results() -> None:
    with pytest.raises(ValueError, match="voided"):
        rules.judge(Reason.VOIDED, GOOD)


@pytest.mark.parametrize(
    ("standing", "act"), [(VOIDED, VOID), (RETURNED, RETURN), (RECALLED, RECALL), (UNAUTHORISED, REVOKE)]
)
def test_a_red_verdict_of_the_register_names_its_act(standing: Standing, act: OfficialAct) -> None:
    assert rules.judge(Reason.TYPED, standing).act == act


def test_a_green_verdict_carries_no_act_even_after_activation() -> None:
    assert rules.judge(Reason.AUTHENTIC, but(act=OfficialAct("activate", None, AT, 105))).act is None


def ladder(verdict: rules.Verdict) -> dict[RungName, RungState]:
    return {rung.name: rung.state for rung in verdict.rungs}


def test_the_ladder_of_a_genuine_code_passes_every_rung_in_order() -> None:
    rungs = rules.judge(Reason.AUTHENTIC, GOOD).rungs
    assert [rung.name for rung in rungs] == [
        RungName.SIGNED,
        RungName.ISSUED,
        RungName.ACTIVATED,
        RungName.AUTHORISED,
        RungName.WITHIN_VOLUME,
        RungName.EARLIER_CHECKS,
    ]
    assert {rung.state for rung in rungs} == {RungState.PASS}


FAILURES = [
    (Reason.BAD_SIGNATURE, GOOD, RungName.SIGNED),
    (Reason.MALFORMED, None, RungName.SIGNED),
    (Reason.KEY_REVOKED, GOOD, RungName.SIGNED),
    (Reason.AUTHENTIC, None, RungName.ISSUED),
    (Reason.AUTHENTIC, VOIDED, RungName.ACTIVATED),
    (Reason.KEY_REVOKED, VOIDED, RungName.ACTIVATED),
    (Reason.AUTHENTIC, RETURNED, RungName.ACTIVATED),
    (Reason.AUTHENTIC, UNAUTHORISED, RungName.AUTHORISED),
]


@pytest.mark.parametrize(("word", "standing", "failed"), FAILURES)
def test_after_a_failed_rung_the_rest_are_not_judged(word: Reason, standing: Standing | None, failed: RungName) -> None:
    rungs = rules.judge(word, standing).rungs
    place = [rung.name for rung in rungs].index(failed)
    assert rungs[place].state is RungState.FAIL
    assert RungState.FAIL not in {rung.state for rung in rungs[:place]}
    assert {rung.state for rung in rungs[place + 1 :]} == {RungState.NOT_JUDGED}


@pytest.mark.parametrize(("word", "standing", "revoked_at", "_reason", "colour"), EVERY_REASON)
def test_a_red_verdict_has_one_failed_rung_or_a_recall_and_no_other_colour_has_any(
    word: Reason, standing: Standing | None, revoked_at: int | None, _reason: Reason, colour: Colour
) -> None:
    verdict = rules.judge(word, standing, revoked_at=revoked_at)
    failed = [rung.state for rung in verdict.rungs].count(RungState.FAIL)
    recalled = verdict.act is not None and verdict.act.kind == "recall"
    assert failed + recalled == (1 if colour is Colour.RED else 0)


def test_a_typed_code_has_no_signature_to_judge_but_its_other_rungs_are() -> None:
    rungs = ladder(rules.judge(Reason.TYPED, GOOD))
    assert rungs.pop(RungName.SIGNED) is RungState.NOT_JUDGED
    assert set(rungs.values()) == {RungState.PASS}


def test_what_is_not_known_yet_is_not_judged_and_doubts_are_warnings() -> None:
    rungs = ladder(rules.judge(Reason.AUTHENTIC, but(state=CodeState.ISSUED, authorised=None, within_volume=False)))
    assert rungs[RungName.ACTIVATED] is RungState.WARN
    assert rungs[RungName.AUTHORISED] is RungState.NOT_JUDGED
    assert rungs[RungName.WITHIN_VOLUME] is RungState.WARN
    assert ladder(rules.judge(Reason.AUTHENTIC, COPIED))[RungName.EARLIER_CHECKS] is RungState.WARN


def test_a_key_confirmed_from_the_public_register_keeps_a_note_on_its_rung() -> None:
    assert ladder(rules.judge(Reason.KEY_REVOKED, GOOD, revoked_at=101))[RungName.SIGNED] is RungState.WARN


@pytest.mark.parametrize("word", sorted(rules.OFFLINE_WORDS))
def test_without_the_register_nothing_is_green_and_forgeries_stay_red(word: Reason) -> None:
    verdict = rules.unavailable(word)
    if word in rules.FORGED:
        assert (verdict.colour, verdict.reason) == (Colour.RED, word)
    else:
        assert (verdict.colour, verdict.reason) == (Colour.AMBER, Reason.UNAVAILABLE)
        assert {rung.state for rung in verdict.rungs[1:]} == {RungState.NOT_JUDGED}

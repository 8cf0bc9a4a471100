"""The verdict: what may be said of one code, never more than is known (codes-and-ledger, "Verdicts").

A verdict has a colour, the one reason that won, and a ladder of rungs, each a fact of its own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gimark.codes.offline import Colour as Colour  # the same four, with a server and without
from gimark.issuance.rules import CodeState


class Reason(StrEnum):
    """Why; the first of these that applies to a code wins, in this order."""

    MALFORMED = "malformed"
    FOREIGN_HOST = "foreign_host"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    NOT_ISSUED = "not_issued"
    VOIDED = "voided"
    RETURNED = "returned"
    RECALLED = "recalled"
    NOT_AUTHORISED = "not_authorised"
    COPIED = "copied"
    NOT_ACTIVATED = "not_activated"
    UNSIGNED = "unsigned"
    TYPED = "typed"
    KEY_REVOKED = "key_revoked"
    UNSUPPORTED = "unsupported"
    KEY_REVOKED_CONFIRMED = "key_revoked_confirmed"
    AUTHENTIC = "authentic"
    UNAVAILABLE = "unavailable"


class RungName(StrEnum):
    """The ladder, bottom to top. A recall is no rung: it is an act on the whole batch, and stands in `act`."""

    SIGNED = "signed"
    ISSUED = "issued"
    ACTIVATED = "activated"
    AUTHORISED = "authorised"
    WITHIN_VOLUME = "within_volume"
    EARLIER_CHECKS = "earlier_checks"


class RungState(StrEnum):
    """What was found at one rung."""

    PASS = "pass"  # noqa: S105 - a state, not a password
    WARN = "warn"
    FAIL = "fail"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True)
class Rung:
    """One line of the ladder."""

    name: RungName
    state: RungState


@dataclass(frozen=True, slots=True)
class OfficialAct:
    """The act behind a red verdict: what, when, why, and where it stands in the ledger."""

    kind: str  # "void", "return", "recall", "suspend", "revoke", "expire"
    reason: str | None
    at: datetime
    ledger_index: int


@dataclass(frozen=True, slots=True)
class RightFacts:
    """One right that the package carries, with the authorization it was packed under."""

    kind: str  # gi_product, certification_mark, collective_mark, agi
    gi_name_zh: str
    gi_name_en: str | None
    standard: str | None
    announcement: str | None
    trademark: str | None
    holder: str
    authorization_number: str
    authorised_from: date
    authorised_until: date | None
    authorization_index: int


@dataclass(frozen=True, slots=True)
class Ware:
    """A trade item and who makes it, as pages name them; net content in grams.

    Name, USCC and address of the maker are None where the law hides the person.
    """

    gtin: str
    item_name_zh: str
    item_name_en: str | None
    class_zh: str
    class_en: str | None
    grade: str | None
    net_g: int
    enterprise_zh: str | None
    enterprise_en: str | None
    uscc: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Package(Ware):
    """Everything a page may say of the batch behind a genuine code. Masses in grams, days in Asia/Shanghai."""

    lot: str
    producer_lot: str | None
    town_zh: str
    town_en: str | None
    harvested_from: date
    harvested_until: date
    packed_on: date | None
    planned_g: int
    packed_g: int | None
    rights: tuple[RightFacts, ...]
    batch_ref: str
    batch_index: int
    confirm_index: int | None
    recall: OfficialAct | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The issue run a code belongs to."""

    number: int
    count: int
    kid: str
    issued_at: datetime
    ledger_index: int


@dataclass(frozen=True, slots=True)
class Checks:
    """Earlier checks of this code (this one not counted). `provinces` holds codes like "33"; unknown is left out."""

    count: int
    first_at: datetime | None
    provinces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one look-up. `package`, `run` and `checks` are None whenever nothing may be said of them."""

    colour: Colour
    reason: Reason
    rungs: tuple[Rung, ...]
    serial: str | None = None
    package: Package | None = None
    run: RunFacts | None = None
    checks: Checks | None = None
    act: OfficialAct | None = None
    activated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the register knows of one issued code at the moment of a look-up.

    `act` is the void or return that ended the code. `authorised` tells whether every right on the package was
    authorised on the packing date: None while the batch has no packing date, and then `authorisation_end` is None;
    when it is False, `authorisation_end` is the act or day that ended the authorization. `within_volume` is None
    while nothing can be said. `copied` = a certain clone reason or the regulator's confirmation.
    """

    run: RunFacts
    package: Package
    state: CodeState
    act: OfficialAct | None
    activated_at: datetime | None
    authorised: bool | None
    authorisation_end: OfficialAct | None
    within_volume: bool | None
    copied: bool
    checks: Checks


LADDER = tuple(RungName)

# Nothing is said of a package whose code was not proved to be ours.
FORGED = frozenset({Reason.MALFORMED, Reason.FOREIGN_HOST, Reason.BAD_SIGNATURE, Reason.UNKNOWN_KEY, Reason.NOT_ISSUED})
SIGNED = frozenset({Reason.AUTHENTIC, Reason.KEY_REVOKED})
OFFLINE_WORDS = (FORGED - {Reason.NOT_ISSUED}) | SIGNED | {Reason.UNSIGNED, Reason.TYPED, Reason.UNSUPPORTED}

COLOURS = {
    **dict.fromkeys(FORGED, Colour.RED),
    Reason.VOIDED: Colour.RED,
    Reason.RETURNED: Colour.RED,
    Reason.RECALLED: Colour.RED,
    Reason.NOT_AUTHORISED: Colour.RED,
    Reason.COPIED: Colour.AMBER,
    Reason.NOT_ACTIVATED: Colour.AMBER,
    Reason.UNSIGNED: Colour.GREY,
    Reason.TYPED: Colour.GREY,
    Reason.KEY_REVOKED: Colour.RED,
    Reason.UNSUPPORTED: Colour.AMBER,
    Reason.KEY_REVOKED_CONFIRMED: Colour.GREEN,
    Reason.AUTHENTIC: Colour.GREEN,
    Reason.UNAVAILABLE: Colour.AMBER,
}


def judge(word: Reason, standing: Standing | None, serial: str | None = None, revoked_at: int | None = None) -> Verdict:
    """The verdict on one code: of the reasons that apply, the first in the order of `Reason`.

    `word` is the offline result, or TYPED for a serial that a person typed. `standing` is None when the serial
    does not decode or its run, GTIN, lot, kid or index disagree with the register. `revoked_at` is the log size
    below which `run.issue` entries still confirm codes of a revoked key (None: the key is not revoked or unknown).
    """
    if word not in OFFLINE_WORDS:
        raise ValueError(f"{word} is no offline result")
    if word in FORGED:
        return REFUSALS[word]
    if standing is None:
        return REFUSALS[Reason.NOT_ISSUED]
    reason = _first_reason(word, standing, revoked_at)
    return Verdict(
        COLOURS[reason],
        reason,
        _ladder(word, reason, standing),
        serial=serial,
        package=standing.package,
        run=standing.run,
        checks=standing.checks,
        act=_act_behind(reason, standing),
        activated_at=standing.activated_at,
    )


def unavailable(word: Reason, serial: str | None = None) -> Verdict:
    """The verdict while the register cannot be read: what needs no register is still said, nothing else is."""
    if word in FORGED:
        return REFUSALS[word]
    signed = RungState.PASS if word in SIGNED else RungState.NOT_JUDGED
    rungs = (Rung(RungName.SIGNED, signed), *(Rung(name, RungState.NOT_JUDGED) for name in LADDER[1:]))
    return Verdict(Colour.AMBER, Reason.UNAVAILABLE, rungs, serial=serial)


def _first_reason(word: Reason, standing: Standing, revoked_at: int | None) -> Reason:
    if standing.state is CodeState.VOIDED:
        return Reason.VOIDED
    if standing.state is CodeState.RETURNED:
        return Reason.RETURNED
    if standing.package.recall is not None:
        return Reason.RECALLED
    if standing.authorised is False:
        return Reason.NOT_AUTHORISED
    if standing.copied:
        return Reason.COPIED
    if standing.state is CodeState.ISSUED:
        return Reason.NOT_ACTIVATED
    if word is not Reason.KEY_REVOKED:
        return word
    confirmed = revoked_at is not None and standing.run.ledger_index < revoked_at
    return Reason.KEY_REVOKED_CONFIRMED if confirmed else Reason.KEY_REVOKED


def _act_behind(reason: Reason, standing: Standing) -> OfficialAct | None:
    if reason in (Reason.VOIDED, Reason.RETURNED):
        return standing.act
    if reason is Reason.RECALLED:
        return standing.package.recall
    return standing.authorisation_end if reason is Reason.NOT_AUTHORISED else None


def _ladder(word: Reason, reason: Reason, standing: Standing) -> tuple[Rung, ...]:
    """Each rung on its own; after a failed one the rest are not judged."""
    judged = [
        (RungName.SIGNED, _signed(word, reason)),
        (RungName.ISSUED, RungState.PASS),
        (RungName.ACTIVATED, _activated(standing.state)),
        (RungName.AUTHORISED, _found(standing.authorised, RungState.FAIL)),
        (RungName.WITHIN_VOLUME, _found(standing.within_volume, RungState.WARN)),
        (RungName.EARLIER_CHECKS, _found(not standing.copied, RungState.WARN)),
    ]
    failed = next((place for place, (_, state) in enumerate(judged) if state is RungState.FAIL), len(judged))
    return tuple(
        Rung(name, state if place <= failed else RungState.NOT_JUDGED) for place, (name, state) in enumerate(judged)
    )


def _signed(word: Reason, reason: Reason) -> RungState:
    """A withdrawn key fails the rung only when nothing else speaks for the code."""
    if word is Reason.KEY_REVOKED:
        return RungState.FAIL if reason is Reason.KEY_REVOKED else RungState.WARN
    return RungState.PASS if word is Reason.AUTHENTIC else RungState.NOT_JUDGED


def _activated(state: CodeState) -> RungState:
    if state is CodeState.ACTIVE:
        return RungState.PASS
    return RungState.WARN if state is CodeState.ISSUED else RungState.FAIL


def _found(holds: bool | None, otherwise: RungState) -> RungState:
    """PASS, `otherwise`, or NOT_JUDGED while nothing is known."""
    if holds is None:
        return RungState.NOT_JUDGED
    return RungState.PASS if holds else otherwise


def _refusal(reason: Reason) -> Verdict:
    """A red verdict without a word about any product. NOT_ISSUED may be found before the signature was looked at."""
    failed = RungName.ISSUED if reason is Reason.NOT_ISSUED else RungName.SIGNED
    rungs = tuple(Rung(name, RungState.FAIL if name is failed else RungState.NOT_JUDGED) for name in LADDER)
    return Verdict(COLOURS[reason], reason, rungs)


REFUSALS = {reason: _refusal(reason) for reason in FORGED}

"""What differs between two codes of one batch: ready texts, and the shape of the page that they go into."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from api.web.figures import Entry, count_text, day_text, minute_text, serial_text, short_day_text
from api.web.language import LANGUAGES, Language, in_language
from api.web.provinces import province_names
from gimark.clock import local_day
from gimark.codes.token import TOKEN
from gimark.scans.rules import Checks, Colour, OfficialAct, Reason, Rung, RungName, RungState, Verdict

# As many province names as fit under the count on a phone; the evidence of a copied code names them all.
PROVINCES_SHOWN = 2
_SIGNED = Rung(RungName.SIGNED, RungState.PASS)
_TOKEN = re.compile(rf"(?:^|&)s=({TOKEN.pattern.decode()})(?:&|\Z)")
# The same in an address that was pasted into the field of /check, percent-encoded or not.
_PASTED = re.compile(rf"(?:\?|%3[Ff])s(?:=|%3[Dd])({TOKEN.pattern.decode()})")


@dataclass(frozen=True, slots=True)
class Visit:
    """This one look-up: when (aware), and its raw query, which the link to the other language must carry along."""

    at: datetime
    query: str


class Shape(NamedTuple):
    """Which parts the page has. Codes of one batch with equal shapes differ in `Particulars` only.

    `activated_place` and `act_place` say before which of the batch's dated events they stand; None = no such event.
    """

    colour: Colour
    reason: Reason
    rungs: tuple[Rung, ...]
    has_serial: bool
    has_checks: bool
    was_checked: bool
    knows_first: bool
    has_provinces: bool
    activated_place: int | None
    act_kind: str | None
    act_place: int | None
    act_has_reason: bool
    has_token: bool

    @property
    def has_proof(self) -> bool:
        """Whether the code's signature was found good, so that there is a proof file of its own.

        Of a withdrawn key only where that decided: beside a void or a recall nothing says which runs stay confirmed.
        """
        return self.has_token and (_SIGNED in self.rungs or self.reason is Reason.KEY_REVOKED_CONFIRMED)


# The texts that fill a page, by name and unescaped; only those that the shape has a place for.
Particulars = Mapping[str, str]


# A range is activated, and a minute is looked at, by many codes: asking the time zone each time would be half the work.
_minute = lru_cache(maxsize=4096)(minute_text)
_day = lru_cache(maxsize=4096)(local_day)


def shape_of(verdict: Verdict, days: tuple[date, ...], texts: Particulars) -> Shape:
    """The shape of `verdict`'s page; `days` are the batch's dated events in order, `texts` what there is to fill in."""
    checks, act = verdict.checks, verdict.act
    was_checked = checks is not None and checks.count > 0
    return Shape(
        verdict.colour,
        verdict.reason,
        verdict.rungs,
        verdict.serial is not None,
        checks is not None,
        was_checked,
        was_checked and checks is not None and checks.first_at is not None,
        was_checked and checks is not None and bool(checks.provinces),
        None if verdict.activated_at is None else _place(verdict.activated_at, days),
        None if act is None else act.kind,
        None if act is None else _place(act.at, days),
        act is not None and bool(act.reason),
        "proof" in texts,
    )


def particulars_of(verdict: Verdict, visit: Visit, language: Language) -> Particulars:
    """The texts of one look-up in `language`."""
    other = LANGUAGES[1] if language == LANGUAGES[0] else LANGUAGES[0]
    minute = visit.at.replace(second=0, microsecond=0)
    texts = {"other_language": in_language(visit.query, other), "looked_at": _minute(minute, language)}
    if verdict.serial is not None:
        texts["serial"] = serial_text(verdict.serial)
        token = _TOKEN.search(visit.query) or _PASTED.search(visit.query)
        if token is not None:
            texts["proof"] = f"{verdict.serial}?s={token[1]}"
    if verdict.activated_at is not None:
        texts["activated_at"] = _minute(verdict.activated_at, language)
        texts["activated_on"] = short_day_text(_day(verdict.activated_at), language)
    if verdict.checks is not None:
        texts["nth"] = count_text(verdict.checks.count + 1)
        if verdict.checks.count:
            texts |= _check_texts(verdict.checks, language)
    if verdict.act is not None:
        texts |= _act_texts(verdict.act, language)
    return texts


def act_entry(texts: Particulars) -> Entry:
    """The ledger entry of the act behind the verdict."""
    return Entry(texts["act_index"], texts["act_entry"])


def _check_texts(checks: Checks, language: Language) -> dict[str, str]:
    texts = {"earlier": count_text(checks.count)}
    if checks.provinces:
        texts["province_count"] = count_text(len(checks.provinces))
        texts["all_provinces"] = province_names(checks.provinces, language)
        ellipsis = "…" if len(checks.provinces) > PROVINCES_SHOWN else ""
        texts["provinces"] = province_names(checks.provinces[:PROVINCES_SHOWN], language) + ellipsis
    if checks.first_at is not None:
        first = _day(checks.first_at)
        whole = short_day_text(first, language)
        texts["first_on"] = day_text(first, language)
        texts["first_year"] = whole[:5] if language == "zh" else whole[-4:]
        texts["first_day"] = whole[5:] if language == "zh" else whole[:-5]
    return texts


def _act_texts(act: OfficialAct, language: Language) -> dict[str, str]:
    day = _day(act.at)
    return {
        "act_on": day_text(day, language),
        "act_short_on": short_day_text(day, language),
        "act_reason": act.reason or "",
        "act_index": str(act.ledger_index),
        "act_entry": count_text(act.ledger_index),
    }


def _place(instant: datetime, days: tuple[date, ...]) -> int:
    """How many of the ordered `days` are not after the local day of `instant`."""
    return bisect_right(days, _day(instant))

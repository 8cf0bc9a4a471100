"""The public register for a reader: how an authorization stands, and what happened to it, in words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from api.web.figures import day_text, entry_of, short_day_text
from api.web.language import Language
from api.web.public.journey import Event
from api.web.public.words import RIGHT_KINDS
from api.web.translation import N_, sayer
from gimark.clock import local_day
from gimark.registry.authorizations.rules import Change, ChangeKind, Standing, Terms
from gimark.registry.directory.listing import ListedAuthorization, ListedEnterprise, ListedRight
from gimark.registry.enterprises.model import EnterpriseKind

# Of each standing: its tone, its word, and what is said of the day that made it so.
STANDINGS: dict[Standing, tuple[str, str, str]] = {
    Standing.ACTIVE: ("ok", N_("有效"), ""),
    Standing.SUSPENDED: ("warn", N_("暂停使用"), N_("自 %(day)s起")),
    Standing.REVOKED: ("bad", N_("已撤销"), N_("自 %(day)s起")),
    Standing.EXPIRED: ("", N_("已届满"), N_("%(day)s届满")),
    Standing.NOT_YET: ("", N_("尚未生效"), N_("%(day)s生效")),
}
ENTERPRISE_KINDS = {
    EnterpriseKind.COMPANY: N_("公司"),
    EnterpriseKind.COOPERATIVE: N_("农民专业合作社"),
    EnterpriseKind.SOLE_TRADER: N_("个体工商户"),
    EnterpriseKind.OTHER: N_("其他"),
}
# Of each later act: the dot's class in the stylesheet, and its name.
_CHANGES = {
    ChangeKind.AMEND: ("on", N_("变更")),
    ChangeKind.SUSPEND: ("warn", N_("暂停使用")),
    ChangeKind.RESTORE: ("on", N_("恢复使用")),
    ChangeKind.REVOKE: ("bad", N_("撤销")),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An authorization as a page shows it: `held` as read, its standing in words, and its history."""

    held: ListedAuthorization
    kind: str
    tone: str
    standing: str
    since: str
    classes: tuple[tuple[str, str | None], ...]
    events: tuple[Event, ...]


def shown(held: ListedAuthorization, language: Language) -> Shown:
    """How `held` stands, in `language`."""
    say = sayer(language)
    tone, word, when = STANDINGS[held.standing]
    day = _day_of(held)
    return Shown(
        held=held,
        kind=kind_of(held.right, language),
        tone=tone,
        standing=say(word),
        since=say(when, day=day_text(day, language)) if when and day else "",
        classes=tuple((known.name_zh, known.name_en) for known in held.classes),
        events=(_granted(held, language), *(_changed(change, language) for change in held.history.changes)),
    )


def kind_of(right: ListedRight, language: Language) -> str:
    """The name of a right's route of protection."""
    return sayer(language)(RIGHT_KINDS[right.kind])


def standings(language: Language) -> list[tuple[str, str]]:
    """Every standing that can be asked for, with its word."""
    return [(standing.value, sayer(language)(word)) for standing, (_, word, _) in STANDINGS.items()]


def as_json(enterprise: ListedEnterprise, *, with_history: bool = False) -> dict[str, Any]:
    """The enterprise as the feed has it; days as dates, unknown and hidden values None."""
    return {
        "ref": enterprise.ref,
        "kind": enterprise.kind,
        "name_zh": enterprise.name_zh,
        "name_en": enterprise.name_en,
        "uscc": enterprise.uscc,
        "town_zh": enterprise.town_zh,
        "address": enterprise.address,
        "ledger_index": enterprise.ledger_index,
        "authorizations": [_authorization_json(held, with_history=with_history) for held in enterprise.authorizations],
    }


def _authorization_json(held: ListedAuthorization, *, with_history: bool) -> dict[str, Any]:
    right = held.right
    told: dict[str, Any] = {
        "ref": held.ref,
        "standing": held.standing,
        "since": held.since,
        "reason": held.reason,
        "number": held.number,
        "classes": [known.name_zh for known in held.classes],
        "valid_from": held.valid_from,
        "valid_until": held.valid_until,
        "ledger_index": held.ledger_index,
        "right": {
            "ref": right.ref,
            "kind": right.kind,
            "gi": right.gi_zh,
            "holder": right.holder,
            "announcement": right.announcement,
            "trademark": right.trademark,
            "ledger_index": right.ledger_index,
        },
    }
    if with_history:
        told["history"] = [
            {"kind": c.kind, "effective_on": c.effective_on, "reason": c.reason, "ledger_index": c.ledger_index}
            for c in held.history.changes
        ]
    return told


def _day_of(held: ListedAuthorization) -> date | None:
    """The day from which it stands as it does; None where that needs no saying."""
    if held.standing is Standing.NOT_YET:
        return held.valid_from
    return held.valid_until if held.standing is Standing.EXPIRED else held.since


def _granted(held: ListedAuthorization, language: Language) -> Event:
    day = short_day_text(local_day(held.granted_at), language)
    detail = _terms(held.history.granted, language)
    return Event("on", day, sayer(language)(N_("核准")), detail, entry_of(held.ledger_index))


def _changed(change: Change, language: Language) -> Event:
    state, title = _CHANGES[change.kind]
    terms = "" if change.terms is None else _terms(change.terms, language)
    detail = " · ".join(filter(None, (change.reason, terms)))
    day = short_day_text(change.effective_on, language)
    return Event(state, day, sayer(language)(title), detail, entry_of(change.ledger_index))


def _terms(terms: Terms, language: Language) -> str:
    say, start = sayer(language), short_day_text(terms.valid_from, language)
    if terms.valid_until is None:
        return say(N_("%(number)s，%(start)s起"), number=terms.number, start=start)
    until = short_day_text(terms.valid_until, language)
    return say(N_("%(number)s，%(start)s至%(until)s"), number=terms.number, start=start, until=until)

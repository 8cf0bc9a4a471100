"""A right in words: its facts as they are now, and what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.web.figures import day_text, entry_of, short_day_text
from api.web.language import Language
from api.web.public.journey import Event
from api.web.public.words import RIGHT_KINDS
from api.web.translation import N_, pgettext, sayer
from gimark.clock import local_day
from gimark.registry.directory.rights import ListedRightInFull, ListedTown
from gimark.registry.rights.facts import FactValue
from gimark.registry.rights.model import FactName, RightKind
from gimark.registry.rights.queries import ChangeFacts

FACTS = {
    FactName.HOLDER: N_("权利人"),
    FactName.STANDARD: N_("执行标准"),
    FactName.ANNOUNCEMENT: N_("批准公告"),
    FactName.TRADEMARK: N_("商标注册号"),
    FactName.AREA: N_("产地范围"),
    FactName.GRADES: N_("等级"),
    FactName.PRINTED_TEXTS: N_("标签上须印的文字"),
    FactName.FROM: N_("生效日期"),
    FactName.UNTIL: N_("有效期至"),
}
# Of an AGI the number is that of its certificate.
_CERTIFICATE = N_("登记证书编号")
# What a kind of right has no use for is not shown as unknown.
_NUMBERS = {
    RightKind.GI_PRODUCT: (FactName.ANNOUNCEMENT, FactName.STANDARD),
    RightKind.CERTIFICATION_MARK: (FactName.TRADEMARK,),
    RightKind.COLLECTIVE_MARK: (FactName.TRADEMARK,),
    RightKind.AGI: (FactName.ANNOUNCEMENT,),
}


@dataclass(frozen=True, slots=True)
class RightInWords:
    """A right for a page: its kind in words, its facts (name, value or empty), its towns and its history."""

    listed: ListedRightInFull
    kind: str
    facts: tuple[tuple[str, str], ...]
    towns: tuple[ListedTown, ...]
    events: tuple[Event, ...]


def right_in_words(listed: ListedRightInFull, language: Language) -> RightInWords:
    """The right as a page in `language` tells it."""
    record, say = listed.record, sayer(language)
    values: dict[FactName, str | None] = {
        FactName.ANNOUNCEMENT: record.announcement,
        FactName.STANDARD: record.standard,
        FactName.TRADEMARK: record.trademark,
    }
    shown = [name for name, value in values.items() if value or name in _NUMBERS[record.kind]]
    facts = [(FactName.HOLDER, record.holder), *((name, values[name] or "") for name in shown)]
    facts += [(FactName.GRADES, _joined(record.defined_grades, language))] if record.defined_grades else []
    facts += [(FactName.PRINTED_TEXTS, _joined(record.printed_texts, language))] if record.printed_texts else []
    day = short_day_text(local_day(listed.registered_at), language)
    first = Event("on", day, say(pgettext("done", "登记")), "", entry_of(record.ledger_index))
    return RightInWords(
        listed=listed,
        kind=say(RIGHT_KINDS[record.kind]),
        facts=tuple((say(_name(name, record.kind)), value) for name, value in facts),
        towns=tuple(listed.towns[code] for code in record.towns),
        events=(first, *(_changed(change, listed, language) for change in record.changes)),
    )


def right_as_json(listed: ListedRightInFull) -> dict[str, Any]:
    """The right as the feed has it; days as dates, what is unknown None."""
    record = listed.record
    return {
        "ref": record.ref,
        "kind": record.kind,
        "gi": listed.gi_zh,
        "gi_en": listed.gi_en,
        "holder": record.holder or None,
        "announcement": record.announcement,
        "standard": record.standard,
        "trademark": record.trademark,
        "area": list(record.towns),
        "grades": list(record.defined_grades),
        "printed_texts": list(record.printed_texts),
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
        "registered_at": listed.registered_at,
        "ledger_index": record.ledger_index,
        "history": [_change_json(change) for change in record.changes],
    }


def _change_json(change: ChangeFacts) -> dict[str, Any]:
    facts = {name: {"before": before, "after": after} for name, before, after in change.facts}
    return {"at": change.at, "reason": change.reason, "facts": facts, "ledger_index": change.ledger_index}


def _name(name: FactName, kind: RightKind) -> str:
    return _CERTIFICATE if (name, kind) == (FactName.ANNOUNCEMENT, RightKind.AGI) else FACTS[name]


def _changed(change: ChangeFacts, listed: ListedRightInFull, language: Language) -> Event:
    told = [_became(name, before, after, listed, language) for name, before, after in change.facts]
    detail = " · ".join((change.reason, *told))
    day = short_day_text(local_day(change.at), language)
    return Event("on", day, sayer(language)(N_("变更")), detail, entry_of(change.ledger_index))


def _became(name: FactName, before: FactValue, after: FactValue, listed: ListedRightInFull, language: Language) -> str:
    say = sayer(language)
    shown = say(_name(name, listed.record.kind))
    if isinstance(before, list) and isinstance(after, list) and set(before) != set(after):
        more = _joined((_item(name, one, listed, language) for one in after if one not in before), language)
        less = _joined((_item(name, one, listed, language) for one in before if one not in after), language)
        changes = (
            say(N_("增加 %(what)s"), what=more) if more else "",
            say(N_("减少 %(what)s"), what=less) if less else "",
        )
        return f"{shown} " + " ".join(filter(None, changes))
    texts = [_text(name, value, language) for value in (before, after)]
    return say(N_("%(fact)s %(before)s → %(after)s"), fact=shown, before=texts[0], after=texts[1])


def _item(name: FactName, value: str, listed: ListedRightInFull, language: Language) -> str:
    if name is not FactName.AREA:
        return value
    town = listed.towns[value]
    return town.name_en if language == "en" and town.name_en else town.name_zh


def _text(name: FactName, value: FactValue, language: Language) -> str:
    say = sayer(language)
    if value is None:
        return say(N_("没有截止日")) if name is FactName.UNTIL else say(N_("不详"))
    if isinstance(value, list):
        return _joined(value, language)
    return day_text(date.fromisoformat(value), language) if name in (FactName.FROM, FactName.UNTIL) else value


def _joined(texts: Iterable[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(texts)

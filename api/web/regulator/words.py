"""Words of the registers, as lists and forms need them: (value, text) in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.web.figures import day_text, entry_of, short_day_text
from api.web.language import Language
from api.web.producer.words import Word
from api.web.public.ledger import line_of
from api.web.public.register import ENTERPRISE_KINDS, STANDINGS
from api.web.public.words import RIGHT_KINDS
from api.web.translation import N_, sayer
from gimark.clock import local_day
from gimark.explorer import LoggedEntry
from gimark.issuance.model import PrintState
from gimark.ledger.entries import decode
from gimark.registry.authorizations.rules import Change, ChangeKind, Standing, Terms
from gimark.registry.rights.model import SourceTag
from gimark.registry.rolls.authorizations import AuthorizationRow
from gimark.registry.rolls.names import Named, NamedRight

Choices = list[tuple[str, str]]
# Of entries that are no everyday acts: tone of the dot.
GRAVE = {"authorization.suspend": "warn", "authorization.revoke": "bad", "batch.recall": "bad"}
# Of each later act on an authorization: tone of the dot, and its name.
CHANGES = {
    ChangeKind.AMEND: ("on", N_("变更")),
    ChangeKind.SUSPEND: ("warn", N_("暂停使用")),
    ChangeKind.RESTORE: ("on", N_("恢复使用")),
    ChangeKind.REVOKE: ("bad", N_("撤销")),
}
# How a fact of a right is known.
TAGS = {
    SourceTag.STATUTE: N_("法规、标准或公告"),
    SourceTag.CONFIRMED: N_("县里确认"),
    SourceTag.PUBLICATION: N_("公开出版物"),
    SourceTag.PRACTICE: N_("通行做法"),
    SourceTag.DERIVED: N_("由其他事实推出"),
    SourceTag.MEMORY: N_("凭记忆"),
    SourceTag.CONFLICTING: N_("说法不一"),
    SourceTag.INVENTED: N_("示例，虚构"),
}
# How far the files of a print order are.
PRINTS: dict[PrintState, Word] = {
    PrintState.QUEUED: Word(N_("等待制作"), "", "clock"),
    PrintState.RENDERING: Word(N_("正在制作"), "", "clock"),
    PrintState.READY: Word(N_("等待放行"), "", "clock"),
    PrintState.RELEASED: Word(N_("已放行"), "ok", "check"),
    PrintState.FAILED: Word(N_("制作失败"), "bad", "x"),
}


@dataclass(frozen=True, slots=True)
class Badge:
    """How something stands: text and tone."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Words:
    """What templates ask of a row."""

    language: Language

    def badge(self, standing: Standing) -> Badge:
        """How an authorization stands."""
        tone, word, _ = STANDINGS[standing]
        return Badge(sayer(self.language)(word), tone)

    def route(self, right: NamedRight) -> str:
        """The name of a right's route of protection."""
        return sayer(self.language)(RIGHT_KINDS[right.kind])

    def since(self, row: AuthorizationRow) -> str:
        """The day that made an authorization stand as it does, as a sentence; empty where there is none."""
        _, _, when = STANDINGS[row.standing]
        days = {Standing.NOT_YET: row.terms.valid_from, Standing.EXPIRED: row.terms.valid_until}
        day = days.get(row.standing, row.since)
        return sayer(self.language)(when, day=day_text(day, self.language)) if when and day else ""

    def span(self, terms: Terms) -> str:
        """From when until when."""
        return span_of(terms, self.language)


def standing_choices(language: Language) -> Choices:
    """Every standing that can be asked for."""
    return [(standing.value, Words(language).badge(standing).text) for standing in STANDINGS]


def kind_choices(language: Language) -> Choices:
    """What kind of person in law."""
    return [(kind.value, sayer(language)(word)) for kind, word in ENTERPRISE_KINDS.items()]


def name_of(named: Named, language: Language) -> str:
    """A name in the reader's language, as far as there is one."""
    return named.name_en or named.name_zh if language == "en" else named.name_zh


def right_choices(rights: Iterable[NamedRight], language: Language) -> Choices:
    """Rights by product and route."""
    return [(right.ref, f"{name_of(right.product, language)} · {Words(language).route(right)}") for right in rights]


def span_of(terms: Terms, language: Language) -> str:
    """From when until when."""
    say, start = sayer(language), day_text(terms.valid_from, language)
    if terms.valid_until is None:
        return say(N_("%(start)s起，没有截止日"), start=start)
    return say(N_("%(start)s至%(end)s"), start=start, end=day_text(terms.valid_until, language))


def history_of(row: AuthorizationRow, language: Language) -> list[tuple[object, ...]]:
    """Grant and later acts, newest first, as the timeline takes them; each leads to its ledger entry."""
    say = sayer(language)
    granted = short_day_text(local_day(row.granted_at), language)
    grant = ("on", granted, say(N_("核准")), _terms(row.history.granted, language), entry_of(row.ledger_index))
    return [*(_changed(change, language) for change in reversed(row.history.changes)), grant]


def events_of(entries: Iterable[LoggedEntry], language: Language) -> list[tuple[object, ...]]:
    """Ledger entries as the timeline takes them."""
    events: list[tuple[object, ...]] = []
    for logged in entries:
        line = line_of(logged.index, logged.body, language)
        said = " · ".join(fact.text for fact in line.facts if fact.text)
        tone = GRAVE.get(decode(logged.body)["type"], "on")
        events.append((tone, line.when, line.title, said, line.entry))
    return events


def _changed(change: Change, language: Language) -> tuple[object, ...]:
    tone, title = CHANGES[change.kind]
    detail = " · ".join(filter(None, (change.reason, "" if change.terms is None else _terms(change.terms, language))))
    when = short_day_text(change.effective_on, language)
    return tone, when, sayer(language)(title), detail, entry_of(change.ledger_index)


def _terms(terms: Terms, language: Language) -> str:
    return f"{terms.number} · {span_of(terms, language)}"

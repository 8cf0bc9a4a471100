"""Where the codes of a run stand, by ranges, and what was done with them, for either desk."""

from dataclasses import dataclass

from api.web.figures import Entry, count_text, entry_of, minute_text
from api.web.language import Language
from api.web.producer.words import RANGE_ACT, RANGE_DONE
from api.web.translation import N_, Say, sayer
from gimark.codes.serial import typed_form
from gimark.issuance.keyring import Keyring
from gimark.issuance.lists import ListedRun, RunRanges
from gimark.issuance.queries import ActOnRange
from gimark.issuance.rules import CodeState, Span

# A run that was cut into more pieces is rare, and its whole list is in the API.
SHOWN_STRETCHES, SHOWN_ACTS = 60, 60

Event = tuple[str, str, str, str | None, Entry]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of codes in one state, numbered from 1 as people count, with the typed codes of its two ends."""

    first: int
    last: int
    count: int
    state: CodeState
    first_code: str
    last_code: str


def pieces_of(keyring: Keyring, found: ListedRun, ranges: RunRanges) -> list[Piece]:
    """The run's stretches in order."""
    return [
        Piece(
            part.first + 1,
            part.last + 1,
            part.size,
            part.state,
            *end_codes(keyring, found.facts.epoch, found.facts.number, (part.first, part.last)),
        )
        for part in ranges.states.stretches
    ]


def end_codes(keyring: Keyring, epoch: int, run_number: int, span: Span) -> tuple[str, str]:
    """The first and the last code of a range, as a person types them."""
    cipher = keyring.ciphers[epoch]
    first, last = (typed_form(cipher.encode(run_number, index, 1)[0].tobytes().decode()) for index in span)
    return first, last


def range_events(found: ListedRun, ranges: RunRanges, language: Language) -> list[Event]:
    """What was done with the codes, the newest first."""
    facts, say = found.facts, sayer(language)
    issued = say(N_("赋码 %(count)s 枚"), count=count_text(facts.count))
    first = ("on", minute_text(facts.issued_at, language), issued, None, entry_of(facts.ledger_index))
    later = [_event(act, say, language) for act in ranges.acts[-SHOWN_ACTS:]]
    return [*reversed(later), first]


def _event(act: ActOnRange, say: Say, language: Language) -> Event:
    word = RANGE_ACT[act.kind]
    count = sum(last - first + 1 for first, last in act.spans)
    first, last = act.spans[0][0] + 1, act.spans[-1][1] + 1
    where = say(N_("第 %(first)s 至 %(last)s 枚"), first=count_text(first), last=count_text(last))
    detail = where if act.reason is None else f"{where} · {act.reason}"
    title = say(N_("%(act)s %(count)s 枚"), act=say(RANGE_DONE[act.kind]), count=count_text(count))
    return word.tone, minute_text(act.at, language), title, detail, entry_of(act.ledger_index)

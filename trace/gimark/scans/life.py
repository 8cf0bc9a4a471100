"""The whole life of one code: where it belongs, what was done to it and to its print orders, and what scans say."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, not_found, require, require_enterprise
from gimark.codes.offline import Word, judge_signature
from gimark.codes.serial import read_typed
from gimark.codes.uri import MAX_READ_LENGTH, Malformed, parse_uri
from gimark.errors import InvalidInputError, invalid
from gimark.issuance.keyring import Keyring
from gimark.issuance.lists import ListedPrint, ListedRun, listed_run, prints_of_code
from gimark.issuance.model import IssueOrder, IssueRun
from gimark.issuance.queries import ActOnRange, acts_on, states_of
from gimark.issuance.rules import CodeState
from gimark.keys.keyset import KeySet
from gimark.production.lists import BatchActFacts, ListedBatch, acts_of, listed_batch
from gimark.scans.hours import instant_of
from gimark.scans.model import CodeMark, CodeScans, MarkKind
from gimark.scans.provinces import codes_in


@dataclass(frozen=True, slots=True)
class AskedCode:
    """What somebody asked about: a serial, and the offline word on the signature when a whole URI was given."""

    serial: str
    gtin: str | None = None
    lot: str | None = None
    kid: str | None = None
    signature: Word | None = None


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """The checks of one code: how many, the hour of the first, the provinces (GB/T 2260) of all."""

    checks: int
    first_at: datetime | None
    provinces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkFacts:
    """What the regulator said of the code. `note` is None for a producer: it is no public text."""

    kind: MarkKind
    note: str | None
    at: datetime
    ledger_index: int


@dataclass(frozen=True, slots=True)
class CodeLife:
    """Everything the register holds of one code, for those who may see it."""

    serial: str
    index: int
    signature: Word | None
    state: CodeState
    batch: ListedBatch
    batch_acts: tuple[BatchActFacts, ...]
    run: ListedRun
    acts: tuple[ActOnRange, ...]
    prints: tuple[ListedPrint, ...]
    scans: ScanSummary
    marks: tuple[MarkFacts, ...]

    @property
    def ledger_indices(self) -> tuple[int, ...]:
        """The entries that the code's life stands on, in the ledger's order."""
        own = {self.batch.ledger_index, self.run.facts.ledger_index}
        own.update(act.ledger_index for act in self.batch_acts)
        own.update(act.ledger_index for act in self.acts)
        own.update(mark.ledger_index for mark in self.marks)
        return tuple(sorted(own))


def read_asked(text: str, keyset: KeySet, where: str = "code") -> AskedCode:
    """The code in `text`: 13 characters, as typed (`38GP-ERNQ-BQTSA`), or a whole URI.

    Raises InvalidInputError naming `where` for what is none.
    """
    if "/" not in text:
        return AskedCode(read_typed(text, where))
    found = parse_uri(text[: MAX_READ_LENGTH + 1])
    if isinstance(found, Malformed) or found.host not in keyset.hosts:
        raise _no_code(where)
    code = found.code
    kid = None if code.token is None else code.token.kid
    return AskedCode(code.serial, code.gtin, code.lot, kid, judge_signature(code, keyset))


def code_life(session: Session, actor: Actor, keyring: Keyring, asked: AskedCode) -> CodeLife:
    """The life of the code. Needs READ.

    Raises NotFoundError for a code that was never issued, whose GTIN, lot or key are not its run's, or that another
    enterprise's package carries: the three are not told apart.
    """
    require(actor, Permission.READ)
    row, index = place_of(session, keyring, asked)
    owner = session.get_one(IssueOrder, row.order_id).enterprise_id
    require_enterprise(actor, owner, "code")
    acts = acts_on(session, [row.id])[row.id]
    return CodeLife(
        serial=asked.serial,
        index=index,
        signature=asked.signature,
        state=states_of(row.count, acts).at(index).state,
        batch=listed_batch(session, row.batch_id),
        batch_acts=acts_of(session, row.batch_id),
        run=listed_run(session, row),
        acts=tuple(act for act in acts if any(first <= index <= last for first, last in act.spans)),
        prints=prints_of_code(session, row, index),
        scans=_scans(session, row.id, index),
        marks=_marks(session, row.id, index, with_notes=actor.enterprise_id is None),
    )


def place_of(session: Session, keyring: Keyring, asked: AskedCode) -> tuple[IssueRun, int]:
    """The run of a code and its index there, whoever asks.

    Raises NotFoundError for a code that was never issued, or whose GTIN, lot or key are not its run's.
    """
    for epoch, (number, index) in keyring.places(asked.serial):
        run = session.scalar(select(IssueRun).where(IssueRun.number == number))
        if run is None or run.epoch != epoch or index >= run.count:
            continue
        said = (asked.gtin or run.gtin, asked.lot or run.lot, asked.kid or run.kid)
        if said == (run.gtin, run.lot, run.kid):
            return run, index
    raise not_found("code")


def _scans(session: Session, run_id: int, index: int) -> ScanSummary:
    row = session.get(CodeScans, (run_id, index))
    if row is None:
        return ScanSummary(0, None, ())
    return ScanSummary(row.checks, instant_of(row.first_hour), codes_in(row.provinces))


def _marks(session: Session, run_id: int, index: int, *, with_notes: bool) -> tuple[MarkFacts, ...]:
    asked = select(CodeMark).where(CodeMark.run_id == run_id, CodeMark.idx == index).order_by(CodeMark.id)
    return tuple(
        MarkFacts(row.kind, row.note if with_notes else None, row.at, row.ledger_index)
        for row in session.scalars(asked)
    )


def _no_code(where: str) -> InvalidInputError:
    return invalid(
        where,
        "这不是本站标识的网址",
        "this is no code of this installation",
        "请扫描或照抄整个网址，或只填 13 位号码",
        "Scan or copy the whole address, or give the 13 characters alone",
    )

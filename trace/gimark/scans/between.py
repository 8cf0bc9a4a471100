"""Everything between two labels: what a person sees before the codes from the first to the last are acted on.

A label is its whole address, as a scanner types it or a photograph shows it, or its 13 characters.
"""

import unicodedata
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gimark.accounts.rules import Actor, Permission, require, require_enterprise
from gimark.codes.offline import Word
from gimark.codes.serial import typed_form
from gimark.errors import InvalidInputError, NotFoundError, invalid
from gimark.issuance.keyring import Keyring
from gimark.issuance.lists import ListedRun, listed_run
from gimark.issuance.model import IssueOrder, IssueRun
from gimark.issuance.queries import run_states
from gimark.issuance.rules import ALLOWED_FROM, CodeState, RangeKind, Span, Stretch
from gimark.keys.keyset import KeySet
from gimark.production.lists import ListedBatch, listed_batch
from gimark.scans.life import AskedCode, place_of, read_asked

FIRST, LAST = "first", "last"


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """A label of the actor's: its 13 characters, the run that it is of, and its index there."""

    serial: str
    run: ListedRun
    batch: ListedBatch
    index: int
    state: CodeState

    @property
    def typed(self) -> str:
        """The characters as they are printed."""
        return typed_form(self.serial)


@dataclass(frozen=True, slots=True)
class Between:
    """The codes from one label to another of one run, both included, in stretches of one state each."""

    first: LabelPlace
    last: LabelPlace
    stretches: tuple[Stretch, ...]

    @property
    def span(self) -> Span:
        """Inclusive indices."""
        return self.first.index, self.last.index

    @property
    def count(self) -> int:
        """How many codes."""
        return self.last.index - self.first.index + 1

    def number_in(self, state: CodeState) -> int:
        """How many of them are in `state`."""
        return sum(part.size for part in self.stretches if part.state is state)

    def kept_from(self, kind: RangeKind) -> tuple[Stretch, ...]:
        """The stretches whose state does not allow the act."""
        return tuple(part for part in self.stretches if part.state not in ALLOWED_FROM[kind])


def label_place(
    session: Session, actor: Actor, keyring: Keyring, keyset: KeySet, text: str, where: str = FIRST
) -> LabelPlace:
    """Where the label in `text` belongs. Needs READ.

    Raises InvalidInputError naming `where` for what is no label, one whose signature is not its own, and one that is
    not in the register or is another enterprise's: the last two are not told apart.
    """
    require(actor, Permission.READ)
    run, index, asked = _found(session, actor, keyring, keyset, text, where)
    return _place(session, run, index, asked)


def between(session: Session, actor: Actor, keyring: Keyring, keyset: KeySet, first: str, last: str) -> Between:
    """Everything from the label `first` to the label `last`. Needs READ.

    Raises InvalidInputError naming `first` or `last` as `label_place` does, and naming `last` when the labels are of
    two runs or stand the other way round.
    """
    require(actor, Permission.READ)
    run, begin, asked = _found(session, actor, keyring, keyset, first, FIRST)
    other, end, asked_last = _found(session, actor, keyring, keyset, last, LAST)
    if other.id != run.id:
        raise _two_runs(run, other)
    if end < begin:
        raise _reversed(begin, end)
    states = run_states(session, run)
    return Between(
        _place(session, run, begin, asked), _place(session, run, end, asked_last), tuple(states.parts((begin, end)))
    )


def _found(
    session: Session, actor: Actor, keyring: Keyring, keyset: KeySet, text: str, where: str
) -> tuple[IssueRun, int, AskedCode]:
    # A scanner that types through a Chinese input method types full-width characters.
    asked = read_asked(unicodedata.normalize("NFKC", text).strip(), keyset, where)
    if asked.signature is Word.BAD_SIGNATURE:
        raise _bad_signature(where)
    try:
        run, index = place_of(session, keyring, asked)
        require_enterprise(actor, session.get_one(IssueOrder, run.order_id).enterprise_id, where)
    except NotFoundError:
        raise _not_ours(where) from None
    return run, index, asked


def _place(session: Session, run: IssueRun, index: int, asked: AskedCode) -> LabelPlace:
    return LabelPlace(
        serial=asked.serial,
        run=listed_run(session, run),
        batch=listed_batch(session, run.batch_id),
        index=index,
        state=run_states(session, run).at(index).state,
    )


def _bad_signature(where: str) -> InvalidInputError:
    return invalid(
        where,
        "二维码里的签名与号码不符",
        "the signature in the symbol is not that of its code",
        "可能是没有扫全，也可能是仿制的标签：请重扫，或手输标签上的 13 位号码核对",
        "It was scanned in part, or the label is an imitation: scan again, or type the 13 characters to compare",
    )


def _not_ours(where: str) -> InvalidInputError:
    return invalid(
        where,
        "本企业没有这枚标识",
        "your enterprise has no such code",
        "请核对是不是本企业的标签",
        "Check that the label is one of yours",
    )


def _two_runs(first: IssueRun, last: IssueRun) -> InvalidInputError:
    return invalid(
        LAST,
        f"首枚属于第 {first.number} 号赋码批（批次 {first.lot}），末枚属于第 {last.number} 号（批次 {last.lot}）",
        f"the first label is of run {first.number} (lot {first.lot}), the last of run {last.number} (lot {last.lot})",
        "一次只能办理同一赋码批的标识；请重扫末枚，或分两次办理",
        "One act is about one run: scan the last label again, or act twice",
    )


def _reversed(begin: int, end: int) -> InvalidInputError:
    return invalid(
        LAST,
        f"末枚（第 {end + 1:,} 枚）在首枚（第 {begin + 1:,} 枚）之前",
        f"the last label (number {end + 1:,}) comes before the first one (number {begin + 1:,})",
        "请对调首枚和末枚，或重新扫描",
        "Let the two change places, or scan them again",
        is_reversed=True,
    )

"""What may happen to a code, and the state of every index of a run, kept as intervals.

A code is issued, then activated; it can be voided or returned from either state, and never comes back: a voided
index is never valid again, whatever is asked later.
"""

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gimark.errors import ConflictError, Fault, InvalidInputError, invalid

MAX_RUN_NUMBER = 2**24 - 1
MAX_RUN_COUNT = 2**24
LONGEST_KEY = 80

Span = tuple[int, int]


class RangeKind(StrEnum):
    """Acts on ranges. A reprint changes no code: it permits its label to be printed once more."""

    ACTIVATE = "activate"
    VOID = "void"
    RETURN = "return"
    REPRINT = "reprint"


class PrintFormat(StrEnum):
    """What label files are for: PDF for sheets and print houses, ZPL (Zebra) and TSPL (TSC and others) for rolls, SVG
    and PNG for designers, an archive with a file for each label."""

    PDF = "pdf"
    ZPL = "zpl"
    TSPL = "tspl"
    SVG = "svg"
    PNG = "png"


class CodeState(StrEnum):
    """The state of one code."""

    ISSUED = "issued"
    ACTIVE = "active"
    VOIDED = "voided"
    RETURNED = "returned"


ENDED = frozenset({CodeState.VOIDED, CodeState.RETURNED})
RESULT = {
    RangeKind.ACTIVATE: CodeState.ACTIVE,
    RangeKind.VOID: CodeState.VOIDED,
    RangeKind.RETURN: CodeState.RETURNED,
}
ALLOWED_FROM = {
    RangeKind.ACTIVATE: frozenset({CodeState.ISSUED}),
    RangeKind.VOID: frozenset({CodeState.ISSUED, CodeState.ACTIVE}),
    RangeKind.RETURN: frozenset({CodeState.ISSUED, CodeState.ACTIVE}),
    RangeKind.REPRINT: frozenset({CodeState.ISSUED, CodeState.ACTIVE}),
}


ENDING = (RangeKind.VOID, RangeKind.RETURN)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Up to how many codes of one batch one person alone may end on one day, and why so many."""

    codes: int
    reason_zh: str
    reason_en: str

    def is_passed_by(self, codes: int) -> bool:
        """Whether so many take a second person."""
        return codes > self.codes


MASS = Threshold(
    3_000,
    "印制和贴标损耗通常为 1–3 %，一次 10 万枚的订单至多损耗 3,000 枚；更多就不是日常损耗",
    "printing and sticking usually spoil 1-3 % of the labels, at most 3,000 of an order of 100,000; more is no waste",
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Indices first..last (inclusive) in one state since the act at `act_index` of the ledger (None = since issue)."""

    first: int
    last: int
    state: CodeState
    act_index: int | None

    @property
    def size(self) -> int:
        """How many codes."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class RunStates:
    """The states of all `count` indices of a run as stretches in order, without gaps."""

    stretches: tuple[Stretch, ...]

    @classmethod
    def fresh(cls, count: int) -> "RunStates":
        """A run just issued."""
        return cls((Stretch(0, count - 1, CodeState.ISSUED, None),))

    @property
    def count(self) -> int:
        """How many codes the run has."""
        return self.stretches[-1].last + 1

    def at(self, index: int) -> Stretch:
        """The stretch that holds `index`, which must be inside the run."""
        return self.stretches[bisect_right(self.stretches, index, key=lambda s: s.first) - 1]

    def number_in(self, state: CodeState) -> int:
        """How many codes are in `state`."""
        return sum(s.size for s in self.stretches if s.state is state)

    def parts(self, span: Span) -> list[Stretch]:
        """The stretches cut to `span`."""
        first, last = span
        return [
            Stretch(max(s.first, first), min(s.last, last), s.state, s.act_index)
            for s in self.stretches
            if s.first <= last and s.last >= first
        ]

    def after(self, kind: RangeKind, spans: Sequence[Span], act_index: int) -> "RunStates":
        """The states after an act on `spans` (checked before); a reprint leaves them as they are."""
        if kind is RangeKind.REPRINT:
            return self
        stretches: list[Stretch] = []
        position = 0
        for first, last in spans:
            if first > position:
                stretches += self.parts((position, first - 1))
            stretches.append(Stretch(first, last, RESULT[kind], act_index))
            position = last + 1
        if position < self.count:
            stretches += self.parts((position, self.count - 1))
        return RunStates(tuple(stretches))


def checked_spans(spans: Iterable[Span], count: int) -> list[Span]:
    """Ranges in order, each inside 0..count-1, none reversed, none overlapping another; at least one."""
    ordered = sorted(spans)
    if not ordered:
        raise _wrong("没有给出号段", "no range was given", "请给出首枚和末枚标识", "Give the first and the last code")
    for first, last in ordered:
        if first > last:
            raise _wrong(*reversed_words(first, last))
        if first < 0 or last >= count:
            raise _wrong(
                f"{place_words(first, last)[0]}超出本赋码批，它只有 {count:,} 枚",
                f"{place_words(first, last)[1]}: outside of the run, which has {count:,}",
                "请核对标识是否属于这一批",
                "Check that the codes belong to this run",
            )
    for (_, last), (first, _) in itertools.pairwise(ordered):
        if first <= last:
            raise _wrong(
                f"号段在{place_words(first, first)[0]}重叠",
                f"ranges overlap at {place_words(first, first)[1]}",
                "请把重叠的号段合并或分开",
                "Join or part the overlapping ranges",
            )
    return ordered


def reversed_words(first: int, last: int) -> tuple[str, str, str, str]:
    """Reason and remedy, each in Chinese and English, for a range that ends before it begins."""
    return (
        f"号段首尾颠倒：第 {first + 1:,} 枚（序号 {first}）在第 {last + 1:,} 枚之后",
        f"the range is reversed: code {first + 1:,} (index {first}) comes after code {last + 1:,}",
        "请先扫首枚、再扫末枚",
        "Scan the first, then the last",
    )


def codes_in(spans: Iterable[Span]) -> int:
    """How many codes disjoint ranges hold."""
    return sum(last - first + 1 for first, last in spans)


def check_key(key: str) -> None:
    """Refuse an idempotency key that is empty, over 80 characters or not printable."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise invalid(
            "idempotency_key",
            "幂等键为空、过长或含控制字符",
            "the idempotency key is empty, too long or has control characters",
            f"请给每张订单一个不超过 {LONGEST_KEY} 字符的唯一编号",
            f"Give each order a unique key of at most {LONGEST_KEY} characters",
        )


def check_act(states: RunStates, kind: RangeKind, spans: Sequence[Span]) -> None:
    """Refuse an act that a code in `spans` is in no state for; nothing is done by halves."""
    for span in spans:
        for part in states.parts(span):
            if part.state not in ALLOWED_FROM[kind]:
                raise ConflictError(
                    (_refusal(kind, part),), {"first": part.first, "last": part.last, "state": part.state}
                )


def place_words(first: int, last: int) -> tuple[str, str]:
    """Which codes of a run are meant, in Chinese and English: as people count, and by index, as programs do, from 0."""
    if first == last:
        return f"第 {first + 1:,} 枚（序号 {first}）", f"code {first + 1:,} (index {first})"
    return (
        f"第 {first + 1:,}–{last + 1:,} 枚（序号 {first}–{last}）",
        f"codes {first + 1:,}–{last + 1:,} (index {first}–{last})",
    )


def _refusal(kind: RangeKind, part: Stretch) -> Fault:
    which_zh, which_en = place_words(part.first, part.last)
    acts_zh = {RangeKind.ACTIVATE: "激活", RangeKind.VOID: "作废", RangeKind.RETURN: "退标", RangeKind.REPRINT: "补印"}
    states_zh = {
        CodeState.ACTIVE: "已激活",
        CodeState.VOIDED: "已作废",
        CodeState.RETURNED: "已退标",
        CodeState.ISSUED: "未激活",
    }
    return Fault(
        "ranges",
        f"{which_zh}{states_zh[part.state]}，不能{acts_zh[kind]}",
        f"{which_en}: {part.state}, cannot be acted on by {kind}",
        "请从号段中去掉这些标识后重试",
        "Leave these codes out of the range and try again",
    )


def _wrong(reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> InvalidInputError:
    return InvalidInputError((Fault("ranges", reason_zh, reason_en, remedy_zh, remedy_en),))

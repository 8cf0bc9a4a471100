"""Where printed labels went, as intervals of a run's indices. Every index of an order has one fate or is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from gimark.errors import Checklist
from gimark.issuance.rules import Span, place_words, reversed_words


class Fate(StrEnum):
    """What became of a label: printed well (on a pack or in stock), spoilt, or handed back unused."""

    PRINTED = "printed"
    SCRAPPED = "scrapped"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Told:
    """Indices first..last (inclusive) and what became of them; None: nobody has said, they are missing."""

    first: int
    last: int
    fate: Fate | None

    @property
    def size(self) -> int:
        """How many labels."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Accounted:
    """The labels of an order as stretches in order, without gaps."""

    stretches: tuple[Told, ...]

    @classmethod
    def unsaid(cls, span: Span) -> "Accounted":
        """An order on which nobody reported yet."""
        return cls((Told(*span, None),))

    def number(self, fate: Fate | None) -> int:
        """How many labels had this fate; None: are missing."""
        return sum(part.size for part in self.stretches if part.fate is fate)

    def spans(self, fate: Fate | None) -> tuple[Span, ...]:
        """Where they are."""
        return tuple((part.first, part.last) for part in self.stretches if part.fate is fate)

    def after(self, told: Iterable[Told]) -> "Accounted":
        """With a report taken in: what it says of a label replaces what was said before."""
        stretches = list(self.stretches)
        for new in told:
            stretches = [piece for old in stretches for piece in _cut(old, new)]
            stretches = sorted([*stretches, new], key=lambda part: part.first)
        return Accounted(tuple(_joined(stretches)))


def check_report(told: Sequence[Told], span: Span) -> None:
    """Refuse a report that says nothing, names a label twice or one outside of the order. Raises InvalidInputError."""
    checklist = Checklist()
    if not told:
        checklist.add(
            "ranges", "没有填写号段", "it names no labels", "请填写至少一个号段", "Give at least one range of labels"
        )
    for at, part in enumerate(told):
        if part.first > part.last:
            checklist.add(f"ranges/{at}", *reversed_words(part.first, part.last))
        elif not span[0] <= part.first <= part.last <= span[1]:
            named, all_of_it = place_words(part.first, part.last), place_words(*span)
            checklist.add(
                f"ranges/{at}",
                f"{named[0]}不在本订单的{all_of_it[0]}之内",
                f"{named[1]} is not within the order's {all_of_it[1]}",
                "请核对首枚和末枚",
                "Check the first and the last label",
            )
    ordered = sorted(told, key=lambda part: part.first)
    for before, after in pairwise(ordered):
        if after.first <= before.last:
            which_zh, which_en = place_words(after.first, after.first)
            checklist.add(
                "ranges",
                f"{which_zh}报了两次",
                f"{which_en} is named twice",
                "一枚标签只能有一种去向",
                "Each label went one way",
            )
    checklist.settle()


def _cut(old: Told, new: Told) -> list[Told]:
    """What of `old` lies outside of `new`."""
    if new.last < old.first or old.last < new.first:
        return [old]
    pieces = []
    if old.first < new.first:
        pieces.append(Told(old.first, new.first - 1, old.fate))
    if new.last < old.last:
        pieces.append(Told(new.last + 1, old.last, old.fate))
    return pieces


def _joined(stretches: list[Told]) -> list[Told]:
    joined: list[Told] = []
    for part in stretches:
        if joined and joined[-1].fate is part.fate:
            joined[-1] = Told(joined[-1].first, part.last, part.fate)
        else:
            joined.append(part)
    return joined

"""Dates and masses of a batch, and how much volume is left. Pure; masses in grams, days in Asia/Shanghai."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gimark.errors import Checklist
from gimark.quantities import checked_grams, codes_within_tolerance, within_tolerance


class BatchState(StrEnum):
    """Where a batch stands: registered, its packing confirmed, or recalled for good."""

    REGISTERED = "registered"
    CONFIRMED = "confirmed"
    RECALLED = "recalled"


def state_of(packed_on: date | None, *, is_recalled: bool) -> BatchState:
    """Where a batch that was packed on that day (None: not confirmed) stands."""
    if is_recalled:
        return BatchState.RECALLED
    return BatchState.REGISTERED if packed_on is None else BatchState.CONFIRMED


@dataclass(frozen=True, slots=True)
class BatchTerms:
    """What may change about a batch. `packed_g` and `packed_on` are None until it is confirmed."""

    town_code: str
    harvested_from: date
    harvested_until: date
    planned_g: int
    packed_g: int | None = None
    packed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """A batch's volume in grams: its bases, what live codes and held orders use, and what is activated.

    `override_g` is what the regulator raised both bases by.
    """

    planned_g: int
    packed_g: int | None
    issued_g: int
    activated_g: int
    reserved_g: int
    override_g: int = 0

    @property
    def issue_base_g(self) -> int:
        """What codes may be issued for, before the tolerance."""
        return self.planned_g + self.override_g

    @property
    def activation_base_g(self) -> int:
        """What codes may be activated for, before the tolerance; nothing before the batch is confirmed."""
        return 0 if self.packed_g is None else self.packed_g + self.override_g

    def issuable(self, net_g: int) -> int:
        """How many more codes of `net_g` may be issued: live codes and held orders stay ≤ planned mass + 2 %."""
        return codes_within_tolerance(net_g, self.issued_g + self.reserved_g, self.issue_base_g)

    def activatable(self, net_g: int) -> int:
        """How many more may be activated: ≤ confirmed mass + 2 %; none before the batch is confirmed."""
        return codes_within_tolerance(net_g, self.activated_g, self.activation_base_g)

    @property
    def is_within_approval(self) -> bool:
        """Whether activated codes stay within the confirmed mass + 2 %."""
        return within_tolerance(self.activated_g, self.activation_base_g)


def check_terms(terms: BatchTerms, today: date, before: BatchTerms | None = None) -> None:
    """Refuse dates that run backwards and masses that cannot be; `before` is set for a later act on the batch.

    The packing date is never earlier than the last harvest day, never in the future, and once confirmed is never
    moved earlier (an authorization that began later would otherwise cover what it did not).
    """
    checklist = Checklist()
    checklist.take(lambda: checked_grams(terms.planned_g, "planned_g"))
    checklist.take(lambda: check_harvest(terms.harvested_from, terms.harvested_until, today))
    packed_g, packed_on = terms.packed_g, terms.packed_on
    if packed_g is not None:
        checklist.take(lambda: checked_grams(packed_g, "packed_g"))
    if packed_on is not None:
        _check_packing(checklist, terms, packed_on, today, before)
    checklist.settle()


def check_harvest(began: date, ended: date, today: date) -> None:
    """Refuse a harvest that ends before it begins, or in the future."""
    checklist = Checklist()
    if ended < began:
        checklist.add(
            "harvested_until",
            "采收截止日早于起始日",
            "the harvest ends before it begins",
            "请核对采收日期",
            "Check the harvest days",
        )
    if ended > today:
        checklist.add(
            "harvested_until",
            "采收日在将来",
            "the harvest lies in the future",
            "请在采收后登记",
            "Register after the harvest",
        )
    checklist.settle()


def _check_packing(
    checklist: Checklist, terms: BatchTerms, packed_on: date, today: date, before: BatchTerms | None
) -> None:
    if packed_on < terms.harvested_until:
        checklist.add(
            "packed_on",
            f"包装日 {packed_on} 早于采收截止日 {terms.harvested_until}",
            f"packed on {packed_on}, before the harvest ended on {terms.harvested_until}",
            "包装日不能早于采收；请核对两个日期",
            "Packing cannot come before the harvest; check both days",
        )
    if packed_on > today:
        checklist.add(
            "packed_on",
            "包装日在将来",
            "the packing date lies in the future",
            "请在包装后确认",
            "Confirm after packing",
        )
    if before is not None and before.packed_on is not None and packed_on < before.packed_on:
        checklist.add(
            "packed_on",
            f"包装日不能从 {before.packed_on} 提前到 {packed_on}",
            f"the packing date cannot move from {before.packed_on} back to {packed_on}",
            "已确认的包装日只能往后改；如有疑问请联系监管部门",
            "A confirmed packing date only moves later; ask the regulator if in doubt",
        )

"""The facts of a right that may change: what it is about and its kind stay for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gimark.registry.rights.model import FactName, Right, RightKind

# As the register keeps a changed fact, and a reader is told it: text, list of texts, a day as YYYY-MM-DD, or None.
FactValue = str | list[str] | None
# Of the facts, those that stand in the ledger.
LOGGED = (
    FactName.AREA,
    FactName.STANDARD,
    FactName.ANNOUNCEMENT,
    FactName.TRADEMARK,
    FactName.FROM,
    FactName.UNTIL,
)


@dataclass(frozen=True, slots=True)
class RightFacts:
    """All of them. Numbers and the holder are None when unknown; both days are included, `valid_until` None = open."""

    holder: str | None
    towns: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    standard: str | None = None
    announcement: str | None = None
    trademark: str | None = None
    defined_grades: tuple[str, ...] = ()
    printed_texts: tuple[str, ...] = ()

    def values(self) -> dict[FactName, FactValue]:
        """Each fact by its name, the towns in the order of their codes."""
        return {
            FactName.HOLDER: self.holder,
            FactName.STANDARD: self.standard,
            FactName.ANNOUNCEMENT: self.announcement,
            FactName.TRADEMARK: self.trademark,
            FactName.AREA: sorted(self.towns),
            FactName.GRADES: list(self.defined_grades),
            FactName.PRINTED_TEXTS: list(self.printed_texts),
            FactName.FROM: self.valid_from.isoformat(),
            FactName.UNTIL: None if self.valid_until is None else self.valid_until.isoformat(),
        }


def facts_of(right: Right, towns: tuple[str, ...]) -> RightFacts:
    """The facts that a right's row has now; `towns` are those of its area."""
    return RightFacts(
        holder=right.holder or None,
        towns=towns,
        valid_from=right.valid_from,
        valid_until=right.valid_until,
        standard=right.standard,
        announcement=right.announcement,
        trademark=right.trademark,
        defined_grades=tuple(right.defined_grades),
        printed_texts=tuple(right.printed_texts),
    )


def logged_fields(gi: str, kind: RightKind, values: Mapping[FactName, FactValue]) -> dict[str, object]:
    """The own fields of a right.set entry, `amends` apart."""
    return {"gi": gi, "kind": kind.value, **{name.value: values[name] for name in LOGGED}}

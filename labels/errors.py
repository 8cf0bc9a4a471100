"""Errors of label making. Each names the field, the reason and the remedy in Chinese and English.

The shape of a fault is the same as in the domain's own tree, so that one page shows both; nothing is shared, because
this package stands alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `field` is its path with `/` between the parts, empty for the whole input."""

    field: str
    reason_zh: str
    reason_en: str
    remedy_zh: str
    remedy_en: str


class LabelError(Exception):
    """Root of the tree. `code` is the public kebab-case name; `faults` say what to mend."""

    code: ClassVar[str] = "label"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return f"{self.text('zh')} / {self.text('en')}"

    def lines(self) -> list[str]:
        """Each fault in Chinese and in English, on a line of its own."""
        return [f"{_say(fault, 'zh')} / {_say(fault, 'en')}" for fault in self.faults]

    def text(self, language: str) -> str:
        """The whole message in `language` ("zh" or "en"): field, reason, remedy, one fault after another."""
        return " ".join(_say(fault, language) for fault in self.faults)


class TemplateError(LabelError):
    """The template is not well formed, or what it draws does not fit where it says."""

    code = "label-template"


class MissingTextError(LabelError):
    """Text that the law wants on the label was not given, or text stands there that it forbids."""

    code = "label-text"


class CarrierError(LabelError):
    """The symbol cannot be printed legibly: too long a payload, too small a module."""

    code = "label-carrier"


class FontError(LabelError):
    """No usable font, or a character that the font does not draw."""

    code = "label-font"


class RowError(LabelError):
    """A serial, typed code or URI has a shape that no label and no print file may carry."""

    code = "label-row"


class ProofError(LabelError):
    """A finished label, read back by an independent reader, does not say what it must; the file is not released."""

    code = "label-proof"


class PhotographError(LabelError):
    """What was sent as a photograph of a label is none, is damaged, or is too large to be looked at."""

    code = "label-photograph"


class Checked:
    """Collects refusals, so that all that is wrong with a label is said at once."""

    def __init__(self) -> None:
        self._refusals: list[LabelError] = []

    def take(self, make: Callable[[], T]) -> T | None:
        """What `make` makes; None after noting why it was refused."""
        try:
            return make()
        except LabelError as refusal:
            self._refusals.append(refusal)
            return None

    def settle(self) -> None:
        """Raise what was noted: the error of its kind, or a plain one when there are several kinds."""
        if self._refusals:
            kinds = {type(refusal) for refusal in self._refusals}
            kind = kinds.pop() if len(kinds) == 1 else LabelError
            raise kind(dict.fromkeys(fault for refusal in self._refusals for fault in refusal.faults))


def _say(fault: Fault, language: str) -> str:
    if language == "zh":
        where = f"{fault.field}：" if fault.field else ""
        return f"{where}{fault.reason_zh}。{fault.remedy_zh}。"
    where = f"{fault.field}: " if fault.field else ""
    return f"{where}{fault.reason_en}. {fault.remedy_en}."

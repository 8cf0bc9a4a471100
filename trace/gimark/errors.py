"""One tree of errors for the whole domain. No HTTP status lives here: `api/problems.py` maps classes to statuses.

Every error names the field, the reason and the remedy in Chinese and English, so that any desk (command line,
page, JSON) can say the same thing. `zh` and `en` are safe to show to whoever sent the input; they never hold a
secret or another actor's data.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one field of an input.

    `field` is the field's path with `/` between the parts (`rights/0/holder`), empty for the whole input.
    """

    field: str
    reason_zh: str
    reason_en: str
    remedy_zh: str
    remedy_en: str


@dataclass(eq=False)
class GimarkError(Exception):
    """Root of the tree. `code` is the public kebab-case name; `faults` say what to mend; `extras` are typed facts."""

    code: ClassVar[str] = "error"

    faults: tuple[Fault, ...]
    extras: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.text('zh')} / {self.text('en')}"

    def lines(self) -> list[str]:
        """Each fault in Chinese and in English, on a line of its own."""
        return [f"{say(fault, 'zh')} / {say(fault, 'en')}" for fault in self.faults]

    def text(self, language: str) -> str:
        """The whole message in `language` ("zh" or "en"): field, reason, remedy, one fault after another."""
        return " ".join(say(fault, language) for fault in self.faults)


def say(fault: Fault, language: str) -> str:
    """One fault as a sentence in `language` ("zh" or "en")."""
    if language == "zh":
        where = f"{fault.field}：" if fault.field else ""
        return f"{where}{fault.reason_zh}。{fault.remedy_zh}。"
    where = f"{fault.field}: " if fault.field else ""
    return f"{where}{fault.reason_en}. {fault.remedy_en}."


class InvalidInputError(GimarkError):
    """The input breaks a rule of form or of law; nothing was done."""

    code = "invalid-input"


class NotFoundError(GimarkError):
    """No such thing, or none that this actor may see: the two are never told apart."""

    code = "not-found"


class NotAllowedError(GimarkError):
    """The actor's role does not permit the act."""

    code = "not-allowed"


class ScopeMissingError(NotAllowedError):
    """The actor's role permits the act, the access key that was used does not."""

    code = "scope-missing"


class NotAuthenticatedError(GimarkError):
    """Nobody said who they are, where somebody must be known."""

    code = "not-authenticated"


class AccessKeyRefusedError(NotAuthenticatedError):
    """The access key is unknown, expired or revoked, or its owner may not act."""

    code = "access-key-refused"


class ConflictError(GimarkError):
    """The act does not fit the present state of what it acts on."""

    code = "conflict"


class NotAuthorisedError(ConflictError):
    """No active authorization covers the act (suspended, revoked, out of dates or out of scope)."""

    code = "not-authorised"


class VolumeExceededError(ConflictError):
    """More codes than the batch's mass allows."""

    code = "volume-exceeded"


class SecondPersonNeededError(ConflictError):
    """One person alone may not do this; all else about the act was in order. Nothing was done."""

    code = "second-person-needed"


class IdempotencyKeyReusedError(ConflictError):
    """The same idempotency key came with another body."""

    code = "idempotency-key-reused"


class TooManyTriesError(GimarkError):
    """Too many wrong passwords or codes; `extras["wait_s"]` is how long to wait before the next, in seconds."""

    code = "too-many-tries"


class StoreBusyError(GimarkError):
    """The database was locked for longer than an act waits; nothing was done and trying again is safe."""

    code = "store-busy"


class StoreFailedError(GimarkError):
    """The database or the disk refused to keep what was written (full, read-only, gone); nothing was done."""

    code = "store-failed"


class KeyFileError(GimarkError):
    """A key file is missing, readable by others, damaged, or its passphrase is wrong."""

    code = "key-file"


class LedgerError(GimarkError):
    """The ledger and what it is compared with disagree, or an entry would break its format."""

    code = "ledger"


def invalid(
    where: str, reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str, **extras: Any
) -> InvalidInputError:
    """An `InvalidInputError` with a single fault."""
    return InvalidInputError((Fault(where, reason_zh, reason_en, remedy_zh, remedy_en),), extras)


class Checklist:
    """Collects what is wrong with an input, so that a form is answered with all of its faults at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, where: str, reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> None:
        """Note one fault."""
        self.faults.append(Fault(where, reason_zh, reason_en, remedy_zh, remedy_en))

    def take(self, check: Callable[[], T]) -> T | None:
        """The value of `check()`, or None after noting the faults it raised."""
        try:
            return check()
        except InvalidInputError as error:
            self.faults.extend(error.faults)
            return None

    def settle(self) -> None:
        """Raise InvalidInputError with everything noted, if anything was."""
        if self.faults:
            raise InvalidInputError(tuple(self.faults))

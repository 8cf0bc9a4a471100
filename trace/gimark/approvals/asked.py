"""The acts that can be asked for, each with its values as a proposal keeps them and the domain action that does it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Protocol

from gimark.accounts.rules import Actor
from gimark.approvals.rules import ActKind
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind, Span
from gimark.ledger import book
from gimark.production.actions import recall_batch
from gimark.production.overrides import override_volume
from gimark.registry.authorizations.actions import ChangeForm, change_authorization
from gimark.registry.authorizations.rules import ChangeKind
from gimark.store.unit_of_work import Act


class Asked(Protocol):
    """An act as it is asked for."""

    kind: ClassVar[ActKind]

    @property
    def subject_ref(self) -> str:
        """The public reference of what is acted on."""
        ...

    @property
    def reason(self) -> str:
        """Why; it becomes public with the act, but for an exception to the volume rule."""
        ...

    def payload(self) -> dict[str, object]:
        """The values, as JSON."""
        ...

    def do(self, act: Act, first: Actor, second: Actor | None) -> int:
        """Do it as `first`, and give the ledger index. Raises what the domain action raises."""
        ...


@dataclass(frozen=True, slots=True)
class Revocation:
    """End an authorization for good, from a day; None is the day on which it is approved."""

    subject_ref: str
    reason: str
    effective_on: date | None = None

    kind: ClassVar = ActKind.REVOKE_AUTHORIZATION

    def payload(self) -> dict[str, object]:
        """Authorization, reason, day."""
        day = self.effective_on and self.effective_on.isoformat()
        return {"authorization": self.subject_ref, "reason": self.reason, "from": day}

    def do(self, act: Act, first: Actor, second: Actor | None) -> int:
        """Revoke it."""
        form = ChangeForm(ChangeKind.REVOKE, self.reason, self.effective_on)
        return change_authorization(act, first, self.subject_ref, form, second).ledger_index


@dataclass(frozen=True, slots=True)
class Recall:
    """Recall a batch: all of its codes turn red, for good."""

    subject_ref: str
    reason: str

    kind: ClassVar = ActKind.RECALL_BATCH

    def payload(self) -> dict[str, object]:
        """Batch, reason."""
        return {"batch": self.subject_ref, "reason": self.reason}

    def do(self, act: Act, first: Actor, second: Actor | None) -> int:
        """Recall it."""
        recall_batch(act, first, self.subject_ref, self.reason, second)
        return book.size(act.session) - 1


@dataclass(frozen=True, slots=True)
class Ending:
    """Void or return codes of a run, `spans` as inclusive indices."""

    subject_ref: str
    how: RangeKind
    spans: tuple[Span, ...]
    reason: str

    kind: ClassVar = ActKind.END_CODES

    def payload(self) -> dict[str, object]:
        """Run, how, ranges, reason."""
        ranges = [list(span) for span in self.spans]
        return {"run": self.subject_ref, "how": self.how.value, "ranges": ranges, "reason": self.reason}

    def do(self, act: Act, first: Actor, second: Actor | None) -> int:
        """End them."""
        form = RangeForm(self.how, self.spans, self.reason)
        return change_ranges(act, first, self.subject_ref, form, second).ledger_index


@dataclass(frozen=True, slots=True)
class Override:
    """Raise the limits of a batch by so many grams."""

    subject_ref: str
    extra_g: int
    reason: str

    kind: ClassVar = ActKind.OVERRIDE_VOLUME

    def payload(self) -> dict[str, object]:
        """Batch, grams, reason."""
        return {"batch": self.subject_ref, "extra_g": self.extra_g, "reason": self.reason}

    def do(self, act: Act, first: Actor, second: Actor | None) -> int:
        """Raise them."""
        return override_volume(act, first, self.subject_ref, self.extra_g, self.reason, second).ledger_index


def read(kind: ActKind, payload: dict[str, Any]) -> Asked:
    """The act that a proposal's row holds."""
    match kind:
        case ActKind.REVOKE_AUTHORIZATION:
            day = payload["from"] and date.fromisoformat(payload["from"])
            return Revocation(payload["authorization"], payload["reason"], day)
        case ActKind.RECALL_BATCH:
            return Recall(payload["batch"], payload["reason"])
        case ActKind.END_CODES:
            spans = tuple((first, last) for first, last in payload["ranges"])
            return Ending(payload["run"], RangeKind(payload["how"]), spans, payload["reason"])
        case ActKind.OVERRIDE_VOLUME:
            return Override(payload["batch"], payload["extra_g"], payload["reason"])


def sha256_of(asked: Asked) -> bytes:
    """The hash of the act's one spelling: of two proposals that are the same act it is the same."""
    said = {"kind": asked.kind.value, **asked.payload()}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).digest()

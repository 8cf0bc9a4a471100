"""The verdict: what may be said of one code, never more than is known (codes-and-ledger, "Verdicts").

A verdict has a colour, the one reason that won, and a ladder of rungs, each a fact of its own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Colour(StrEnum):
    """How the page is coloured; never shown without its words."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


class Reason(StrEnum):
    """Why; the first of these that applies to a code wins, in this order."""

    MALFORMED = "malformed"
    FOREIGN_HOST = "foreign_host"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    NOT_ISSUED = "not_issued"
    VOIDED = "voided"
    RETURNED = "returned"
    RECALLED = "recalled"
    NOT_AUTHORISED = "not_authorised"
    COPIED = "copied"
    NOT_ACTIVATED = "not_activated"
    UNSIGNED = "unsigned"
    TYPED = "typed"
    KEY_REVOKED = "key_revoked"
    UNSUPPORTED = "unsupported"
    KEY_REVOKED_CONFIRMED = "key_revoked_confirmed"
    AUTHENTIC = "authentic"
    UNAVAILABLE = "unavailable"


class RungName(StrEnum):
    """The ladder, bottom to top."""

    SIGNED = "signed"
    ISSUED = "issued"
    ACTIVATED = "activated"
    AUTHORISED = "authorised"
    WITHIN_VOLUME = "within_volume"
    EARLIER_CHECKS = "earlier_checks"


class RungState(StrEnum):
    """What was found at one rung."""

    PASS = "pass"  # noqa: S105 - a state, not a password
    WARN = "warn"
    FAIL = "fail"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True)
class Rung:
    """One line of the ladder."""

    name: RungName
    state: RungState


@dataclass(frozen=True, slots=True)
class OfficialAct:
    """The act behind a red verdict: what, when, why, and where it stands in the ledger."""

    kind: str  # "void", "return", "recall", "suspend", "revoke", "expire"
    reason: str | None
    at: datetime
    ledger_index: int


@dataclass(frozen=True, slots=True)
class RightFacts:
    """One right that the package carries, with the authorization it was packed under."""

    kind: str  # gi_product, certification_mark, collective_mark, agi
    gi_name_zh: str
    gi_name_en: str | None
    standard: str | None
    announcement: str | None
    trademark: str | None
    holder: str
    authorization_number: str
    authorised_from: date
    authorised_until: date | None
    authorization_index: int


@dataclass(frozen=True, slots=True)
class Package:
    """Everything a page may say of the batch behind a genuine code. Masses in grams, days in Asia/Shanghai."""

    gtin: str
    lot: str
    producer_lot: str | None
    item_name_zh: str
    item_name_en: str | None
    product_class: str
    grade: str | None
    net_g: int
    enterprise_zh: str
    enterprise_en: str | None
    uscc: str
    address: str
    town_zh: str
    harvested_from: date
    harvested_until: date
    packed_on: date | None
    planned_g: int
    packed_g: int | None
    rights: tuple[RightFacts, ...]
    batch_ref: str
    batch_index: int
    confirm_index: int | None
    recall: OfficialAct | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The issue run a code belongs to."""

    number: int
    count: int
    kid: str
    issued_at: datetime
    ledger_index: int


@dataclass(frozen=True, slots=True)
class Checks:
    """Earlier checks of this code (this one not counted). `provinces` holds codes like "33"; unknown is left out."""

    count: int
    first_at: datetime | None
    provinces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one look-up. `package`, `run` and `checks` are None whenever nothing may be said of them."""

    colour: Colour
    reason: Reason
    rungs: tuple[Rung, ...]
    serial: str | None = None
    package: Package | None = None
    run: RunFacts | None = None
    checks: Checks | None = None
    act: OfficialAct | None = None
    activated_at: datetime | None = None

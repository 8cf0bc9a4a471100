"""What became of an order's printed labels, in words, for either desk; numbered from 1, as files show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from api.web.desk.ranges import end_codes
from api.web.desk.seat import Seat
from api.web.figures import count_text
from api.web.translation import N_, sayer
from gimark.issuance.custody.queries import Custody
from gimark.issuance.custody.rules import Fate, Told
from gimark.issuance.keyring import Keyring
from gimark.issuance.queries import visible_run
from gimark.issuance.rules import codes_in

MOST_SHOWN = 60
FATES = {Fate.PRINTED: N_("印好"), Fate.SCRAPPED: N_("报废"), Fate.RETURNED: N_("退回")}


@dataclass(frozen=True, slots=True)
class Missing:
    """Labels from one number to another, from 1, with the codes of the two ends."""

    first: int
    last: int
    count: int
    first_code: str
    last_code: str


def account_of(session: Session, keyring: Keyring, seat: Seat, found: Custody) -> dict[str, Any]:
    """What a page shows of an account."""
    run = visible_run(session, seat.actor, found.run_ref)
    say = sayer(seat.language)
    fates = {fate: say(word) for fate, word in FATES.items()}
    return {
        "found": found,
        "numbers": [(word, count_text(found.accounted.number(fate))) for fate, word in fates.items()],
        "missing_count": found.accounted.number(None),
        "missing": [
            Missing(first + 1, last + 1, last - first + 1, *end_codes(keyring, run.epoch, run.number, (first, last)))
            for first, last in found.missing[:MOST_SHOWN]
        ],
        "hidden": len(found.missing[MOST_SHOWN:]),
        "void_count": codes_in(found.to_void),
        "return_count": codes_in(found.to_return),
        "reports": [(one, _summed(one.told, fates, seat)) for one in reversed(found.reports)],
    }


def _summed(told: tuple[Told, ...], fates: Mapping[Fate, str], seat: Seat) -> str:
    """How many labels went where, as one line."""
    sums = {fate: sum(part.size for part in told if part.fate is fate) for fate in fates}
    said = [f"{fates[fate]} {count_text(count)}" for fate, count in sums.items() if count]
    return sayer(seat.language)(N_("，")).join(said)

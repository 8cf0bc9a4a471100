"""One code's whole life, for those who may see it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.v1.answering import KnownTag, told
from api.v1.batch_bodies import LISTED as BATCH
from api.v1.batch_bodies import BatchShown, shown_batch
from api.v1.bodies import JsonRoute
from api.v1.description import needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Instant, Shown, examples
from api.v1.prints import PrintListed
from api.v1.ranges import ACTED, RangeActShown
from api.v1.runs import EXAMPLE as RUN
from api.v1.runs import RunShown
from gimark.accounts.rules import Permission
from gimark.codes.offline import Word
from gimark.codes.serial import typed_form
from gimark.codes.uri import MAX_READ_LENGTH
from gimark.issuance.rules import CodeState
from gimark.scans.life import CodeLife, MarkFacts, ScanSummary, code_life, read_asked
from gimark.scans.model import MarkKind

router = APIRouter(prefix="/codes", tags=["codes"], route_class=JsonRoute)


class ScansShown(Shown):
    """The checks of the code: a check is one device in one hour. Provinces are codes of GB/T 2260."""

    checks: Count
    first_at: Instant | None
    provinces: list[str]

    @classmethod
    def of(cls, found: ScanSummary) -> "ScansShown":
        """What is shown of a code's checks."""
        return cls(checks=found.checks, first_at=found.first_at, provinces=list(found.provinces))


class MarkShown(Shown):
    """The regulator's word on the code; the last one counts. `note` is null for a producer."""

    kind: MarkKind
    note: str | None
    at: Instant
    ledger_index: Count

    @classmethod
    def of(cls, found: MarkFacts) -> "MarkShown":
        """What is shown of a mark."""
        return cls.model_validate(found, from_attributes=True)


class CodeShown(Shown):
    """Everything that the register holds of a code; `ledger` are the entries that it stands on.

    `signature` is what the token of a whole address is worth by itself (`authentic`, `bad_signature`, …), null for a
    serial. The verdict that people see is at the code's own address.
    """

    model_config = examples(
        {
            "serial": "38GPERNQBQTSA",
            "typed": "38GP-ERNQ-BQTSA",
            "index": 7,
            "signature": "authentic",
            "state": "active",
            "batch": {**BATCH, "acts": []},
            "run": RUN,
            "acts": [ACTED],
            "print_orders": [],
            "scans": {"checks": 2, "first_at": "2026-11-23T04:00:00Z", "provinces": ["33"]},
            "marks": [],
            "ledger": [21, 23, 24],
        }
    )

    serial: str
    typed: str
    index: Count
    signature: Word | None
    state: CodeState
    batch: BatchShown
    run: RunShown
    acts: list[RangeActShown]
    print_orders: list[PrintListed]
    scans: ScansShown
    marks: list[MarkShown]
    ledger: list[Count]

    @classmethod
    def of(cls, life: CodeLife) -> "CodeShown":
        """What is shown of a code's life."""
        return cls(
            serial=life.serial,
            typed=typed_form(life.serial),
            index=life.index,
            signature=life.signature,
            state=life.state,
            batch=shown_batch(life.batch, life.batch_acts),
            run=RunShown.of(life.run),
            acts=[RangeActShown.of(act) for act in life.acts],
            print_orders=[PrintListed.of(order) for order in life.prints],
            scans=ScansShown.of(life.scans),
            marks=[MarkShown.of(mark) for mark in life.marks],
            ledger=list(life.ledger_indices),
        )


CodeAsked = Annotated[
    str,
    Query(
        min_length=1,
        max_length=MAX_READ_LENGTH,
        description="13 characters, as typed (`38GP-ERNQ-BQTSA`), or the whole address from the label",
        examples=["38GP-ERNQ-BQTSA"],
    ),
]


@router.get(
    "", response_model=CodeShown, responses={404: {}}, summary="Show a code", openapi_extra=needs(Permission.READ)
)
def show_code(process: Here, actor: Caller, code: CodeAsked, known: KnownTag = None) -> Response:
    """Where a code belongs and what became of it. To ask is no check of the code.

    404 for one that was never issued, does not agree with its run, or is another enterprise's.
    """
    here = process.here
    asked = read_asked(code, here.keyset)
    with here.store.reading() as session:
        return told(CodeShown.of(code_life(session, actor, here.keyring, asked)), known)

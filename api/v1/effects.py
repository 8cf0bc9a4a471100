"""What an act that cannot be taken back would do: told before it is asked for, and of a proposal before it is decided.

The counts are of the instant of the answer; nothing is done, and nothing kept.
"""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from api.v1.answering import KnownTag, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Day, Grams, Instant, RangeShown, Ref, RefInPath, Sent, Shown, examples
from api.v1.ranges import MOST_RANGES
from gimark.accounts.rules import Permission
from gimark.approvals.asked import Asked, Ending, Override, Recall, Revocation
from gimark.approvals.effects import Effect, effect_of
from gimark.approvals.queries import proposal as proposal_facts
from gimark.approvals.rules import ActKind, ProposalState, no_longer_waits
from gimark.errors import Checklist
from gimark.issuance.model import PrintState
from gimark.issuance.rules import CodeState, RangeKind

router = APIRouter(tags=["proposals"], route_class=JsonRoute)

EXAMPLE = {
    "kind": "recall_batch",
    "subject": "5p7r9t1w3y6a8c0e",
    "name_zh": "云溪香菇 花菇 250 g YX26A1112",
    "name_en": "Yunxi shiitake, 250 g YX26A1112",
    "enterprise_zh": "云溪县松雾菌业专业合作社",
    "enterprise_en": None,
    "codes": 1_000,
    "by_state": {"active": 980, "issued": 18, "voided": 2},
    "mass_g": 249_500,
    "lots": [{"lot": "YX26A1112", "packed_on": "2026-11-12"}],
    "print_orders": [{"ref": "3n5q7s9v1x3z5b8d", "first": 0, "last": 999, "state": "released"}],
    "checks": 41,
    "by_province": [{"province": "33", "checks": 39}, {"province": "", "checks": 2}],
    "counted_at": "2026-11-22T01:40:00Z",
}


class RangeAsked(Sent):
    """Indices of a run's codes, both included."""

    first: Count
    last: Count


class EffectAsked(Sent):
    """The act that is thought of: its kind and `subject`, and of the values those of its kind.

    `from` of a revocation (left out: today), `how` and `ranges` of ended codes, `extra_g` of an exception to the
    volume rule.
    """

    model_config = examples(
        {"kind": "recall_batch", "subject": "5p7r9t1w3y6a8c0e"},
        {
            "kind": "end_codes",
            "subject": "5p7r9t1w3y6a8c0e",
            "how": "void",
            "ranges": [{"first": 0, "last": 249}],
        },
    )

    kind: ActKind
    subject: Ref
    from_: Annotated[Day | None, Field(validation_alias="from")] = None
    how: Literal["void", "return"] | None = None
    ranges: Annotated[list[RangeAsked] | None, Field(min_length=1, max_length=MOST_RANGES)] = None
    extra_g: Grams | None = None

    @property
    def asked(self) -> Asked:
        """The same for the domain. Raises InvalidInputError naming the values that its kind needs."""
        match self.kind:
            case ActKind.REVOKE_AUTHORIZATION:
                return Revocation(self.subject, "", self.from_)
            case ActKind.RECALL_BATCH:
                return Recall(self.subject, "")
            case ActKind.OVERRIDE_VOLUME:
                self._check_has("extra_g")
                return Override(self.subject, self.extra_g or 0, "")
            case ActKind.END_CODES:
                self._check_has("how", "ranges")
                how = RangeKind.RETURN if self.how == "return" else RangeKind.VOID
                spans = tuple((one.first, one.last) for one in self.ranges or ())
                return Ending(self.subject, how, spans, "")

    def _check_has(self, *names: str) -> None:
        checks = Checklist()
        for name in names:
            if getattr(self, name) is None:
                checks.add(name, "没有填写", "it is missing", "这种操作需要它", "An act of this kind needs it")
        checks.settle()


class LotShown(Shown):
    """A batch that turns red, and the day on which it was packed; null before that is confirmed."""

    lot: str
    packed_on: date | None


class PrintTouched(RangeShown):
    """A print order with labels that become worthless."""

    ref: Ref
    state: PrintState


class ChecksShown(Shown):
    """Checks from a province: two digits of GB/T 2260, empty when it is not known."""

    province: str
    checks: Count


class EffectShown(Shown):
    """What will be otherwise afterwards.

    `codes` change, `by_state` by the state that they are in now; `mass_g` is the volume that they stand for, or that an
    exception adds. `lots` turn red. `checks` are of the whole runs that the codes belong to, up to `counted_at`.
    English names are null where none is registered.
    """

    model_config = examples(EXAMPLE)

    kind: ActKind
    subject: Ref
    name_zh: str
    name_en: str | None
    enterprise_zh: str
    enterprise_en: str | None
    codes: Count
    by_state: dict[CodeState, Count]
    mass_g: Count
    lots: list[LotShown]
    print_orders: list[PrintTouched]
    checks: Count
    by_province: list[ChecksShown]
    counted_at: Instant | None

    @classmethod
    def of(cls, asked: Asked, effect: Effect) -> "EffectShown":
        """What is shown of the effect that `asked` has."""
        return cls(
            kind=asked.kind,
            subject=asked.subject_ref,
            name_zh=effect.name_zh,
            name_en=effect.name_en,
            enterprise_zh=effect.enterprise_zh,
            enterprise_en=effect.enterprise_en,
            codes=effect.code_count,
            by_state=effect.codes,
            mass_g=effect.mass_g,
            lots=[LotShown(lot=lot, packed_on=day) for lot, day in effect.lots],
            print_orders=[PrintTouched.model_validate(file, from_attributes=True) for file in effect.files],
            checks=effect.check_count,
            by_province=[ChecksShown.model_validate(line, from_attributes=True) for line in effect.checks],
            counted_at=effect.counted_at,
        )


@router.post(
    "/effects",
    response_model=EffectShown,
    summary="Preview an act",
    openapi_extra=needs(Permission.READ),
)
def preview_effect(process: Here, actor: Caller, sent: EffectAsked) -> Response:
    """What the act would do now. Nothing is done or asked for; whether you may do it is not judged either."""
    asked, store = sent.asked, process.here.store
    with store.reading() as session:
        return told(EffectShown.of(asked, effect_of(session, actor, asked, store.clock.now())))


@router.get(
    "/proposals/{proposal}/effect",
    response_model=EffectShown,
    responses=conflicts(),
    summary="Preview a proposal",
    openapi_extra=needs(Permission.READ),
)
def show_effect(process: Here, actor: Caller, proposal: RefInPath, known: KnownTag = None) -> Response:
    """What approving it would do now; 409 once it does not wait any more."""
    store = process.here.store
    now = store.clock.now()
    with store.reading() as session:
        found = proposal_facts(session, actor, proposal, now)
        if found.state is not ProposalState.WAITING:
            raise no_longer_waits(found.state)
        return told(EffectShown.of(found.asked, effect_of(session, actor, found.asked, now)), known)

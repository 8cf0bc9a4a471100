"""How often codes were checked: sums that the worker keeps up every few minutes. No code, no device, no address."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from api.v1.answering import KnownTag, told
from api.v1.bodies import JsonRoute
from api.v1.description import needs
from api.v1.door import Caller, Here
from api.v1.models import Count, Instant, Ref, Shown, examples
from api.v1.paging import Page, PageQuery, page
from gimark.accounts.rules import Permission
from gimark.scans.statistics.queries import (
    Grouping,
    ScanLine,
    ScanSums,
    VerdictLine,
    scan_lines,
    scan_sums,
    verdict_lines,
)
from gimark.scans.statistics.scope import Scope

router = APIRouter(prefix="/statistics", tags=["statistics"], route_class=JsonRoute)

SUMS = {
    "runs": 12,
    "codes_issued": 60_000,
    "codes_checked": 1_204,
    "checks": 1_873,
    "counted_at": "2026-11-22T01:40:00Z",
}
LINE = {
    "key": "0k3v9m2x7q8r4t6w",
    "name": "云溪县松雾菌业专业合作社",
    "codes_issued": 20_000,
    "codes_checked": 401,
    "checks": 655,
}
OF_PROVINCE = {"key": "33", "name": "33", "codes_issued": None, "codes_checked": None, "checks": 512}
VERDICT = {"reason": "bad_signature", "province": "33", "looks": 7}
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


class ScopeQuery(BaseModel):
    """Whose checks: at most one of the three; none = all that the key may see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enterprise: Ref | None = None
    batch: Ref | None = None
    run: Ref | None = None

    @property
    def scope(self) -> Scope:
        """The same for the domain."""
        return Scope(self.enterprise, self.batch, self.run)


class LinesQuery(PageQuery, ScopeQuery):
    """Whose checks, and which part of the list."""


class SumsShown(Shown):
    """The sums of the runs in scope. `checks` counts a device once an hour and code; `counted_at` null = never yet."""

    model_config = examples(SUMS)

    runs: Count
    codes_issued: Count
    codes_checked: Count
    checks: Count
    counted_at: Instant | None

    @classmethod
    def of(cls, sums: ScanSums) -> "SumsShown":
        """What is shown of them."""
        return cls.model_validate(sums, from_attributes=True)


class LineShown(Shown):
    """One group's sums. `key` is a ref, a province (GB/T 2260, two digits, empty = unknown) or a month (YYYY-MM).

    Codes are null for provinces and months: the same code is checked in several.
    """

    model_config = examples(LINE, OF_PROVINCE)

    key: str
    name: str
    codes_issued: Count | None
    codes_checked: Count | None
    checks: Count

    @classmethod
    def of(cls, line: ScanLine) -> "LineShown":
        """What is shown of a group."""
        return cls.model_validate(line, from_attributes=True)


class VerdictShown(Shown):
    """How many look-ups ended in a reason, in a province (empty = unknown)."""

    model_config = examples(VERDICT)

    reason: str
    province: str
    looks: Count

    @classmethod
    def of(cls, line: VerdictLine) -> "VerdictShown":
        """What is shown of them."""
        return cls(reason=line.reason, province=line.province, looks=line.looks)


class MonthShown(Shown):
    """The look-ups of one month, of all codes, forged ones too."""

    model_config = examples({"month": "2026-11", "items": [VERDICT]})

    month: str
    items: list[VerdictShown]


@router.get(
    "/checks",
    response_model=SumsShown,
    responses={404: {}},
    summary="Sum up checks",
    openapi_extra=needs(Permission.READ),
)
def sum_checks(process: Here, actor: Caller, query: Annotated[ScopeQuery, Query()], known: KnownTag = None) -> Response:
    """How many codes were issued, how many of them were ever checked, and how often."""
    with process.here.store.reading() as session:
        return told(SumsShown.of(scan_sums(session, actor, query.scope)), known)


@router.get(
    "/checks/{group}",
    response_model=Page[LineShown],
    summary="Sum up checks by group",
    openapi_extra=needs(Permission.READ),
)
def list_checks(
    request: Request,
    process: Here,
    actor: Caller,
    group: Annotated[Grouping, Path(description="What one line stands for")],
    query: Annotated[LinesQuery, Query()],
) -> Response:
    """The same by enterprise, batch, run, province or month, in the order of the keys; months while they are kept."""
    with process.here.store.reading() as session:
        return page(request, scan_lines(session, actor, query.scope, group, query.wanted).map(LineShown.of))


@router.get(
    "/look-ups/{month}",
    response_model=MonthShown,
    summary="Count look-ups by verdict",
    openapi_extra=needs(Permission.READ),
)
def count_look_ups(
    process: Here,
    actor: Caller,
    month: Annotated[str, Path(pattern=MONTH, examples=["2026-11"])],
    known: KnownTag = None,
) -> Response:
    """How look-ups of a month ended, by reason and province; not for a producer's key, because they are nobody's."""
    with process.here.store.reading() as session:
        lines = verdict_lines(session, actor, month)
    return told(MonthShown(month=month, items=[VerdictShown.of(line) for line in lines]), known)

"""The county that this installation serves, and its towns."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.v1.answering import Changing, KnownTag, Made, Making, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Sent, Shown, Text, examples
from api.v1.paging import Page, PageQuery, page
from gimark.accounts.rules import Permission
from gimark.registry.county import actions, queries
from gimark.registry.county.actions import CountyForm
from gimark.registry.county.queries import TownFacts
from gimark.store.unit_of_work import Act

router = APIRouter(tags=["county"], route_class=JsonRoute)

WORDS = {
    "name_zh": "云溪县",
    "name_en": "Yunxi County",
    "regulator_zh": "云溪县市场监督管理局",
    "regulator_en": "Yunxi County Administration for Market Regulation",
    "regulator_address": "",
    "regulator_phone": "",
    "regulator_email": "",
    "title_zh": "云溪县地理标志查验",
    "title_en": "Yunxi GI mark check",
    "icp_number": "",
    "psb_number": "",
}
TOWN = {"code": "999001001", "name": "松坞镇", "name_en": "Songwu"}

Name = Annotated[Text, Field(min_length=1)]
TownCode = Annotated[
    str, Path(pattern="^[0-9]{6}([0-9]{3})?$", description="Statistical area code", examples=["999001001"])
]


class CountyShown(Shown):
    """The county, who supervises its marks, and what its pages are called. Empty text is not known yet (待填)."""

    model_config = examples({"code": "999001", "host": "gi.yunxi.example", **WORDS})

    code: str
    host: str
    name_zh: str
    name_en: str
    regulator_zh: str
    regulator_en: str
    regulator_address: str
    regulator_phone: str
    regulator_email: str
    title_zh: str
    title_en: str
    icp_number: str
    psb_number: str

    @classmethod
    def of(cls, facts: CountyForm) -> "CountyShown":
        """What is shown of the county."""
        return cls.model_validate(facts, from_attributes=True)


class CountySent(Sent):
    """The county's words, all of them; the code and the host that is printed in codes never change."""

    model_config = examples(WORDS)

    name_zh: Name
    name_en: Text
    regulator_zh: Text
    regulator_en: Text
    regulator_address: Text
    regulator_phone: Text
    regulator_email: Text
    title_zh: Name
    title_en: Text
    icp_number: Text
    psb_number: Text


class TownShown(Shown):
    """A township-level division, or the county itself, by its statistical code."""

    model_config = examples(TOWN)

    code: str
    name: str
    name_en: str | None

    @classmethod
    def of(cls, facts: TownFacts) -> "TownShown":
        """What is shown of a town."""
        return cls(code=facts.code, name=facts.name_zh, name_en=facts.name_en)


class TownChange(Sent):
    """A town's names."""

    model_config = examples({"name": "松坞镇", "name_en": "Songwu"})

    name: Text
    name_en: Text | None = None


class TownSent(TownChange):
    """A town as entered: its statistical code (9 digits; the county's own has 6) and its names."""

    model_config = examples(TOWN)

    code: Text


@router.get("/county", response_model=CountyShown, summary="Show the county", openapi_extra=needs(Permission.READ))
def show_county(process: Here, actor: Caller, known: KnownTag = None) -> Response:
    """The county's own words."""
    with process.here.store.reading() as session:
        return told(CountyShown.of(queries.county(session, actor)), known)


@router.put(
    "/county",
    response_model=CountyShown,
    summary="Correct the county's words",
    openapi_extra=needs(Permission.MANAGE_REGISTRY),
)
def change_county(changing: Changing, actor: Caller, sent: CountySent) -> Response:
    """Put these words in the place of those that are there. Pages show them once the servers were started again."""

    def shown(act: Act) -> CountyShown:
        return CountyShown.of(queries.county(act.session, actor))

    def correct(act: Act) -> None:
        now = shown(act)
        actions.set_county(act, actor, CountyForm(code=now.code, host=now.host, **sent.model_dump()))

    return changing.of(shown, correct)


@router.get("/towns", response_model=Page[TownShown], summary="List towns", openapi_extra=needs(Permission.READ))
def list_towns(request: Request, process: Here, actor: Caller, query: Annotated[PageQuery, Query()]) -> Response:
    """In the order of their codes."""
    with process.here.store.reading() as session:
        return page(request, queries.towns(session, actor, query.wanted).map(TownShown.of))


@router.get("/towns/{town}", response_model=TownShown, summary="Show a town", openapi_extra=needs(Permission.READ))
def show_town(process: Here, actor: Caller, town: TownCode, known: KnownTag = None) -> Response:
    """One town."""
    with process.here.store.reading() as session:
        return told(TownShown.of(queries.town(session, actor, town)), known)


@router.post(
    "/towns",
    status_code=201,
    response_model=TownShown,
    responses=conflicts(),
    summary="Enter a town",
    openapi_extra=needs(Permission.MANAGE_REGISTRY),
)
def make_town(actor: Caller, making: Making, sent: TownSent) -> Response:
    """A town that areas of rights, enterprises and batches can name."""

    def make(act: Act) -> Made:
        town = actions.enter_town(act, actor, sent.code, sent.name, sent.name_en)
        return Made(TownShown(code=town.code, name=town.name_zh, name_en=town.name_en), f"/v1/towns/{town.code}")

    return making.once(make)


@router.put(
    "/towns/{town}",
    response_model=TownShown,
    summary="Correct a town's names",
    openapi_extra=needs(Permission.MANAGE_REGISTRY),
)
def change_town(changing: Changing, actor: Caller, town: TownCode, sent: TownChange) -> Response:
    """Put these names in the place of those that are there; the code stays."""
    return changing.of(
        lambda act: TownShown.of(queries.town(act.session, actor, town)),
        lambda act: actions.correct_town(act, actor, town, sent.name, sent.name_en),
    )

"""Every component of the desks on one page, `/style`: for whoever makes pages, while the site is not on the network."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.pages import asked_in
from api.refusals import not_here
from api.v1.door import Here
from api.web.desk.forms import Form
from api.web.desk.lists import Listing
from api.web.desk.navigation import Masthead, Place
from api.web.desk.seat import Seat
from api.web.desk.tiles import tile_map
from api.web.figures import entry_of
from api.web.translation import N_, sayer
from gimark.accounts.rules import Actor, Role
from gimark.errors import NotFoundError

router = APIRouter()

SCANS = {"33": 16383, "31": 5236, "32": 4120, "44": 2874, "11": 1986, "35": 1265, "34": 972, "36": 841, "42": 463,
         "41": 412, "43": 386, "61": 206, "53": 131, "65": 38, "54": 6}  # fmt: skip
PLACES = (
    Place("style", "/style", N_("组件样张")),
    Place("register", "/register", N_("公示名录")),
    Place("ledger", "/ledger", N_("公示账本")),
)
LISTING = Listing("/style", {"q": "", "standing": ""}, ("name", "-day"), "name", "0000000000000000")


@router.get("/style")
def style(request: Request, process: Here) -> Response:
    """The page; on the network there is none."""
    if process.here.settings.is_https:
        raise NotFoundError(not_here())
    language, query = asked_in(process, request)
    say = sayer(language)
    faults = (("lot", say(N_("这个批次号已用过。每批的号码只能用一次；下一个可用的是 26-113。"))),)
    body = process.desk_pages.render(
        "desk/style.html",
        language,
        query,
        seat=Seat(Actor(0, "", Role.AUDITOR), language, "", ""),
        masthead=Masthead(say(N_("组件样张")), PLACES, process.site.regulator(language), say(N_("监管人员"))),
        told=say(N_("已登记。这一句只在做完之后出现一次。")),
        form=Form({"packed": ("2026-11-12",), "lot": ("26-112",), "format": ("roll",), "classes": ("fruit",)}, faults),
        plain=Form({}),
        listing=LISTING,
        map=tile_map(SCANS, language),
        entry=entry_of(47902),
    )
    return Response(body, 200, {"Cache-Control": "no-store", "Content-Language": language}, "text/html; charset=utf-8")

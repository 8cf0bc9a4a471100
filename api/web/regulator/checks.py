"""What look-ups ended in, month by month: the forged ones too, which belong to no enterprise."""

from collections import Counter
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.lists import listing_of
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk
from api.web.desk.tiles import tile_map
from api.web.figures import month_text
from api.web.language import Language
from api.web.public.words import TONES, WORDS
from api.web.translation import N_, sayer
from gimark.scans.rules import COLOURS, Colour, Reason
from gimark.scans.statistics.queries import verdict_lines, verdict_months

router = APIRouter(prefix="/regulator/checks")

# What the verdict's own title does not tell apart.
DETAILS = {
    Reason.FOREIGN_HOST: N_("网址不是本站的"),
    Reason.BAD_SIGNATURE: N_("签名不符"),
    Reason.UNKNOWN_KEY: N_("密钥不在公布的清单里"),
    Reason.NOT_ISSUED: N_("没有登记过"),
    Reason.TYPED: N_("手工输入的号码"),
    Reason.UNSIGNED: N_("只有号码，没有签名"),
}


@router.get("")
def checks(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """One month, the latest when none is asked for."""
    say = sayer(seat.language)
    listing = listing_of(request, ("month",))
    with process.here.store.reading() as session:
        months = verdict_months(session, seat.actor)[::-1]
        month = listing.filters["month"] if listing.filters["month"] in months else next(iter(months), "")
        lines = verdict_lines(session, seat.actor, month)
    by_reason: Counter[Reason] = Counter()
    troubled: Counter[str] = Counter()
    for line in lines:
        reason = Reason(line.reason)
        by_reason[reason] += line.looks
        if COLOURS[reason] is Colour.RED and reason is not Reason.MALFORMED:
            troubled[line.province] += line.looks
    rows = [
        (
            say(WORDS[reason].title).replace("|", ""),
            say(DETAILS[reason]) if reason in DETAILS else "",
            TONES[COLOURS[reason]],
            looks,
        )
        for reason, looks in by_reason.most_common()
    ]
    return desk_page(
        process,
        seat,
        request,
        "regulator/checks.html",
        listing=listing,
        month=_named(month, seat.language) if month else "",
        months=[(known, _named(known, seat.language)) for known in months],
        rows=rows,
        total=by_reason.total(),
        map=tile_map(troubled, seat.language),
        title=say(N_("各省查到红色结论的次数")),
    )


def _named(month: str, language: Language) -> str:
    """A month as it is asked for (2026-11), in words."""
    return month_text(date.fromisoformat(f"{month}-01"), language)

"""The regulator's first page: the season so far, what waits, whose volume is how far, and where codes are checked."""

from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.v1.door import Here
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtRegulatorDesk
from api.web.desk.tiles import tile_map
from api.web.desk.todo import Todo
from api.web.figures import count_text, day_text, mass_text, minute_text
from api.web.language import Language
from api.web.regulator.words import name_of
from api.web.translation import N_, pgettext, sayer
from gimark.accounts.rules import Actor
from gimark.approvals.queries import waiting_for
from gimark.clock import local_day
from gimark.issuance.figures import CodeFigures, code_figures
from gimark.ledger import book
from gimark.production.seasons import SeasonVolume, season_of, season_volume, volume_by_enterprise
from gimark.registry.rolls.standings import Standings, standings
from gimark.scans.rules import FORGED, Reason
from gimark.scans.statistics.queries import county_checks, looks_in

router = APIRouter(prefix="/regulator")

MOST_BARS = 8
# Codes that should be on no package any more.
ENDED = frozenset({Reason.VOIDED, Reason.RETURNED, Reason.RECALLED, Reason.NOT_AUTHORISED})

Figure = tuple[str, str, str, str]


@router.get("")
def home(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
    """This season until now."""
    now = process.here.store.clock.now()
    today = local_day(now)
    begins = season_of(today)
    with process.here.store.reading() as session:
        standing = standings(session, seat.actor, today)
        codes = code_figures(session, seat.actor, begins)
        volume = season_volume(session, seat.actor, begins)
        enterprises = volume_by_enterprise(session, seat.actor, begins, MOST_BARS)
        checks = county_checks(session, seat.actor, begins)
        todo = _todo(session, seat.actor, standing, today, waiting_for(session, seat.actor, now), seat.language)
        size = book.size(session)
    return desk_page(
        process,
        seat,
        request,
        "regulator/home.html",
        span=(day_text(begins, seat.language), minute_text(now, seat.language)),
        size=size,
        figures=_figures(standing, codes, volume, checks.checks, seat.language),
        todo=todo,
        enterprises=enterprises,
        checks=checks,
        map=tile_map(checks.by_province, seat.language),
        unknown=checks.by_province.get("", 0),
    )


def _figures(
    standing: Standings, codes: CodeFigures, volume: SeasonVolume, checks: int, language: Language
) -> Sequence[Figure]:
    say = sayer(language)
    by_product = " · ".join(f"{name_of(product, language)} {count}" for product, count in standing.by_product)
    mass, unit = mass_text(volume.base_g).rsplit("\u00a0", 1)
    ended = codes.voided + codes.returned
    detail = say(N_("作废 %(voided)s，退标 %(returned)s"), voided=_count(codes.voided), returned=_count(codes.returned))
    return (
        (say(N_("授权企业")), _count(standing.enterprises), say(N_("家")), by_product),
        (
            say(N_("本季登记")),
            mass,
            unit,
            say(N_("%(count)s 批，没有确认包装的按计划量"), count=_count(volume.batches)),
        ),
        (
            say(N_("已赋码")),
            _count(codes.issued),
            say(N_("枚")),
            say(N_("%(count)s 次，均已写入账本"), count=_count(codes.runs)),
        ),
        (say(N_("已激活")), _count(codes.activated), say(N_("枚")), _share(codes.activated, codes.issued, language)),
        (say(N_("作废与退回")), _count(ended), say(N_("枚")), detail if ended else ""),
        (say(pgettext("count", "查验")), _count(checks), say(N_("次")), say(N_("本季至今"))),
    )


def _todo(
    session: Session, actor: Actor, standing: Standings, today: date, proposals: int, language: Language
) -> Sequence[Todo]:
    """What waits, the gravest first."""
    say = sayer(language)
    forged, ended = looks_in(session, actor, f"{today:%Y-%m}", FORGED - {Reason.MALFORMED}, ENDED)
    waiting: list[Todo] = []
    if proposals:
        title = say(N_("%(count)s 项申请等您批准"), count=_count(proposals))
        waiting.append(Todo("bad", "people", "/regulator/approvals", title, say(N_("两人办理的事项，批准后才生效"))))
    if forged:
        title = say(N_("本月有 %(count)s 次查验查到的不是本县发放的标识"), count=_count(forged))
        waiting.append(Todo("bad", "x", "/regulator/checks", title, say(N_("签名不符、没有登记，或网址不是本站的"))))
    if ended:
        title = say(N_("本月有 %(count)s 次查验查到已终止的标识"), count=_count(ended))
        waiting.append(
            Todo("warn", "copy", "/regulator/checks", title, say(N_("已作废、已退回、已召回，或包装当日没有授权")))
        )
    if standing.ending:
        title = say(N_("%(count)s 份授权 90 天内到期"), count=_count(standing.ending))
        waiting.append(
            Todo("warn", "clock", "/regulator/authorizations?ends=soon", title, say(N_("要续用的请提醒企业申请")))
        )
    if standing.suspended:
        title = say(N_("%(count)s 份授权暂停使用"), count=_count(standing.suspended))
        path = "/regulator/authorizations?standing=suspended"
        waiting.append(Todo("", "stop", path, title, say(N_("整改合格后办理恢复使用"))))
    return waiting


def _count(number: int) -> str:
    return count_text(number)


def _share(part: int, whole: int, language: Language) -> str:
    """`part` of `whole` in percent, with the whole beside it; empty without one."""
    if not whole:
        return ""
    return sayer(language)(N_("%(share)s%%，本季所发"), share=f"{part * 100 / whole:.1f}")

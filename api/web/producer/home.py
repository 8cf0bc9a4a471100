"""The producer's first page: what there is to do today, how far the batches' mass goes, and the newest batches."""

from collections.abc import Sequence
from datetime import date

from fastapi import APIRouter, Request, Response

from api.v1.door import Here
from api.web.desk.pages import desk_page
from api.web.desk.seat import AtProducerDesk
from api.web.desk.todo import Todo
from api.web.figures import count_text, day_text
from api.web.language import Language
from api.web.producer.words import BATCH
from api.web.translation import N_, Say, sayer
from gimark.accounts.rules import Permission
from gimark.clock import local_day
from gimark.issuance.orders import OrderRow, order_rows
from gimark.issuance.stages import FAILED, UNDER_WAY, OrderStage
from gimark.production.lists import BatchFilter
from gimark.production.overview import BatchRow, batch_rows
from gimark.production.rules import BatchState
from gimark.production.seasons import season_of
from gimark.registry.authorizations.rules import Standing
from gimark.registry.authorizations.standings import StandingAuthorization, standing_authorizations
from gimark.store.paging import Wanted

router = APIRouter()

# What lies further back is in the lists; a first page is about what is at hand, and costs the same for all.
NEWEST_BATCHES, NEWEST_ORDERS, UNCONFIRMED = 100, 50, 20
SHOWN_BATCHES, SHOWN_BARS, MOST_OF_A_KIND = 6, 4, 4


@router.get("/producer")
def home(request: Request, process: Here, seat: AtProducerDesk) -> Response:
    """Today."""
    store, say = process.here.store, sayer(seat.language)
    now = store.clock.now()
    today = local_day(now)
    begins = season_of(today).year
    with store.reading() as session:
        newest = Wanted(NEWEST_BATCHES, newest_first=True)
        batches = batch_rows(session, seat.actor, newest, BatchFilter(), now).items
        waiting = BatchFilter(state=BatchState.REGISTERED)
        unconfirmed = batch_rows(session, seat.actor, Wanted(UNCONFIRMED), waiting, now).items
        orders = order_rows(session, seat.actor, Wanted(NEWEST_ORDERS, newest_first=True)).items
        authorizations = standing_authorizations(session, seat.actor, today)
    todo = [
        *_of_authorizations(authorizations, say, seat.language),
        *_of_failures(orders, say),
        *_of_activation(batches, say),
        *_of_confirmation(unconfirmed, say, today),
        *_of_orders(orders, say),
    ]
    return desk_page(
        process,
        seat,
        request,
        "producer/home.html",
        today=today,
        season=(begins, begins + 1),
        todo=todo,
        under_way=[order for order in orders if order.stage in UNDER_WAY],
        room=[batch for batch in batches if batch.issuable][:SHOWN_BARS],
        issuable=sum(batch.issuable for batch in batches),
        batches=batches[:SHOWN_BATCHES],
        words=BATCH,
        can_register=Permission.MANAGE_BATCHES in seat.actor.permissions,
        can_order=Permission.ISSUE_CODES in seat.actor.permissions,
    )


def _of_authorizations(found: Sequence[StandingAuthorization], say: Say, language: Language) -> list[Todo]:
    todo = []
    for one in found:
        if not one.needs_attention:
            continue
        name = one.product_en if language == "en" and one.product_en else one.product_zh
        if one.standing is Standing.SUSPENDED:
            title = say(N_("“%(name)s”的用标授权已暂停"), name=name)
            detail = say(N_("暂停期间不能赋码和激活。原因：%(reason)s"), reason=one.reason or "")
            todo.append(Todo("bad", "stop", "/producer/enterprise", title, detail))
        elif one.ends_on is not None:
            title = say(N_("“%(name)s”的用标授权还有 %(days)s 天到期"), name=name, days=count_text(one.days_left or 0))
            detail = say(N_("最后一天是 %(day)s。请提前向监管部门申请续期。"), day=day_text(one.ends_on, language))
            todo.append(Todo("warn", "seal", "/producer/enterprise", title, detail))
    return todo


def _of_failures(orders: Sequence[OrderRow], say: Say) -> list[Todo]:
    failed = [order for order in orders if order.stage in FAILED][:MOST_OF_A_KIND]
    return [
        Todo(
            "bad",
            "alert",
            f"/producer/orders/{order.ref}",
            say(N_("批次 %(lot)s 的 %(count)s 枚标识没有做成"), lot=order.lot, count=count_text(order.count)),
            say(N_("打开看原因，处理后再做一次。")),
        )
        for order in failed
    ]


def _of_activation(batches: Sequence[BatchRow], say: Say) -> list[Todo]:
    waiting = [row for row in batches if row.awaits_activation][:MOST_OF_A_KIND]
    return [
        Todo(
            "warn",
            "qr",
            "/producer/scan",
            say(N_("批次 %(lot)s 有 %(count)s 枚标识还没激活"), lot=row.batch.lot, count=count_text(row.inactive)),
            say(N_("消费者扫到会看到“尚未激活”。贴好标签后扫首枚和末枚即可激活。")),
        )
        for row in waiting
    ]


def _of_confirmation(batches: Sequence[BatchRow], say: Say, today: date) -> list[Todo]:
    todo = []
    for row in batches[:MOST_OF_A_KIND]:
        days = (today - local_day(row.batch.registered_at)).days
        if row.issued:
            told = N_("已订 %(count)s 枚标识，确认之前不能激活。")
            detail = say(told, count=count_text(row.issued))
        elif days < 1:
            detail = say(N_("今天登记。包装后请确认实际的包装量和日期。"))
        else:
            detail = say(N_("登记于 %(days)s 天前。包装后请确认实际的包装量和日期。"), days=count_text(days))
        path = f"/producer/batches/{row.batch.ref}/confirmation"
        todo.append(Todo("", "scale", path, say(N_("批次 %(lot)s 待确认包装"), lot=row.batch.lot), detail))
    return todo


def _of_orders(orders: Sequence[OrderRow], say: Say) -> list[Todo]:
    without = [order for order in orders if order.stage is OrderStage.ISSUED][:MOST_OF_A_KIND]
    return [
        Todo(
            "",
            "print",
            f"/producer/orders/{order.ref}",
            say(N_("批次 %(lot)s 的 %(count)s 枚标识还没有制作标签"), lot=order.lot, count=count_text(order.count)),
            say(N_("已经赋码。选好版式和打印机就能制作。")),
        )
        for order in without
    ]

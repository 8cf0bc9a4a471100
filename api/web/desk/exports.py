"""Every list to keep: as .xlsx or CSV, with the filters of its page and scoped as the page is.

/producer/exports/batches.xlsx?state=registered        /regulator/exports/enterprises.csv?q=菌业
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import chain, islice
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams

from api.v1.door import Here
from api.web.desk.downloads import csv, xlsx
from api.web.desk.seat import AtProducerDesk, AtRegulatorDesk, Seat
from api.web.language import Language
from api.web.producer.words import BATCH, STAGE
from api.web.public.register import ENTERPRISE_KINDS, STANDINGS
from api.web.public.words import RIGHT_KINDS
from api.web.translation import N_, Say, sayer
from api.wiring import Process
from gimark.accounts.rules import Actor, not_found
from gimark.clock import local_day
from gimark.exchange.pages import all_of
from gimark.exchange.tables import Table, Value
from gimark.issuance.lists import ListedRun, RunFilter, runs
from gimark.issuance.orders import OrderRow, order_rows
from gimark.production.lists import BatchFilter
from gimark.production.overview import BatchRow, batch_rows
from gimark.production.rules import BatchState
from gimark.quantities import GRAMS_PER_KG
from gimark.registry.authorizations.rules import Standing
from gimark.registry.directory.rules import parts_of
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.rolls.authorizations import AuthorizationFilter, AuthorizationRow, authorization_rows
from gimark.registry.rolls.enterprises import EnterpriseFilter, EnterpriseRow, enterprise_rows
from gimark.registry.rolls.items import ItemFilter, ItemRow, item_rows
from gimark.registry.rolls.standings import last_day_of_notice
from gimark.store.paging import Portion, Wanted

T = TypeVar("T")
Chosen = TypeVar("Chosen", bound=StrEnum)
Read = Callable[[Session, Wanted], Portion[T]]
"""A list a portion at a time."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks for a list, with which filters."""

    process: Process
    actor: Actor
    given: QueryParams
    language: Language

    def text(self, name: str) -> str | None:
        """A filter; None when it is empty."""
        return self.given.get(name, "").strip() or None

    def one_of(self, name: str, kind: type[Chosen]) -> Chosen | None:
        """A filter that is one of an enumeration; None for anything else."""
        text = self.text(name)
        return kind(text) if text in set(kind) else None

    @property
    def say(self) -> Say:
        """Says a text in the reader's language."""
        return sayer(self.language)

    def name(self, zh: str, en: str | None) -> str:
        """A name in the reader's language, as far as there is one."""
        return (self.language == "en" and en) or zh


Columns = Sequence[tuple[str, Callable[[_Asked, T], Value]]]


@dataclass(frozen=True, slots=True)
class _List(Generic[T]):
    """A list: its title, its columns with what each says of a row, and how it is read."""

    title: str
    columns: Columns[T]
    reader: Callable[[_Asked], Read[T]]

    def table(self, asked: _Asked) -> Table:
        """The list as a table. What is wrong with the filters is raised here, before anything is sent."""
        found = all_of(asked.process.here.store, self.reader(asked))
        whole = chain(list(islice(found, 1)), found)
        headings = [asked.say(heading) for heading, _ in self.columns]
        return Table(asked.say(self.title), headings, self._rows(asked, whole))

    def _rows(self, asked: _Asked, found: Iterator[T]) -> Iterator[Sequence[Value]]:
        for row in found:
            yield [of(asked, row) for _, of in self.columns]


def _kilograms(grams: int | None) -> Decimal | None:
    return None if grams is None else Decimal(grams) / GRAMS_PER_KG


def _batches(asked: _Asked) -> Read[BatchRow]:
    lot = asked.text("lot")
    chosen = BatchFilter(
        enterprise_ref=asked.text("enterprise"),
        item_ref=asked.text("item"),
        lot=lot and lot.upper(),
        state=asked.one_of("state", BatchState),
    )
    now = asked.process.here.store.clock.now()
    return lambda session, wanted: batch_rows(session, asked.actor, wanted, chosen, now)


def _orders(asked: _Asked) -> Read[OrderRow]:
    return lambda session, wanted: order_rows(session, asked.actor, wanted, asked.text("batch"))


def _runs(asked: _Asked) -> Read[ListedRun]:
    chosen = RunFilter(asked.text("enterprise"), asked.text("batch"))
    return lambda session, wanted: runs(session, asked.actor, wanted, chosen)


def _enterprises(asked: _Asked) -> Read[EnterpriseRow]:
    kind, standing = asked.one_of("kind", EnterpriseKind), asked.one_of("standing", Standing)
    chosen = EnterpriseFilter(parts_of(asked.text("q") or ""), kind, asked.text("town"), standing)
    today = local_day(asked.process.here.store.clock.now())
    return lambda session, wanted: enterprise_rows(session, asked.actor, wanted, chosen, today)


def _authorizations(asked: _Asked) -> Read[AuthorizationRow]:
    today = local_day(asked.process.here.store.clock.now())
    is_soon, standing = asked.text("ends") == "soon", asked.one_of("standing", Standing)
    chosen = AuthorizationFilter(
        parts_of(asked.text("q") or ""),
        asked.text("right"),
        standing=Standing.ACTIVE if is_soon and standing is None else standing,
        ends_by=last_day_of_notice(today) if is_soon else None,
    )
    return lambda session, wanted: authorization_rows(session, asked.actor, wanted, chosen, today)


def _items(asked: _Asked) -> Read[ItemRow]:
    chosen = ItemFilter(parts_of(asked.text("q") or ""), asked.text("product"))
    return lambda session, wanted: item_rows(session, asked.actor, wanted, chosen)


BATCHES: _List[BatchRow] = _List(
    N_("批次"),
    (
        (N_("批次号"), lambda a, r: r.batch.lot),
        (N_("自有批号"), lambda a, r: r.batch.producer_lot),
        (N_("商品"), lambda a, r: a.name(r.item_zh, r.item_en)),
        (N_("商品条码"), lambda a, r: r.batch.gtin),
        (N_("产地乡镇"), lambda a, r: a.name(r.town_zh, r.town_en)),
        (N_("采收起始日"), lambda a, r: r.batch.terms.harvested_from),
        (N_("采收截止日"), lambda a, r: r.batch.terms.harvested_until),
        (N_("计划包装量（千克）"), lambda a, r: _kilograms(r.batch.terms.planned_g)),
        (N_("包装量（千克）"), lambda a, r: _kilograms(r.batch.terms.packed_g)),
        (N_("包装日期"), lambda a, r: r.batch.terms.packed_on),
        (N_("已订（枚）"), lambda a, r: r.issued),
        (N_("已激活（枚）"), lambda a, r: r.activated),
        (N_("状态"), lambda a, r: a.say(BATCH[r.batch.state].text)),
        (N_("登记时间"), lambda a, r: r.batch.registered_at),
        (N_("账本条目"), lambda a, r: r.batch.ledger_index),
    ),
    _batches,
)
ORDERS: _List[OrderRow] = _List(
    N_("标识订单"),
    (
        (N_("订单号"), lambda a, r: r.number),
        (N_("批次号"), lambda a, r: r.lot),
        (N_("商品"), lambda a, r: a.name(r.item_zh, r.item_en)),
        (N_("数量（枚）"), lambda a, r: r.count),
        (N_("下单时间"), lambda a, r: r.ordered_at),
        (N_("状态"), lambda a, r: a.say(STAGE[r.stage].text)),
    ),
    _orders,
)
RUNS: _List[ListedRun] = _List(
    N_("赋码批"),
    (
        (N_("赋码批号"), lambda a, r: r.facts.number),
        (N_("商品条码"), lambda a, r: r.facts.gtin),
        (N_("批次号"), lambda a, r: r.facts.lot),
        (N_("数量（枚）"), lambda a, r: r.facts.count),
        (N_("净含量（克）"), lambda a, r: r.facts.net_g),
        (N_("签发密钥"), lambda a, r: r.facts.kid),
        (N_("赋码时间"), lambda a, r: r.facts.issued_at),
        (N_("账本条目"), lambda a, r: r.facts.ledger_index),
    ),
    _runs,
)
ENTERPRISES: _List[EnterpriseRow] = _List(
    N_("企业"),
    (
        (N_("企业名称"), lambda a, r: a.name(r.name_zh, r.name_en)),
        (N_("统一社会信用代码"), lambda a, r: r.uscc),
        (N_("类型"), lambda a, r: a.say(ENTERPRISE_KINDS[r.kind])),
        (N_("乡镇"), lambda a, r: a.name(r.town.name_zh, r.town.name_en)),
        (N_("用标授权"), lambda a, r: "；".join(f"{a.say(STANDINGS[s][1])} {n}" for s, n in r.standings)),
        (N_("商品数"), lambda a, r: r.items),
        (N_("账本条目"), lambda a, r: r.ledger_index),
    ),
    _enterprises,
)
AUTHORIZATIONS: _List[AuthorizationRow] = _List(
    N_("用标授权"),
    (
        (N_("授权编号"), lambda a, r: r.terms.number),
        (N_("企业名称"), lambda a, r: a.name(r.enterprise.name_zh, r.enterprise.name_en)),
        (N_("统一社会信用代码"), lambda a, r: r.uscc),
        (N_("产品"), lambda a, r: a.name(r.right.product.name_zh, r.right.product.name_en)),
        (N_("权利"), lambda a, r: a.say(RIGHT_KINDS[r.right.kind])),
        (N_("品类"), lambda a, r: "、".join(a.name(c.name_zh, c.name_en) for c in r.classes)),
        (N_("起"), lambda a, r: r.terms.valid_from),
        (N_("止"), lambda a, r: r.terms.valid_until),
        (N_("状态"), lambda a, r: a.say(STANDINGS[r.standing][1])),
        (N_("状态起始日"), lambda a, r: r.since),
        (N_("原因"), lambda a, r: r.reason),
    ),
    _authorizations,
)
ITEMS: _List[ItemRow] = _List(
    N_("商品"),
    (
        (N_("商品名称"), lambda a, r: a.name(r.name_zh, r.name_en)),
        (N_("商品条码"), lambda a, r: r.gtin),
        (N_("企业名称"), lambda a, r: a.name(r.enterprise.name_zh, r.enterprise.name_en)),
        (N_("产品"), lambda a, r: a.name(r.product.name_zh, r.product.name_en)),
        (N_("品类"), lambda a, r: a.name(r.product_class.name_zh, r.product_class.name_en)),
        (N_("等级"), lambda a, r: r.grade),
        (N_("净含量（克）"), lambda a, r: r.net_g),
        (N_("账本条目"), lambda a, r: r.ledger_index),
    ),
    _items,
)

LISTS: Mapping[str, _List[Any]] = {
    "batches": BATCHES,
    "orders": ORDERS,
    "runs": RUNS,
    "enterprises": ENTERPRISES,
    "authorizations": AUTHORIZATIONS,
    "items": ITEMS,
}


@router.get("/producer/exports/{name}.{kind}")
def own(request: Request, process: Here, seat: AtProducerDesk, name: str, kind: str) -> Response:
    """One of the lists, of the enterprise's own."""
    return _exported(request, process, seat, name, kind)


@router.get("/regulator/exports/{name}.{kind}")
def everybody_s(request: Request, process: Here, seat: AtRegulatorDesk, name: str, kind: str) -> Response:
    """One of the lists, of everybody's."""
    return _exported(request, process, seat, name, kind)


def _exported(request: Request, process: Process, seat: Seat, name: str, kind: str) -> Response:
    found = LISTS.get(name)
    if found is None or kind not in ("xlsx", "csv"):
        raise not_found("name")
    asked = _Asked(process, seat.actor, request.query_params, seat.language)
    day = local_day(process.here.store.clock.now())
    return (xlsx if kind == "xlsx" else csv)(found.table(asked), f"{asked.say(found.title)} {day}.{kind}")

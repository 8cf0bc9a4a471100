"""Lists of what is made and marked: batches, orders, runs, print orders, uploads."""

from api.web.exports.asked import Asked, KeptList, Read, kilograms
from api.web.producer.words import BATCH, STAGE
from api.web.regulator.words import PRINTS
from api.web.translation import N_, pgettext
from gimark.accounts.rules import Actor, Permission
from gimark.exchange.uploads.queries import UploadFacts, uploads
from gimark.issuance.lists import ListedRun, RunFilter, runs
from gimark.issuance.orders import OrderRow, order_rows
from gimark.issuance.print_rows import PrintRow, print_rows
from gimark.production.lists import BatchFilter
from gimark.production.overview import BatchRow, batch_rows
from gimark.production.rules import BatchState


def _batches(asked: Asked) -> Read[BatchRow]:
    lot = asked.text("lot")
    chosen = BatchFilter(
        enterprise_ref=asked.text("enterprise"),
        item_ref=asked.text("item"),
        lot=lot and lot.upper(),
        state=asked.one_of("state", BatchState),
    )
    now = asked.now
    return lambda session, wanted: batch_rows(session, asked.actor, wanted, chosen, now)


def _orders(asked: Asked) -> Read[OrderRow]:
    return lambda session, wanted: order_rows(session, asked.actor, wanted, asked.text("batch"))


def _runs(asked: Asked) -> Read[ListedRun]:
    chosen = RunFilter(asked.text("enterprise"), asked.text("batch"))
    return lambda session, wanted: runs(session, asked.actor, wanted, chosen)


def _prints(asked: Asked) -> Read[PrintRow]:
    return lambda session, wanted: print_rows(session, asked.actor, wanted, asked.text("batch"))


def _uploads(asked: Asked) -> Read[UploadFacts]:
    return lambda session, wanted: uploads(session, asked.actor, wanted)


def _uploaders(actor: Actor) -> bool:
    return Permission.MANAGE_BATCHES in actor.permissions


BATCHES: KeptList[BatchRow] = KeptList(
    pgettext("list", "批次"),
    (
        (N_("批次号"), lambda a, r: r.batch.lot),
        (N_("自有批号"), lambda a, r: r.batch.producer_lot),
        (N_("商品"), lambda a, r: a.name(r.item_zh, r.item_en)),
        (N_("商品条码"), lambda a, r: r.batch.gtin),
        (N_("产地乡镇"), lambda a, r: a.name(r.town_zh, r.town_en)),
        (N_("采收起始日"), lambda a, r: r.batch.terms.harvested_from),
        (N_("采收截止日"), lambda a, r: r.batch.terms.harvested_until),
        (N_("计划包装量（千克）"), lambda a, r: kilograms(r.batch.terms.planned_g)),
        (N_("包装量（千克）"), lambda a, r: kilograms(r.batch.terms.packed_g)),
        (N_("包装日期"), lambda a, r: r.batch.terms.packed_on),
        (N_("已订（枚）"), lambda a, r: r.issued),
        (N_("已激活（枚）"), lambda a, r: r.activated),
        (N_("状态"), lambda a, r: a.say(BATCH[r.batch.state].text)),
        (N_("登记时间"), lambda a, r: r.batch.registered_at),
        (N_("账本条目"), lambda a, r: r.batch.ledger_index),
    ),
    _batches,
    ("enterprise", "item", "lot", "state"),
    ("registered",),
)
ORDERS: KeptList[OrderRow] = KeptList(
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
    ("batch",),
    ("ordered",),
)
RUNS: KeptList[ListedRun] = KeptList(
    N_("赋码批"),
    (
        (N_("赋码批号"), lambda a, r: r.facts.number),
        (N_("商品条码"), lambda a, r: r.facts.gtin),
        (N_("批次号"), lambda a, r: r.facts.lot),
        (N_("数量（枚）"), lambda a, r: r.facts.count),
        (N_("净含量（千克）"), lambda a, r: kilograms(r.facts.net_g)),
        (N_("签发密钥"), lambda a, r: r.facts.kid),
        (N_("赋码时间"), lambda a, r: r.facts.issued_at),
        (N_("账本条目"), lambda a, r: r.facts.ledger_index),
    ),
    _runs,
    ("enterprise", "batch"),
    ("issued",),
)
PRINT_ORDERS: KeptList[PrintRow] = KeptList(
    N_("印标订单"),
    (
        (N_("赋码批号"), lambda a, r: r.number),
        (N_("批次号"), lambda a, r: r.lot),
        (N_("企业名称"), lambda a, r: a.name(r.enterprise_zh, r.enterprise_en)),
        (N_("第一枚"), lambda a, r: r.first + 1),
        (N_("最后一枚"), lambda a, r: r.last + 1),
        (N_("版式"), lambda a, r: r.template),
        (N_("格式"), lambda a, r: r.format.upper()),
        (N_("分辨率（dpi）"), lambda a, r: r.dpi),
        (N_("下单时间"), lambda a, r: r.ordered_at),
        (N_("放行时间"), lambda a, r: r.released_at),
        (N_("状态"), lambda a, r: a.say(PRINTS[r.state].text)),
    ),
    _prints,
    ("batch",),
    ("ordered",),
)
UPLOADS: KeptList[UploadFacts] = KeptList(
    N_("批次上传"),
    (
        (N_("文件"), lambda a, r: r.file_name),
        ("SHA-256", lambda a, r: r.sha256),
        (N_("上传时间"), lambda a, r: r.uploaded_at),
        (N_("上传人"), lambda a, r: r.by),
        (N_("行数"), lambda a, r: r.total),
        (N_("已登记"), lambda a, r: r.registered),
        (N_("此前已登记"), lambda a, r: r.known),
        (N_("可以登记"), lambda a, r: r.ready),
        (N_("未登记"), lambda a, r: r.refused),
    ),
    _uploads,
    (),
    ("uploaded",),
    _uploaders,
)

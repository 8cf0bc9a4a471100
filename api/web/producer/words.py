"""How the producer's pages call states and acts: a text, its tone and its icon. Source texts for the catalogue."""

from typing import NamedTuple

from api.web.translation import N_, pgettext
from gimark.accounts.rules import Permission
from gimark.issuance.leaving import Withheld
from gimark.issuance.rules import CodeState, RangeKind
from gimark.issuance.stages import OrderStage
from gimark.production.model import BatchActKind
from gimark.production.rules import BatchState
from gimark.registry.authorizations.rules import Standing
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.rights.model import RightKind
from labels.carrier import Legibility


class Word(NamedTuple):
    """A text with the tone and the icon of its badge."""

    text: str
    tone: str = ""
    icon: str = ""


BATCH: dict[BatchState, Word] = {
    BatchState.REGISTERED: Word(N_("待确认包装"), "warn", "clock"),
    BatchState.CONFIRMED: Word(N_("已确认"), "ok", "check"),
    BatchState.RECALLED: Word(N_("已召回"), "bad", "x"),
}
BATCH_ACT: dict[BatchActKind, Word] = {
    BatchActKind.CONFIRM: Word(pgettext("done", "确认包装"), "on"),
    BatchActKind.AMEND: Word(pgettext("done", "更正"), "warn"),
    BatchActKind.RECALL: Word(pgettext("done", "召回"), "bad"),
}
STAGE: dict[OrderStage, Word] = {
    OrderStage.ISSUING: Word(N_("正在赋码"), "", "clock"),
    OrderStage.ISSUE_FAILED: Word(N_("赋码失败"), "bad", "x"),
    OrderStage.UNFINISHED: Word(N_("没有完成"), "warn", "alert"),
    OrderStage.ISSUED: Word(N_("已赋码，未制作标签"), "warn", "clock"),
    OrderStage.PRINTING: Word(N_("正在制作标签"), "", "clock"),
    OrderStage.PRINT_FAILED: Word(N_("标签制作失败"), "bad", "x"),
    OrderStage.PRINTED: Word(N_("可以下载"), "ok", "check"),
}
WITHHELD: dict[Withheld, str] = {
    Withheld.REPLACED: N_("第 %(a)s 至 %(b)s 枚的文件不再提供：其中有补印过的标签。没有补印的要再印，也请办补印。"),
    Withheld.RECALLED: N_("第 %(a)s 至 %(b)s 枚的文件不再提供：批次已召回。"),
    Withheld.ENDED: N_("第 %(a)s 至 %(b)s 枚的文件不再提供：这些标识都已作废或退标。"),
}
CODE: dict[CodeState, Word] = {
    CodeState.ISSUED: Word(N_("未激活"), "warn", "clock"),
    CodeState.ACTIVE: Word(N_("已激活"), "ok", "check"),
    CodeState.VOIDED: Word(N_("已作废"), "bad", "x"),
    CodeState.RETURNED: Word(N_("已退标"), "", "back"),
}
RANGE_ACT: dict[RangeKind, Word] = {
    RangeKind.ACTIVATE: Word(N_("激活"), "on", "check"),
    RangeKind.RETURN: Word(N_("退标"), "warn", "back"),
    RangeKind.VOID: Word(N_("作废"), "bad", "stop"),
    RangeKind.REPRINT: Word(N_("允许补印"), "warn", "print"),
}
RANGE_DONE: dict[RangeKind, str] = {
    RangeKind.ACTIVATE: pgettext("done", "激活"),
    RangeKind.RETURN: pgettext("done", "退标"),
    RangeKind.VOID: pgettext("done", "作废"),
    RangeKind.REPRINT: pgettext("done", "允许补印"),
}
LEGIBILITY: dict[Legibility, Word] = {
    Legibility.GOOD: Word(N_("合适"), "ok", "check"),
    Legibility.SMALL: Word(N_("可用，偏小"), "warn", "bang"),
    Legibility.REFUSED: Word(N_("不能用"), "bad", "x"),
}
STANDING: dict[Standing, Word] = {
    Standing.ACTIVE: Word(N_("有效"), "ok", "check"),
    Standing.NOT_YET: Word(N_("尚未生效"), "", "clock"),
    Standing.EXPIRED: Word(N_("已到期"), "bad", "x"),
    Standing.SUSPENDED: Word(N_("已暂停"), "warn", "stop"),
    Standing.REVOKED: Word(N_("已撤销"), "bad", "x"),
}
RIGHT_KIND: dict[RightKind, str] = {
    RightKind.GI_PRODUCT: N_("地理标志产品"),
    RightKind.CERTIFICATION_MARK: N_("证明商标"),
    RightKind.COLLECTIVE_MARK: N_("集体商标"),
    RightKind.AGI: N_("农产品地理标志"),
}
KIND: dict[EnterpriseKind, str] = {
    EnterpriseKind.COMPANY: N_("企业"),
    EnterpriseKind.COOPERATIVE: N_("农民专业合作社"),
    EnterpriseKind.SOLE_TRADER: N_("个体工商户"),
    EnterpriseKind.OTHER: N_("其他"),
}
PERMISSION: dict[Permission, str] = {
    Permission.READ: N_("查看本企业的资料"),
    Permission.MANAGE_BATCHES: N_("登记、确认、更正批次"),
    Permission.ISSUE_CODES: N_("订购标识"),
    Permission.CHANGE_CODES: N_("制作标签、激活标识"),
    Permission.RETURN_CODES: N_("退标"),
    Permission.VOID_CODES: N_("作废标识"),
    Permission.RECALL_BATCHES: N_("召回批次"),
    Permission.MANAGE_ITEMS: N_("登记商品"),
    Permission.MANAGE_ACCESS: N_("管理访问密钥"),
    Permission.MANAGE_STAFF: N_("管理本企业的用户"),
    Permission.APPROVE: N_("批准需要两人办理的事"),
}

"""Lists of the registers: enterprises, authorizations, trade items, rights, notices, and what waits for two people."""

from sqlalchemy.orm import Session

from api.web.desk.grave import STATES, title_of
from api.web.exports.asked import Asked, KeptList, Read, kilograms, offices
from api.web.public.register import ENTERPRISE_KINDS, STANDINGS
from api.web.public.words import RIGHT_KINDS
from api.web.regulator.words import TAGS
from api.web.translation import N_
from gimark.approvals.queries import ProposalFacts, proposals
from gimark.approvals.rules import ProposalState
from gimark.registry.authorizations.rules import Standing
from gimark.registry.directory.rules import parts_of
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.notices.queries import NoticeOnFile, notices_on_file
from gimark.registry.rights.queries import RightRecord, rights
from gimark.registry.rolls.authorizations import AuthorizationFilter, AuthorizationRow, authorization_rows
from gimark.registry.rolls.enterprises import EnterpriseFilter, EnterpriseRow, enterprise_rows
from gimark.registry.rolls.items import ItemFilter, ItemRow, item_rows
from gimark.registry.rolls.names import NamedRight, Names
from gimark.registry.rolls.standings import last_day_of_notice
from gimark.store.paging import Portion, Wanted

NamedRecord = tuple[NamedRight, RightRecord]


def _enterprises(asked: Asked) -> Read[EnterpriseRow]:
    kind, standing = asked.one_of("kind", EnterpriseKind), asked.one_of("standing", Standing)
    chosen = EnterpriseFilter(parts_of(asked.text("q") or ""), kind, asked.text("town"), standing)
    today = asked.today
    return lambda session, wanted: enterprise_rows(session, asked.actor, wanted, chosen, today, asked.order)


def _authorizations(asked: Asked) -> Read[AuthorizationRow]:
    today = asked.today
    is_soon, standing = asked.text("ends") == "soon", asked.one_of("standing", Standing)
    chosen = AuthorizationFilter(
        parts_of(asked.text("q") or ""),
        asked.text("right"),
        standing=Standing.ACTIVE if is_soon and standing is None else standing,
        ends_by=last_day_of_notice(today) if is_soon else None,
    )
    return lambda session, wanted: authorization_rows(session, asked.actor, wanted, chosen, today)


def _items(asked: Asked) -> Read[ItemRow]:
    chosen = ItemFilter(parts_of(asked.text("q") or ""), asked.text("product"))
    return lambda session, wanted: item_rows(session, asked.actor, wanted, chosen, asked.order)


def _rights(asked: Asked) -> Read[NamedRecord]:
    def read(session: Session, wanted: Wanted) -> Portion[NamedRecord]:
        named = {right.ref: right for right in Names(session).rights.values()}
        found = rights(session, asked.actor, wanted, asked.text("product"))
        return found.map(lambda record: (named[record.ref], record))

    return read


def _notices(asked: Asked) -> Read[NoticeOnFile]:
    return lambda session, wanted: notices_on_file(session, asked.actor, wanted)


def _proposals(asked: Asked) -> Read[ProposalFacts]:
    now, state = asked.now, asked.one_of("state", ProposalState)
    return lambda session, wanted: proposals(session, asked.actor, wanted, now, state)


ENTERPRISES: KeptList[EnterpriseRow] = KeptList(
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
    ("q", "standing", "kind", "town"),
    ("registered", "uscc"),
)
AUTHORIZATIONS: KeptList[AuthorizationRow] = KeptList(
    N_("用标授权"),
    (
        (N_("授权编号"), lambda a, r: r.terms.number),
        (N_("企业名称"), lambda a, r: a.name(r.enterprise.name_zh, r.enterprise.name_en)),
        (N_("统一社会信用代码"), lambda a, r: r.uscc),
        (N_("产品"), lambda a, r: a.name(r.right.product.name_zh, r.right.product.name_en)),
        (N_("权利"), lambda a, r: a.say(RIGHT_KINDS[r.right.kind])),
        (N_("品类"), lambda a, r: "、".join(a.name(c.name_zh, c.name_en) or "" for c in r.classes)),
        (N_("起"), lambda a, r: r.terms.valid_from),
        (N_("止"), lambda a, r: r.terms.valid_until),
        (N_("状态"), lambda a, r: a.say(STANDINGS[r.standing][1])),
        (N_("状态起始日"), lambda a, r: r.since),
        (N_("原因"), lambda a, r: r.reason),
    ),
    _authorizations,
    ("q", "standing", "right", "ends"),
    ("granted",),
)
ITEMS: KeptList[ItemRow] = KeptList(
    N_("商品"),
    (
        (N_("商品名称"), lambda a, r: a.name(r.name_zh, r.name_en)),
        (N_("商品条码"), lambda a, r: r.gtin),
        (N_("企业名称"), lambda a, r: a.name(r.enterprise.name_zh, r.enterprise.name_en)),
        (N_("产品"), lambda a, r: a.name(r.product.name_zh, r.product.name_en)),
        (N_("品类"), lambda a, r: a.name(r.product_class.name_zh, r.product_class.name_en)),
        (N_("等级"), lambda a, r: r.grade),
        (N_("净含量（千克）"), lambda a, r: kilograms(r.net_g)),
        (N_("账本条目"), lambda a, r: r.ledger_index),
    ),
    _items,
    ("q", "product"),
    ("registered", "gtin"),
)
RIGHTS: KeptList[NamedRecord] = KeptList(
    N_("权利"),
    (
        (N_("产品"), lambda a, r: a.name(r[0].product.name_zh, r[0].product.name_en)),
        (N_("权利"), lambda a, r: a.say(RIGHT_KINDS[r[1].kind])),
        (N_("权利人"), lambda a, r: r[1].holder),
        (N_("执行标准"), lambda a, r: r[1].standard),
        (N_("批准公告"), lambda a, r: r[1].announcement),
        (N_("商标注册号"), lambda a, r: r[1].trademark),
        (N_("起"), lambda a, r: r[1].valid_from),
        (N_("止"), lambda a, r: r[1].valid_until),
        (N_("出处"), lambda a, r: r[1].source),
        (N_("出处的性质"), lambda a, r: a.say(TAGS[r[1].source_tag])),
        (N_("账本条目"), lambda a, r: r[1].ledger_index),
    ),
    _rights,
    ("product",),
    ("registered",),
)
NOTICES: KeptList[NoticeOnFile] = KeptList(
    N_("公告"),
    (
        (N_("标题"), lambda a, r: r.facts.title),
        (N_("正文"), lambda a, r: r.facts.body),
        (N_("公布时间"), lambda a, r: r.facts.published_at),
        (N_("公布人"), lambda a, r: r.published_by),
        (N_("撤下时间"), lambda a, r: r.withdrawn_at),
        (N_("撤下人"), lambda a, r: r.withdrawn_by),
    ),
    _notices,
    (),
    ("published",),
    offices,
)
PROPOSALS: KeptList[ProposalFacts] = KeptList(
    N_("双人审批"),
    (
        (N_("事项"), lambda a, r: title_of(r.asked, a.language)),
        (N_("对象"), lambda a, r: r.subject),
        (N_("理由"), lambda a, r: r.reason),
        (N_("申请人"), lambda a, r: r.asked_by),
        (N_("企业名称"), lambda a, r: r.enterprise_name),
        (N_("申请时间"), lambda a, r: r.asked_at),
        (N_("到期"), lambda a, r: r.expires_at),
        (N_("状态"), lambda a, r: a.say(STATES[r.state][1])),
        (N_("决定人"), lambda a, r: r.decided.by if r.decided else None),
        (N_("决定时间"), lambda a, r: r.decided.at if r.decided else None),
        (N_("驳回理由"), lambda a, r: r.decided.reason if r.decided else None),
        (N_("账本条目"), lambda a, r: r.decided.ledger_index if r.decided else None),
    ),
    _proposals,
    ("state",),
    ("asked",),
)

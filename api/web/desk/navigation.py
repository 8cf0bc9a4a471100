"""The places of each desk, as its masthead shows them: one line a place, once its page is there."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.web.language import Language
from api.web.translation import N_, pgettext, sayer
from gimark.accounts.rules import Actor, Permission, Role


@dataclass(frozen=True, slots=True)
class Place:
    """One place. `section` is what its pages call themselves; whoever lacks the permission is not shown it."""

    section: str
    path: str
    title: str
    permission: Permission = Permission.READ


PRODUCER: tuple[Place, ...] = (
    Place("home", "/producer", N_("首页")),
    Place("batches", "/producer/batches", pgettext("list", "批次")),
    Place("orders", "/producer/orders", N_("标识订单")),
    Place("scan", "/producer/scan", N_("激活与退标"), Permission.CHANGE_CODES),
    Place("studio", "/studio", N_("标签工作室")),
    Place("enterprise", "/producer/enterprise", N_("企业资料")),
    Place("approvals", "/producer/approvals", N_("双人审批"), Permission.APPROVE),
    Place("users", "/users", N_("用户"), Permission.MANAGE_STAFF),
)
REGULATOR: tuple[Place, ...] = (
    Place("home", "/regulator", N_("总览")),
    Place("authorizations", "/regulator/authorizations", N_("用标授权")),
    Place("enterprises", "/regulator/enterprises", N_("企业名单")),
    Place("rights", "/regulator/rights", N_("产品与权利")),
    Place("items", "/regulator/items", N_("商品名单")),
    Place("batches", "/regulator/batches", N_("批次名单")),
    Place("checks", "/regulator/checks", N_("查验统计")),
    Place("approvals", "/regulator/approvals", N_("双人审批")),
    Place("notices", "/regulator/notices", N_("公告")),
)
ADMINISTRATOR: tuple[Place, ...] = (
    Place("users", "/users", N_("用户"), Permission.MANAGE_USERS),
    Place("studio", "/studio", N_("标签工作室"), Permission.MANAGE_LABELS),
)
DESKS = {
    "producer": (N_("企业端"), PRODUCER),
    "regulator": (N_("监管端"), REGULATOR),
    "administrator": (N_("平台管理"), ADMINISTRATOR),
}
SEARCHES = {"producer": "/producer/search", "regulator": "/regulator/search"}
ROLES: Mapping[Role, str] = {
    Role.ADMINISTRATOR: N_("平台管理员"),
    Role.REGULATOR_LEAD: N_("监管负责人"),
    Role.REGULATOR: N_("监管人员"),
    Role.INSPECTOR: N_("检查人员"),
    Role.PRODUCER_MANAGER: N_("企业负责人"),
    Role.PRODUCER_CLERK: N_("企业操作员"),
    Role.AUDITOR: N_("审计人员"),
}


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands on top of every page of a desk: which desk it is, its places, who sits there and in what role.

    `search` is where to look for anything; empty at a desk that keeps nothing to look for.
    """

    desk: str
    places: tuple[Place, ...]
    who: str
    role: str
    search: str = ""


def masthead(actor: Actor, enterprise: str | None, language: Language) -> Masthead:
    """The masthead for `actor`; `enterprise` is the name of a producer's."""
    say = sayer(language)
    desk = desk_of(actor)
    title, places = DESKS[desk]
    shown = tuple(place for place in places if place.permission in actor.permissions)
    return Masthead(say(title), shown, enterprise or actor.name, say(ROLES[actor.role]), SEARCHES.get(desk, ""))


def desk_of(actor: Actor) -> str:
    """Which desk is an actor's: producer, regulator (auditors read there), administrator."""
    if actor.enterprise_id is not None:
        return "producer"
    return "administrator" if Permission.MANAGE_USERS in actor.permissions else "regulator"

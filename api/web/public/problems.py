"""What an error page says for each HTTP status: what happened and what to do, never what went wrong inside."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from api.web.figures import serial_text
from api.web.translation import N_
from gimark.codes.serial import read_typed
from gimark.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Problem:
    """An error page: what happened, and what to do. `says_all` = the domain's own words would only repeat it."""

    title: str
    remedy: str
    says_all: bool = False


PROBLEMS: dict[int, Problem] = {
    HTTPStatus.BAD_REQUEST: Problem(
        N_("请求有误"),
        N_("请返回上一页检查填写的内容，再试一次。"),
    ),
    HTTPStatus.FORBIDDEN: Problem(
        N_("没有权限"),
        N_("这个账号不能做这件事。需要的话，请联系本站管理员。"),
    ),
    HTTPStatus.NOT_FOUND: Problem(
        N_("没有这一页"),
        N_("请核对网址。要查标识，请重新扫描二维码，或者输入号码。"),
        says_all=True,
    ),
    HTTPStatus.GONE: Problem(
        N_("已经撤下"),
        N_("这里的内容已经依法撤下或者过了保存期，不会再回来。公示账本里的条目仍然可以核对。"),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: Problem(
        N_("不支持这样访问"),
        N_("请直接打开网址，或者重新扫描二维码。"),
        says_all=True,
    ),
    HTTPStatus.CONFLICT: Problem(
        N_("与现在的情况冲突"),
        N_("别人可能刚刚改过。请刷新页面，看清现状再试。"),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Problem(
        N_("内容太大"),
        N_("请减少内容或者分几次提交。"),
    ),
    HTTPStatus.MISDIRECTED_REQUEST: Problem(
        N_("网址不对"),
        N_("您打开的不是本站的查验网址，所以不能给出查验结论。请改用正确的网址。"),
        says_all=True,
    ),
    HTTPStatus.TOO_MANY_REQUESTS: Problem(
        N_("查得太频繁"),
        N_("刚才从您所在的网络来的请求太多，所以没有处理。这不说明标识是真是假。"),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: Problem(
        N_("本站出错了"),
        N_("这不是您的操作造成的，也不说明标识是真是假。请过一会儿再试；还是不行，请把下面的编号告诉本站。"),
        says_all=True,
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Problem(
        N_("暂时不能服务"),
        N_("本站正忙或者正在维护，这不说明标识是真是假。"),
        says_all=True,
    ),
}

# What is not found where: more is known of some addresses than that there is nothing.
_NOT_THERE = {
    "/01/": Problem(
        N_("没有登记这个商品或批次"),
        N_("这不是查验结论。请重新扫描包装上的二维码；如果网址是手输的，请核对商品条码和批次号。"),
        says_all=True,
    ),
    "/register/rights/": Problem(
        N_("没有登记这项权利"),
        N_("请核对网址，或者从公示名录里的企业看起。"),
        says_all=True,
    ),
    "/register/": Problem(
        N_("名录里没有这家企业"),
        N_("它可能没有获得过核准，或者网址有误。请在公示名录里用名称里的两个字查找。"),
        says_all=True,
    ),
    "/ledger/entries/": Problem(
        N_("账本里没有这一条"),
        N_("请核对条目序号，或者从公示账本里最新的条目看起。"),
        says_all=True,
    ),
    "/proof/": Problem(
        N_("没有这一条的证明"),
        N_("它不在账本里，或者刚刚写入，还没有进入已公布的存证快照。请过一分钟再试。"),
        says_all=True,
    ),
}
# Longer addresses are not looked through.
_MOST_SEARCHED = 300
_MAY_BE_SERIAL = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z-]{13,17}(?![0-9A-Za-z])")


def code_in(path: str) -> str:
    """The number of a code that stands in an address, as people type it; empty when there is none."""
    for found in _MAY_BE_SERIAL.findall(path[:_MOST_SEARCHED]):
        try:
            return serial_text(read_typed(found, "code"))
        except InvalidInputError:
            continue
    return ""


def problem_of(status: int, path: str = "") -> Problem:
    """The words of `status` at `path`; those of its class when it has none of its own."""
    if status == HTTPStatus.NOT_FOUND:
        for start, problem in _NOT_THERE.items():
            if path.startswith(start):
                return problem
    if status in PROBLEMS:
        return PROBLEMS[status]
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return PROBLEMS[HTTPStatus.INTERNAL_SERVER_ERROR if is_ours else HTTPStatus.BAD_REQUEST]

"""What an error page says for each HTTP status: what happened and what to do, never what went wrong inside."""

from dataclasses import dataclass
from http import HTTPStatus

from api.web.translation import N_


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
        N_("请过几分钟再试。"),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: Problem(
        N_("本站出错了"),
        N_("这不是您的操作造成的，也不说明标识是真是假。请过一会儿再试；还是不行，请把下面的编号告诉本站。"),
        says_all=True,
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Problem(
        N_("暂时不能服务"),
        N_("本站正忙或者正在维护，这不说明标识是真是假。请过几分钟再试。"),
        says_all=True,
    ),
}


def problem_of(status: int) -> Problem:
    """The words of `status`; those of its class when it has none of its own."""
    if status in PROBLEMS:
        return PROBLEMS[status]
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return PROBLEMS[HTTPStatus.INTERNAL_SERVER_ERROR if is_ours else HTTPStatus.BAD_REQUEST]

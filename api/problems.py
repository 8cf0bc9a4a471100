"""What an error looks like from outside: a status, and RFC 9457 problem+json or a page, by Accept.

Each class of the error tree has a row; `tests/api/test_problems.py` walks the tree and fails on a class without one.
"""

from dataclasses import astuple, dataclass
from typing import Any, Protocol
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from api import refusals
from api.negotiation import header, prefers_json
from api.web.language import Language, asked_language
from api.web.public.pages import PublicPages
from api.web.public.style import CONTENT_SECURITY_POLICY
from gimark import errors
from gimark.errors import Fault, GimarkError
from labels import errors as label_errors
from labels.errors import Fault as LabelFault
from labels.errors import LabelError


@dataclass(frozen=True, slots=True)
class Row:
    """One class of errors: its status and its title."""

    status: int
    title_zh: str
    title_en: str


# When trying again makes sense, in seconds, by status.
RETRY_AFTER_S = {429: "60", 503: "1"}
BODYLESS = frozenset({"GET", "HEAD", "DELETE"})
# What may stand in the fragment of a URI, as which a JSON pointer is written (RFC 6901, 6; RFC 3986, 3.5).
IN_FRAGMENT = "/~!$&'()*+,;=:@?"

# RFC 6750, 3: what is asked for, and what was wrong with what came.
CHALLENGES = {
    errors.NotAuthenticatedError.code: 'Bearer realm="gimark"',
    errors.AccessKeyRefusedError.code: 'Bearer realm="gimark", error="invalid_token"',
    errors.ScopeMissingError.code: 'Bearer realm="gimark", error="insufficient_scope", scope="{permission}"',
}

Told = GimarkError | LabelError

ROWS: dict[type[Told], Row] = {
    errors.GimarkError: Row(500, "服务器出错了", "Internal error"),
    errors.InvalidInputError: Row(422, "填写有误", "Invalid input"),
    errors.NotFoundError: Row(404, "没有找到", "Not found"),
    errors.NotAllowedError: Row(403, "没有权限", "Not allowed"),
    errors.ScopeMissingError: Row(403, "访问密钥权限不足", "The access key lacks a scope"),
    errors.NotAuthenticatedError: Row(401, "需要访问密钥", "An access key is needed"),
    errors.AccessKeyRefusedError: Row(401, "访问密钥无效", "The access key is refused"),
    errors.ConflictError: Row(409, "与当前状态不符", "Conflict with the present state"),
    errors.NotAuthorisedError: Row(409, "没有有效的用标授权", "No authorization covers this"),
    errors.VolumeExceededError: Row(409, "超过可用量", "Volume exceeded"),
    errors.SecondPersonNeededError: Row(409, "需要第二人批准", "A second person is needed"),
    errors.IdempotencyKeyReusedError: Row(422, "重复的请求编号", "Idempotency key reused"),
    errors.TooManyTriesError: Row(429, "试错次数过多", "Too many tries"),
    errors.StoreBusyError: Row(503, "系统正忙", "Busy"),
    errors.StoreFailedError: Row(503, "暂时无法保存", "Storage failed"),
    errors.KeyFileError: Row(500, "服务器出错了", "Internal error"),
    errors.LedgerError: Row(500, "服务器出错了", "Internal error"),
    refusals.WebError: Row(500, "服务器出错了", "Internal error"),
    refusals.MisdirectedError: Row(421, "网址不对", "Misdirected request"),
    refusals.CrossSiteError: Row(403, "请求来自其他网站", "Cross-site request"),
    refusals.FormForgedError: Row(403, "表单已失效", "The form is not valid any more"),
    refusals.SignInNeededError: Row(401, "需要登录", "Signing in is needed"),
    refusals.BodyTooLargeError: Row(413, "内容过大", "Body too large"),
    refusals.MethodNotAllowedError: Row(405, "不接受这种请求", "Method not allowed"),
    refusals.UnsupportedMediaTypeError: Row(415, "内容类型不对", "Unsupported media type"),
    refusals.ConditionMissingError: Row(428, "缺少 If-Match", "Precondition required"),
    refusals.StaleError: Row(412, "内容已有变动", "Precondition failed"),
    refusals.TooManyRequestsError: Row(429, "请求过多", "Too many requests"),
    refusals.HttpRefusalError: Row(400, "请求被拒绝", "Request refused"),
    refusals.InternalError: Row(500, "服务器出错了", "Internal error"),
    label_errors.LabelError: Row(422, "标签有误", "Label refused"),
    label_errors.TemplateError: Row(422, "标签模板有误", "Label template refused"),
    label_errors.MissingTextError: Row(422, "标签内容有误", "Label text refused"),
    label_errors.CarrierError: Row(422, "二维码印不清楚", "Symbol cannot be printed legibly"),
    label_errors.FontError: Row(422, "字体无法使用", "Font cannot be used"),
    label_errors.RowError: Row(422, "标签数据有误", "Label data refused"),
    label_errors.ProofError: Row(409, "标签复核未通过", "Label failed its check"),
    label_errors.PhotographError: Row(422, "照片无法读取", "Photograph cannot be read"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal as the reader gets it, in one language."""

    code: str
    status: int
    title: str
    faults: tuple[Fault, ...]
    extras: dict[str, Any]
    request_id: str
    instance: str
    language: Language

    @property
    def detail(self) -> str:
        """The whole message as sentences."""
        return " ".join(errors.say(fault, self.language) for fault in self.faults)

    def body(self) -> dict[str, Any]:
        """The members of the problem+json object.

        Each of `errors` names its place: `pointer` into the request's body (RFC 6901), or `parameter`, or `header`.
        """
        in_zh = self.language == "zh"
        return {
            **{name: value for name, value in self.extras.items() if isinstance(value, str | int | None)},
            "type": f"urn:gimark:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": self.instance,
            "code": self.code,
            "request_id": self.request_id,
            "errors": [
                {
                    **_place(fault),
                    "detail": fault.reason_zh if in_zh else fault.reason_en,
                    "remedy": fault.remedy_zh if in_zh else fault.remedy_en,
                }
                for fault in self.faults
            ],
        }


def _place(fault: Fault) -> dict[str, str]:
    if isinstance(fault, refusals.ParameterFault):
        return {"parameter": fault.field}
    if isinstance(fault, refusals.HeaderFault):
        return {"header": fault.field}
    return {"pointer": f"#/{quote(fault.field, safe=IN_FRAGMENT)}" if fault.field else "#"}


class ErrorPages(Protocol):
    """What draws a problem for a person."""

    def render(self, problem: Problem, query: str) -> bytes:
        """A whole HTML page; `query` is the raw query of the request."""
        ...


@dataclass(frozen=True, slots=True)
class SitePages:
    """Draws problems in the look of the site."""

    pages: PublicPages

    def render(self, problem: Problem, query: str) -> bytes:
        """The site's error page; the request's id stands on it when there is something to report."""
        wait_s = int(RETRY_AFTER_S[problem.status]) if problem.status in RETRY_AFTER_S else None
        return self.pages.problem(
            problem.status,
            problem.language,
            query,
            faults=problem.faults,
            request_id=problem.request_id if problem.status >= 500 else "",
            address=str(problem.extras.get("address", "")),
            path=problem.instance,
            wait_s=wait_s,
        )


def row_of(error: Told) -> Row:
    """The row of an error's class, or of its nearest ancestor that has one."""
    return next(ROWS[kind] for kind in type(error).__mro__ if kind in ROWS)


def said(error: Exception) -> Told:
    """Any exception as one of our tree. A bug becomes `InternalError`, which tells nothing of it."""
    from fastapi.exceptions import RequestValidationError  # the framework: look-ups are answered before it is there

    if isinstance(error, RequestValidationError):
        return errors.InvalidInputError(tuple(_from_validation(found) for found in error.errors()))
    if isinstance(error, HTTPException):
        return _from_http(error)
    if isinstance(error, Told) and row_of(error).status != 500:
        return error
    return refusals.internal()


def problem_of(error: Exception, scope: Scope, languages: tuple[Language, ...]) -> Problem:
    """What the reader of `scope` is told of `error`."""
    told = said(error)
    row = row_of(told)
    headers = scope.get("headers", ())
    query = scope.get("query_string", b"").decode("latin-1")
    tongue = asked_language(query, header(headers, b"accept-language"), languages)
    extras = told.extras if isinstance(told, GimarkError) else {}
    return Problem(
        code=told.code,
        status=extras["status"] if isinstance(told, refusals.HttpRefusalError) else row.status,
        title=row.title_zh if tongue == "zh" else row.title_en,
        faults=tuple(_placed(fault, scope) for fault in told.faults),
        extras=extras,
        request_id=scope.get("state", {}).get("request_id", ""),
        instance=scope.get("path", ""),
        language=tongue,
    )


def _placed(fault: Fault | LabelFault, scope: Scope) -> Fault:
    """The fault with the kind of place that it names: the domain does not know what came in the path or the query."""
    if isinstance(fault, refusals.ParameterFault | refusals.HeaderFault):
        return fault
    in_address = fault.field in scope.get("path_params", ()) or scope.get("method") in BODYLESS
    kind = refusals.ParameterFault if in_address and fault.field else Fault
    return kind(*astuple(fault))


@dataclass(frozen=True, slots=True)
class Problems:
    """Answers errors: `pages` draws them, `languages` are offered in order."""

    languages: tuple[Language, ...]
    pages: ErrorPages

    def response(self, error: Exception, scope: Scope) -> Response:
        """The answer to `error`, as problem+json or as a page."""
        problem = problem_of(error, scope, self.languages)
        headers = {"Cache-Control": "no-store", "Content-Language": problem.language, "Vary": "Accept, Accept-Language"}
        if problem.status in RETRY_AFTER_S:
            headers["Retry-After"] = str(problem.extras.get("wait_s", RETRY_AFTER_S[problem.status]))
        if "allow" in problem.extras:
            headers["Allow"] = str(problem.extras["allow"])
        if problem.code in CHALLENGES:
            headers["WWW-Authenticate"] = CHALLENGES[problem.code].format_map(problem.extras)
        if _wants_page(scope):
            headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
            query = scope.get("query_string", b"").decode("latin-1")
            return HTMLResponse(self.pages.render(problem, query), problem.status, headers)
        return JSONResponse(problem.body(), problem.status, headers, media_type="application/problem+json")


def _wants_page(scope: Scope) -> bool:
    """A page is for whoever names HTML; under /v1 nobody gets one."""
    accept = header(scope.get("headers", ()), b"accept")
    return "text/html" in accept and not prefers_json(accept) and not scope.get("path", "").startswith("/v1/")


def _from_http(error: HTTPException) -> GimarkError:
    if error.status_code == 404:
        return errors.NotFoundError(refusals.not_here())
    if error.status_code == 405:
        return refusals.method_not_allowed((error.headers or {}).get("Allow", "GET"))
    if error.status_code >= 500:
        return refusals.internal()
    return refusals.http_refusal(error.status_code)


# What pydantic says in English, by the start of its type.
_ZH = {
    "missing": "缺少这一项",
    "string_too_long": "内容太长",
    "string_too_short": "内容太短",
    "string_pattern_mismatch": "格式不正确",
    "string_": "应为文字",
    "int_": "应为整数",
    "bool_": "应为是或否",
    "date_": "应为日期，例如 2026-11-22",
    "datetime_": "应为时间",
    "enum": "不在可选项之内",
    "literal_error": "不在可选项之内",
    "greater_than": "数值太小",
    "less_than": "数值太大",
    "too_short": "项数太少",
    "too_long": "项数太多",
    "list_type": "应为列表",
    "model_": "应为对象",
    "json_invalid": "不是有效的 JSON",
    "extra_forbidden": "没有这一项",
}


def _from_validation(found: dict[str, Any]) -> Fault:
    kind = str(found["type"])
    reason_zh = next((words for start, words in _ZH.items() if kind.startswith(start)), "格式不正确")
    where, *parts = found["loc"]
    words = (reason_zh, str(found["msg"]), "请核对后重新提交", "Correct it and send the request again")
    if where in ("path", "query"):
        return refusals.ParameterFault(str(parts[0]) if parts else "", *words)
    if where == "header":
        return refusals.HeaderFault(str(parts[0]) if parts else "", *words)
    return Fault("/".join(str(part).replace("~", "~0").replace("/", "~1") for part in parts), *words)

"""Errors of the web itself, beside the domain's: same tree, same way of saying what to do."""

from dataclasses import dataclass

from gimark.errors import Fault, GimarkError


@dataclass(frozen=True, slots=True)
class ParameterFault(Fault):
    """What is wrong with a part of the path or of the query; `field` is its name."""


@dataclass(frozen=True, slots=True)
class HeaderFault(Fault):
    """What is wrong with a header; `field` is its name."""


class WebError(GimarkError):
    """A request that does not reach the domain."""

    code = "web"


class MisdirectedError(WebError):
    """The Host is none of this installation's (RFC 9110, 15.5.20)."""

    code = "misdirected"


class CrossSiteError(WebError):
    """An unsafe request that did not come from one of our own pages."""

    code = "cross-site"


class FormForgedError(CrossSiteError):
    """A form without what the session's own forms carry."""

    code = "form-forged"


class SignInNeededError(WebError):
    """Nobody is signed in, or not all the way: `extras["address"]` is the page where it goes on."""

    code = "sign-in-needed"


class BodyTooLargeError(WebError):
    """The request's body is larger than this path takes."""

    code = "body-too-large"


class MethodNotAllowedError(WebError):
    """The path does not take this method."""

    code = "method-not-allowed"


class UnsupportedMediaTypeError(WebError):
    """The body is of a kind that this path does not read (RFC 9110, 15.5.16)."""

    code = "unsupported-media-type"


class ConditionMissingError(WebError):
    """A change that does not say what it was decided on (RFC 6585, 3)."""

    code = "condition-missing"


class StaleError(WebError):
    """The thing is not any more what the request was decided on (RFC 9110, 15.5.13)."""

    code = "stale"


class TooManyRequestsError(WebError):
    """Too many failed attempts, or requests, from one network (RFC 6585, 4)."""

    code = "too-many-requests"


class HttpRefusalError(WebError):
    """Any other refusal of the web framework; `extras["status"]` has its status."""

    code = "http"


class InternalError(WebError):
    """A bug or a broken installation. The reader gets a fixed text and the request's id, nothing else."""

    code = "internal"


def misdirected(right_address: str) -> MisdirectedError:
    """A MisdirectedError that says where to go."""
    return MisdirectedError(
        (
            Fault(
                "",
                "这个网址不属于本站",
                "this address is not one of ours",
                f"请改用 {right_address}",
                f"Use {right_address} instead",
            ),
        ),
        {"address": right_address},
    )


def cross_site() -> CrossSiteError:
    """A CrossSiteError."""
    return CrossSiteError(
        (
            Fault(
                "",
                "这个请求不是从本站页面发出的",
                "the request did not come from a page of this site",
                "没有执行任何操作；请打开本站页面后重试",
                "Nothing was done; open the page on this site and try again",
            ),
        )
    )


def form_forged() -> FormForgedError:
    """A FormForgedError."""
    return FormForgedError(
        (
            Fault(
                "",
                "这张表单不是从您当前登录的页面发出的",
                "the form did not come from a page of the session you are in",
                "没有执行任何操作；请重新打开页面后再提交",
                "Nothing was done; open the page anew and send it again",
            ),
        )
    )


def sign_in_needed(address: str) -> SignInNeededError:
    """A SignInNeededError; `address` is the page where signing in begins or goes on."""
    return SignInNeededError(
        (
            Fault(
                "",
                "尚未登录，或登录已失效",
                "nobody is signed in, or the session has ended",
                "请登录后继续",
                "Sign in and go on",
            ),
        ),
        {"address": address},
    )


def too_large(limit: int) -> BodyTooLargeError:
    """A BodyTooLargeError; `limit` in bytes."""
    return BodyTooLargeError(
        (
            Fault(
                "",
                f"内容超过 {limit // 1024} KiB",
                f"the body is over {limit // 1024} KiB",
                "请减小文件后重试",
                "Send less, or split the file",
            ),
        ),
        {"limit_bytes": limit},
    )


def method_not_allowed(allowed: str) -> MethodNotAllowedError:
    """A MethodNotAllowedError; `allowed` as in the Allow header."""
    return MethodNotAllowedError(
        (
            Fault(
                "",
                "这个网址不接受这种请求",
                "this address does not take that method",
                f"可用的方法：{allowed}",
                f"Use {allowed}",
            ),
        ),
        {"allow": allowed},
    )


def unsupported_media_type(name_zh: str, name_en: str, kind: str) -> UnsupportedMediaTypeError:
    """An UnsupportedMediaTypeError for a body that is not what is named, of the media type `kind`."""
    return UnsupportedMediaTypeError(
        (
            HeaderFault(
                "Content-Type",
                f"请求内容不是 {name_zh}",
                f"the body is no {name_en}",
                f"请设置 Content-Type: {kind}",
                f"Send it with Content-Type: {kind}",
            ),
        )
    )


def condition_missing() -> ConditionMissingError:
    """A ConditionMissingError for a change without If-Match."""
    return ConditionMissingError(
        (
            HeaderFault(
                "If-Match",
                "没有说明依据的是哪一版",
                "the change does not say which version it was decided on",
                "请先读取，再把响应的 ETag 放入 If-Match",
                "Read it first, and send the answer's ETag as If-Match",
            ),
        )
    )


def stale() -> StaleError:
    """A StaleError."""
    return StaleError(
        (
            HeaderFault(
                "If-Match",
                "读取之后已有变动，没有执行任何操作",
                "it was changed since it was read, and nothing was done",
                "请重新读取，核对后再提交",
                "Read it again, look at what changed, and send the request anew",
            ),
        )
    )


def too_many_requests() -> TooManyRequestsError:
    """A TooManyRequestsError."""
    return TooManyRequestsError(
        (
            Fault(
                "",
                "尝试次数过多",
                "there were too many attempts",
                "请一分钟后再试",
                "Wait a minute before the next",
            ),
        )
    )


def not_here() -> tuple[Fault, ...]:
    """The faults of a NotFoundError for an unknown address."""
    return (
        Fault(
            "",
            "没有这个页面",
            "there is no such page",
            "请核对网址，或从首页进入",
            "Check the address, or start from the home page",
        ),
    )


def http_refusal(status: int) -> HttpRefusalError:
    """A HttpRefusalError for a status that has no class of its own."""
    return HttpRefusalError(
        (
            Fault(
                "",
                f"请求被拒绝（{status}）",
                f"the request was refused ({status})",
                "请核对后重试",
                "Check the request and try again",
            ),
        ),
        {"status": status},
    )


def internal() -> InternalError:
    """The InternalError that stands for any bug."""
    return InternalError(
        (
            Fault(
                "",
                "服务器出错了",
                "something went wrong on the server",
                "请稍后重试；如需报告，请附上请求编号",
                "Try again later; quote the request id if you report it",
            ),
        )
    )

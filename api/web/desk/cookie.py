"""The session's cookie: for this host and this site alone, and for no script."""

from starlette.requests import Request
from starlette.responses import Response

from api.settings import Settings

# The prefix makes a browser refuse the cookie from any other host, path or plain http (RFC 6265bis, 4.1.3.2).
SECURE_NAME, PLAIN_NAME = "__Host-gimark", "gimark"


def session_token(request: Request, settings: Settings) -> str:
    """What the browser showed as its session, empty when nothing."""
    return request.cookies.get(_name(settings), "")


def hand_out(response: Response, settings: Settings, token: str) -> None:
    """Give the browser its session's token; it keeps it until it is closed."""
    response.set_cookie(_name(settings), token, path="/", secure=settings.is_https, httponly=True, samesite="lax")


def take_back(response: Response, settings: Settings) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_name(settings), path="/", secure=settings.is_https, httponly=True, samesite="lax")


def _name(settings: Settings) -> str:
    return SECURE_NAME if settings.is_https else PLAIN_NAME

"""Where a desk's visitor may be sent: to our own pages alone."""

from urllib.parse import quote, urlsplit

from starlette.requests import Request

from gimark.accounts.rules import Actor, Permission

SIGN_IN = "/sign-in"
RESET = f"{SIGN_IN}/reset"
LONGEST_PLACE = 2_000


def own_place(text: str) -> str:
    """`text` when it is a path (and query) on this site, else nothing.

    Browsers read a backslash as a slash and skip tabs and line ends, so that neither may stand in it.
    """
    if not text.startswith("/") or text.startswith("//") or len(text) > LONGEST_PLACE:
        return ""
    if "\\" in text or not text.isprintable():
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    is_ours = not parts.scheme and not parts.netloc and not parts.fragment
    return text if is_ours and not parts.path.startswith((SIGN_IN, "/sign-out")) else ""


def home_of(actor: Actor) -> str:
    """The first page of whoever signed in."""
    if actor.enterprise_id is not None:
        return "/producer"
    return "/users" if Permission.MANAGE_USERS in actor.permissions else "/regulator"


def place_of(request: Request) -> str:
    """The path and query that were asked for."""
    query = request.scope["query_string"].decode("latin-1")
    path = quote(request.scope["path"])
    return f"{path}?{query}" if query else path

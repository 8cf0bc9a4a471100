"""A walk over the pages of the desks by links alone, as somebody at a desk goes: what no link leads to is found."""

import html
import re
from collections import deque
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

from api.web.desk.routes import BEHIND_SIGN_IN

# A stream that ends with the work it reports; whoever reads it waits that long.
STREAMS = frozenset({"/producer/orders/{order}/progress", "/exports/made/{ref}/progress"})
# Where the steps of signing in and a form kept through them stand, they lead away from a desk.
OUTSIDE = ("/sign-in", "/sign-out")
# Of one kind of page so many are read: a finished order leads elsewhere than a new one.
MOST_OF_A_KIND = 2
LINK = re.compile(r'(?:href|src|action|formaction)="(/[^"#]*)')


def routes() -> dict[str, re.Pattern[str]]:
    """Every address behind the sign-in that can be read, with the pattern of what stands for it."""
    found = {}
    for router in BEHIND_SIGN_IN:
        for route in router.routes:
            if "GET" in getattr(route, "methods", ()) and not route.path.startswith(OUTSIDE):
                pattern = re.sub(r"\\{[a-z_]+\\}", "[^/]+", re.escape(route.path))
                found[route.path] = re.compile(pattern)
    return found


def walk(read: Callable[[str], str | None], *homes: str) -> dict[str, str]:
    """The first address of each route that links lead to from `homes`.

    `read` gives a page's HTML, None for what is no page. The language is taken out of addresses.
    """
    # Those with the fewest open places first: /enterprises/new is no enterprise.
    patterns = sorted(routes().items(), key=lambda item: item[0].count("{"))
    seen: dict[str, list[str]] = {}
    waiting = deque(homes)
    while waiting:
        address = waiting.popleft()
        path = urlsplit(address).path
        route = next((name for name, pattern in patterns if pattern.fullmatch(path)), "")
        known = seen.setdefault(route, [])
        if not route or address in known or len(known) >= MOST_OF_A_KIND:
            continue
        known.append(address)
        page = None if route in STREAMS else read(address)
        waiting.extend(links(page or ""))
    return {route: addresses[0] for route, addresses in seen.items() if route}


def links(page: str) -> Iterator[str]:
    """The addresses on this site that a page leads to, without their language."""
    for found in LINK.findall(page):
        parts = urlsplit(html.unescape(found))
        query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0] != "lang"])
        yield f"{parts.path}?{query}" if query else parts.path

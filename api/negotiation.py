"""Whether the reader wants JSON or a page. The language is `api.web.language`'s to say."""

from collections.abc import Iterable
from functools import lru_cache

Headers = Iterable[tuple[bytes, bytes]]


def header(headers: Headers, name: bytes) -> str:
    """The first value of a header (`name` in lower case), empty when absent."""
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return ""


@lru_cache(maxsize=1024)
def prefers_json(accept: str) -> bool:
    """Whether an Accept header asks for JSON rather than for a page; a page when it says neither (RFC 9110, 12.5.1)."""
    weights = {"json": 0.0, "html": 0.0}
    for kind, weight in _weighted(accept):
        if kind == "application/json" or kind.endswith("+json"):
            weights["json"] = max(weights["json"], weight)
        elif kind in ("text/html", "application/xhtml+xml"):
            weights["html"] = max(weights["html"], weight)
    return weights["json"] > weights["html"]


def _weighted(value: str) -> list[tuple[str, float]]:
    """The members of a header with q-values; an unreadable weight counts as 0."""
    members = []
    for member in value.lower().split(",")[:32]:
        name, *parameters = (part.strip() for part in member.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        members.append((name, weight))
    return members

"""Requests byte by byte, as no well-behaved client would send them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message

from tests.api.site import HOST, PHONE


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back."""

    status: int
    headers: Mapping[bytes, bytes]
    body: bytes


def ask(app: ASGIApp, raw_path: bytes, query: bytes = b"", host: bytes = HOST.encode(), **headers: str) -> RawAnswer:
    """Send one GET with exactly these bytes; headers' names with `_` for `-`."""
    sent: list[Any] = []
    extra = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "path": raw_path.decode("latin-1"),
        "raw_path": raw_path,
        "query_string": query,
        "headers": [(b"host", host), (b"user-agent", PHONE.encode()), *extra],
        "client": ("203.0.113.7", 50_000),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return RawAnswer(sent[0]["status"], dict(sent[0]["headers"]), body)

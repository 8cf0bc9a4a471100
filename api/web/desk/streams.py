"""Telling an open page how far work is, for as long as it is open (server-sent events, WHATWG HTML 9.2)."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeVar

from fastapi import Response
from starlette.responses import StreamingResponse

from api.watching import Watch
from api.web.desk.pages import HEADERS

# A browser whose stream ended asks again after so long; after the longer time where there is no room for it now.
AGAIN_MS, LATER_MS = 1_000, 15_000
# nginx would otherwise keep events back until it has enough of them.
STREAM_HEADERS = {**HEADERS, "X-Accel-Buffering": "no"}

State = TypeVar("State")
Tell = Callable[[State], Mapping[str, object] | None]
"""What a page is told of a state; None once it shows another stage than the page does."""


def event(name: str, data: Mapping[str, object]) -> str:
    """One event as it is sent."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def progress_stream(watch: Watch[State], name: str, state: State, tell: Tell[State]) -> Response:
    """Events `progress` with what `tell` says, and `changed` once the page is out of date."""
    now = tell(state)
    if now is None:
        return _stream(_once(event("changed", {})))
    if watch.is_full:
        return _stream(_once(f"retry: {LATER_MS}\n\n", event("progress", now)))
    return _stream(_followed(watch, name, now, tell))


async def _followed(
    watch: Watch[State], name: str, first: Mapping[str, object], tell: Tell[State]
) -> AsyncIterator[str]:
    yield f"retry: {AGAIN_MS}\n\n"
    yield event("progress", first)
    async for state in watch.follow(name):
        now = tell(state)
        if now is None:
            yield event("changed", {})
            return
        yield event("progress", now)


async def _once(*events: str) -> AsyncIterator[str]:
    for one in events:
        yield one


def _stream(events: AsyncIterator[str]) -> Response:
    return StreamingResponse(events, 200, STREAM_HEADERS, "text/event-stream; charset=utf-8")

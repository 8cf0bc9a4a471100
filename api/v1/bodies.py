"""Reading a request's body: JSON and nothing else, or the one kind of file that an operation takes, within a time."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api import refusals
from gimark.errors import invalid

BODY_WITHIN_S = 30.0


class JsonRoute(APIRoute):
    """A route whose body is read strictly.

    Text that is not UTF-8, lone surrogates, NaN, numbers without end and depth without end are malformed JSON (422);
    another Content-Type is 415; a body that does not arrive in time is 408.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler, given a request whose JSON was read here."""
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def read_and_handle(request: Request) -> Response:
            return await handle(await _Read.of(request))

        return read_and_handle


class _Read(Request):
    """A request whose body has been read and parsed."""

    _told: Any = None

    @classmethod
    async def of(cls, request: Request) -> "_Read":
        read = cls(request.scope, request.receive)
        body = await arrived(read)
        if body:
            _check_is_json(request)
            read._told = parsed(body)
            request.scope["state"]["body_sha256"] = hashlib.sha256(canonical(read._told)).digest()
        return read

    async def json(self) -> Any:
        """What the body says."""
        return self._told


async def arrived(request: Request, within_s: float = BODY_WITHIN_S) -> bytes:
    """The whole body. Raises HTTPException 408 when it takes longer than that, 400 when it is broken off."""
    try:
        async with asyncio.timeout(within_s):
            return await request.body()
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None


def media_type(request: Request) -> tuple[str, str]:
    """What the body is said to be, and its character set (utf-8 when none is named)."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    return message.get_content_type(), message.get_content_charset("utf-8")


def parsed(body: bytes) -> Any:
    """The JSON value in `body`. Raises InvalidInputError."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise invalid(
            "",
            "不是有效的 JSON",
            f"it is no valid JSON: {error}",
            "请核对后重新提交",
            "Correct it and send the request again",
        ) from None


def canonical(told: Any) -> bytes:
    """One spelling of a JSON value, whatever the order of names and the blanks it came with."""
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def _check_is_json(request: Request) -> None:
    kind, charset = media_type(request)
    if (kind != "application/json" and not kind.endswith("+json")) or charset not in ("utf-8", "us-ascii"):
        raise refusals.unsupported_media_type("JSON", "JSON", "application/json")

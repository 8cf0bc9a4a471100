"""Who asks: every request but the description's carries an access key, which is looked at before anything else."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import refusals
from api.limits import NetworkLimit
from api.logs import log
from api.negotiation import header
from api.problems import Problems
from api.security import SAFE_METHODS
from api.wiring import Process
from gimark.accounts.access.actions import note_use
from gimark.accounts.access.queries import Holder, holder_of
from gimark.accounts.rules import Actor
from gimark.clock import local_day
from gimark.errors import (
    AccessKeyRefusedError,
    Fault,
    GimarkError,
    NotAuthenticatedError,
    StoreBusyError,
    StoreFailedError,
)
from gimark.scans.devices import network_of

OPEN_TO_ALL = frozenset({"/v1/", "/v1/openapi.json"})
SCHEME = HTTPBearer(
    auto_error=False,
    scheme_name="accessKey",
    description="An access key, made with `gimark access create` or `POST /access-keys` and shown once.",
)


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in whoever shows a good access key, as its owner narrowed to its scopes; cookies count for nothing.

    A network that showed too many bad ones in this minute waits (429), with a good one too: guessing must not pay.
    """

    app: ASGIApp
    process: Process
    problems: Problems
    limit: NetworkLimit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge the Authorization header."""
        if scope["type"] != "http" or scope["path"] in OPEN_TO_ALL:
            await self.app(scope, receive, send)
            return
        try:
            holder = await self._let_in(scope)
        except GimarkError as error:
            await self.problems.response(error, scope)(scope, receive, send)
            return
        scope.setdefault("state", {})["holder"] = holder
        await self.app(scope, receive, _noting(holder, scope, send))

    async def _let_in(self, scope: Scope) -> Holder:
        network = network_of(self.process.desk.visitors.address(scope, dict(scope["headers"])))
        if self.limit.is_watching and self.limit.is_over(network):
            raise refusals.too_many_requests()
        scheme, _, token = header(scope["headers"], b"authorization").partition(" ")
        if scheme.lower() != "bearer":
            raise _nobody()
        try:
            return await run_in_threadpool(self._holder, token.strip(" "))
        except AccessKeyRefusedError:
            self.limit.count(network)
            raise

    def _holder(self, token: str) -> Holder:
        store = self.process.here.store
        today = local_day(store.clock.now())
        with store.reading() as session:
            holder = holder_of(session, token, today)
        if holder.key.last_used_on != today:
            self._note_use(holder.key_id, today)
        return holder

    def _note_use(self, key_id: int, today: date) -> None:
        """Once a day. What was asked for may go on without it: a full disk still answers questions."""
        try:
            with self.process.here.store.acting() as act:
                note_use(act, key_id, today)
                act.commit()
        except (StoreBusyError, StoreFailedError) as error:
            log.warning("the use of an access key could not be noted", reason=error.text("en"))


def _noting(holder: Holder, scope: Scope, send: Send) -> Send:
    """`send`, which also writes into the log who asked for an act, with which key, and what it came to.

    The ledger names roles, never people: this line is what tells an office whose program acted.
    """
    if scope["method"] in SAFE_METHODS:
        return send

    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            asked_for = getattr(scope.get("endpoint"), "__name__", None)
            request_id, status = scope["state"].get("request_id"), message["status"]
            user, key = holder.actor.name, holder.key.prefix
            log.info("asked", user=user, key=key, operation=asked_for, status=status, request_id=request_id)
        await send(message)

    return noted


async def process_of(request: Request) -> Process:
    """The process that serves the request."""
    process: Process = request.app.state.process
    return process


async def holder_in(request: Request, _scheme: Annotated[object, Depends(SCHEME)]) -> Holder:
    """Whom the door let in; the scheme is here for the description's sake."""
    holder: Holder = request.state.holder
    return holder


async def actor_in(holder: Annotated[Holder, Depends(holder_in)]) -> Actor:
    """Whom the door let in, as actions and queries take them: the key's owner with the key's scopes."""
    return holder.actor


Here = Annotated[Process, Depends(process_of)]
Caller = Annotated[Actor, Depends(actor_in)]
KeyHolder = Annotated[Holder, Depends(holder_in)]


def _nobody() -> NotAuthenticatedError:
    return NotAuthenticatedError(
        (
            Fault(
                "",
                "没有访问密钥",
                "no access key came with the request",
                "请加上 Authorization: Bearer 和您的密钥；密钥用 gimark access create 建立",
                "Send “Authorization: Bearer” and your key; gimark access create makes one",
            ),
        )
    )

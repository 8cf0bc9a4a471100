"""Whole requests to an application in this process, and people who are signed in to it without the cost of a password.

What is measured is everything from the request's bytes to the last byte of the answer, but for the socket.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Message

from api.installation import Installation
from api.web.desk.cookie import hand_out
from gimark.accounts.factors.model import SEALED_BYTES, SecondFactor
from gimark.accounts.factors.rules import NEED_SECOND_FACTOR
from gimark.accounts.model import User
from gimark.accounts.queries import actor_for
from gimark.accounts.sessions.actions import begin_session, note_proved


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back; headers by their small names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """The media type, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asks the host `host` of an application, with headers of their own."""

    app: ASGIApp
    host: str
    headers: Mapping[str, str] = field(default_factory=dict)

    async def get(self, target: str) -> Answered:
        """GET a path, with its query if there is one."""
        path, _, query = target.partition("?")
        named = {"host": self.host, "accept-language": "zh-CN", **self.headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": ("127.0.0.1", 1),
            "server": (self.host, 443),
        }
        sent: list[Message] = []

        coming: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            if not coming:
                await asyncio.Event().wait()  # whoever streams waits here for our leaving, which does not come
            return coming.pop()

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        headers = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Answered(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent))


def cookie_of(here: Installation, name: str) -> dict[str, str]:
    """The header of somebody signed in as the user `name`, all the way."""
    with here.store.acting() as act:
        actor = actor_for(act.session, name)
        act.session.get_one(User, actor.user_id).must_change_password = False
        if actor.role in NEED_SECOND_FACTOR and act.session.get(SecondFactor, actor.user_id) is None:
            sealed = bytes(SEALED_BYTES)  # of no secret: nobody is asked for its code
            act.session.add(SecondFactor(user_id=actor.user_id, sealed=sealed, last_step=0, since=act.now))
        begun = begin_session(act, actor.user_id, "bench")
        note_proved(act, begun.id)
        act.commit()
    given = Response()
    hand_out(given, here.settings, begun.token)
    return {"cookie": given.headers["set-cookie"].partition(";")[0]}

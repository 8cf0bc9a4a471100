"""Answers with their versions, and what makes repeating and changing safe.

Single things carry a strong ETag of their representation. A change names in If-Match the version it was decided on; it
is compared inside the act's transaction, so that of two changes decided on the same version one is stale. What makes
something takes an Idempotency-Key; the answer is kept in the act's transaction and given again to a repeat.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from api import refusals
from api.v1.door import Caller, Here
from api.wiring import Process
from gimark.accounts.answers.actions import Answered, earlier_answer, keep_answer
from gimark.accounts.answers.rules import LONGEST_KEY
from gimark.accounts.rules import Actor
from gimark.ledger import book
from gimark.store.unit_of_work import Act

HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}

KnownTag = Annotated[
    str | None, Header(alias="If-None-Match", description="ETag of the version at hand: 304 when it is still that one")
]
SeenTag = Annotated[
    str | None, Header(alias="If-Match", description="ETag of the version that the change was decided on")
]
RepeatKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]+$",
        max_length=LONGEST_KEY,
        description="Your own name for the request, such as a UUID: a repeat within 7 days is answered as the first",
        examples=["7f6a1f0e-5b0c-4a55-9f0e-2f1b6f1f7c11"],
    ),
]


def body_of(shown: BaseModel) -> bytes:
    """The representation's bytes."""
    return shown.model_dump_json(by_alias=True).encode()


def tag_of(body: bytes) -> str:
    """The strong ETag of a representation (RFC 9110, 8.8.3)."""
    return f'"{urlsafe_b64encode(hashlib.sha256(body).digest()[:16]).decode().rstrip("=")}"'


def told(shown: BaseModel, known: str | None = None, status: int = 200, location: str | None = None) -> Response:
    """The answer with one thing; 304 without a body when `known` (If-None-Match) names this version.

    `location` is where the thing is, when it was not asked for there.
    """
    body = body_of(shown)
    tag = tag_of(body)
    headers = {**HEADERS, "ETag": tag}
    if location is not None:
        headers["Location"] = location
    if known is not None and _names(known, tag, weakly=True):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, "application/json")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was asked for is not done yet; what is shown says how it goes on (202), and stands at `location`."""

    shown: BaseModel
    location: str


@dataclass(frozen=True, slots=True)
class Conditional:
    """A request that changes something, decided on the version of it that If-Match (`seen`) names."""

    process: Process
    seen: str

    def of(self, represent: Callable[[Act], BaseModel], do: Callable[[Act], object]) -> Response:
        """Do it to the thing that `represent` shows if that still is the version seen; the answer shows it changed.

        When it could only be asked for (`do` gives Accepted), the answer shows that.

        The ledger's lock is taken first: no other act comes between the comparison and the commit. Raises StaleError
        (412), and what the two raise: then nothing is changed.
        """
        with self.process.here.store.acting() as act:
            book.lock(act)
            if not _names(self.seen, tag_of(body_of(represent(act))), weakly=False):
                raise refusals.stale()
            done = do(act)
            act.session.flush()
            changed = represent(act)
            act.commit()
        if isinstance(done, Accepted):
            return told(done.shown, status=202, location=done.location)
        return told(changed)


async def conditional(process: Here, seen: SeenTag = None) -> Conditional:
    """The request as one on a condition (RFC 9110, 13.1.1).

    Raises ConditionMissingError (428) when it does not say which version it was decided on.
    """
    if seen is None:
        raise refusals.condition_missing()
    return Conditional(process, seen)


Changing = Annotated[Conditional, Depends(conditional)]


@dataclass(frozen=True, slots=True)
class Made:
    """Something new, and its address. `kept` is what a repeat is shown instead, where `shown` has a secret."""

    shown: BaseModel
    location: str
    kept: BaseModel | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that makes something, and may come again."""

    process: Process
    actor: Actor
    key: str
    request_sha256: bytes

    def once(self, make: Callable[[Act], Made | Accepted], status: int = 201) -> Response:
        """Make it and keep the answer, in one transaction; a repeat is given the kept answer and makes nothing.

        Raises IdempotencyKeyReusedError for another request under the same key, and what `make` raises: then nothing
        is kept, and the same key may be tried again.
        """
        with self.process.here.store.acting() as act:
            book.lock(act)
            earlier = earlier_answer(act.session, self.actor, self.key, self.request_sha256)
            if earlier is not None:
                return _answer(earlier)
            made = make(act)
            hidden = made.kept if isinstance(made, Made) else None
            given = 202 if isinstance(made, Accepted) else status
            kept = Answered(given, made.location, body_of(hidden or made.shown))
            keep_answer(act, self.actor, self.key, self.request_sha256, kept)
            act.commit()
        return _answer(kept, body_of(made.shown))


async def attempt(request: Request, process: Here, actor: Caller, key: RepeatKey) -> Attempt:
    """The request as an attempt: two are the same when method, path and what the body says are."""
    said = request.scope["state"].get("body_sha256", b"")
    asked = hashlib.sha256(f"{request.method} {request.scope['path']}\n".encode() + said).digest()
    return Attempt(process, actor, key, asked)


Making = Annotated[Attempt, Depends(attempt)]


def _answer(kept: Answered, fresh: bytes | None = None) -> Response:
    """The answer to the request that made something (`fresh`), or to its repeat."""
    headers = {**HEADERS, "Location": kept.location, "ETag": tag_of(kept.body)}
    if fresh is None:
        headers["Idempotency-Replayed"] = "true"
    return Response(kept.body if fresh is None else fresh, kept.status, headers, "application/json")


def _names(condition: str, tag: str, *, weakly: bool) -> bool:
    """Whether an If-Match or If-None-Match names `tag`; a weak one counts only when compared `weakly` (8.8.3.2)."""
    if condition.strip() == "*":
        return True
    named = (part.strip() for part in condition.split(","))
    return any(part == tag or (weakly and part == f"W/{tag}") for part in named)

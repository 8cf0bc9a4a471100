"""Access keys: one's own; for whoever manages users, everybody's."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.v1.answering import KnownTag, Made, Making, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Day, Instant, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.paging import Page, PageQuery, page
from gimark.accounts.access.actions import AccessKeyForm, create_access_key, revoke_access_key
from gimark.accounts.access.queries import AccessKeyFacts, access_key, access_keys
from gimark.accounts.rules import Permission
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/access-keys", tags=["access keys"], route_class=JsonRoute)

EXAMPLE = {
    "ref": "4h7n2c9x8r1t5w0q",
    "owner": "songwu",
    "name": "ERP",
    "prefix": "7k3m9xq2",
    "scopes": ["issue_codes", "read"],
    "expires_on": "2027-06-30",
    "created_at": "2026-11-22T01:41:00Z",
    "revoked_at": None,
    "last_used_on": "2026-11-22",
}


class AccessKeyShown(Shown):
    """An access key; nothing of its secret. `expires_on` is the last day on which it works."""

    model_config = examples(EXAMPLE)

    ref: Ref
    owner: str
    name: str
    prefix: str
    scopes: list[Permission]
    expires_on: Day
    created_at: Instant
    revoked_at: Instant | None
    last_used_on: Day | None

    @classmethod
    def of(cls, facts: AccessKeyFacts) -> "AccessKeyShown":
        """What is shown of a key."""
        return cls.model_validate(facts, from_attributes=True)


class NewAccessKeyShown(AccessKeyShown):
    """A key just made. `token` is what to send as the bearer; it is null when the request came again."""

    model_config = examples(
        {**EXAMPLE, "last_used_on": None, "token": "gimark_7k3m9xq2_00000000000000000000000000000000"}
    )

    token: str | None


class AccessKeySent(Sent):
    """A key as asked for."""

    model_config = examples({"name": "ERP", "scopes": ["issue_codes", "read"], "expires_on": "2027-06-30"})

    name: Text
    scopes: Annotated[list[Permission], Field(max_length=len(Permission))]
    expires_on: Day


@router.get(
    "",
    response_model=Page[AccessKeyShown],
    summary="List access keys",
    openapi_extra=needs(Permission.MANAGE_ACCESS),
)
def list_access_keys(request: Request, process: Here, actor: Caller, query: Annotated[PageQuery, Query()]) -> Response:
    """Your own, revoked ones too; with `manage_users`, everybody's."""
    with process.here.store.reading() as session:
        return page(request, access_keys(session, actor, query.wanted).map(AccessKeyShown.of))


@router.get(
    "/{key}", response_model=AccessKeyShown, summary="Show an access key", openapi_extra=needs(Permission.MANAGE_ACCESS)
)
def show_access_key(process: Here, actor: Caller, key: RefInPath, known: KnownTag = None) -> Response:
    """One key; nothing of its secret."""
    with process.here.store.reading() as session:
        return told(AccessKeyShown.of(access_key(session, actor, key)), known)


@router.post(
    "",
    status_code=201,
    response_model=NewAccessKeyShown,
    responses=conflicts(),
    summary="Make an access key",
    openapi_extra=needs(Permission.MANAGE_ACCESS),
)
def make_access_key(actor: Caller, making: Making, sent: AccessKeySent) -> Response:
    """A key for yourself, for no more than the key in use may do, for a year at most.

    The token is in this answer and nowhere else, so that a repeat of the request is answered without it: then revoke
    the key and make another under a new Idempotency-Key.
    """

    def make(act: Act) -> Made:
        made = create_access_key(act, actor, AccessKeyForm(sent.name, tuple(sent.scopes), sent.expires_on))
        shown = AccessKeyShown.of(made.facts).model_dump()
        return Made(
            shown=NewAccessKeyShown(**shown, token=made.token),
            location=f"/v1/access-keys/{made.facts.ref}",
            kept=NewAccessKeyShown(**shown, token=None),
        )

    return making.once(make)


@router.delete(
    "/{key}",
    response_model=AccessKeyShown,
    summary="Revoke an access key",
    openapi_extra=needs(Permission.MANAGE_ACCESS),
)
def end_access_key(process: Here, actor: Caller, key: RefInPath) -> Response:
    """End a key for good, at once; another's with `manage_users`. Revoking again changes nothing."""
    with process.here.store.acting() as act:
        facts = revoke_access_key(act, actor, key)
        act.commit()
    return told(AccessKeyShown.of(facts))

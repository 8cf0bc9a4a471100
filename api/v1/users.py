"""Users, for whoever manages them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.logs import log
from api.v1.answering import Changing, KnownTag, Made, Making, told
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import Flag, Instant, Ref, RefInPath, Sent, Shown, Text, examples
from api.v1.paging import Page, PageQuery, page
from api.web.desk.places import RESET
from gimark.accounts import actions, queries
from gimark.accounts.actions import NewUser, UserForm
from gimark.accounts.links.actions import make_reset_link
from gimark.accounts.queries import UserFacts
from gimark.accounts.rules import Actor, Permission, Role, require
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/users", tags=["users"], route_class=JsonRoute)

EXAMPLE = {
    "ref": "2m6p8r0t4v7x9z1b",
    "name": "songwu",
    "role": "producer_manager",
    "enterprise": "0k3v9m2x7q8r4t6w",
    "must_change_password": True,
    "is_active": True,
    "created_at": "2026-11-22T01:41:00Z",
}


class UserShown(Shown):
    """A user. `enterprise` is a producer's."""

    model_config = examples(EXAMPLE)

    ref: Ref
    name: str
    role: Role
    enterprise: Ref | None
    must_change_password: bool
    is_active: bool
    created_at: Instant

    @classmethod
    def of(cls, facts: UserFacts) -> "UserShown":
        """What is shown of a user."""
        return cls(
            ref=facts.ref,
            name=facts.name,
            role=facts.role,
            enterprise=facts.enterprise_ref,
            must_change_password=facts.must_change_password,
            is_active=facts.is_active,
            created_at=facts.created_at,
        )


class NewUserShown(UserShown):
    """A user with a one-time password, which must be changed before anything else; null when the request came again."""

    model_config = examples({**EXAMPLE, "one_time_password": "7k3m9-xq2vh-4tn8r-w5c6p"})

    one_time_password: str | None


class ResetLinkShown(Shown):
    """A link that sets a user's password once; null when the request came again. It ends at `expires_at`, once it is
    used, or with the next one.
    """

    model_config = examples(
        {
            "user": "2m6p8r0t4v7x9z1b",
            "address": "https://gi.yunxi.example/sign-in/reset/0wKq4mT7cYbN2sX9fHe5vRz8pLj3uDaG6iQk1oBnM_E",
            "expires_at": "2026-11-23T01:41:00Z",
        }
    )

    user: Ref
    address: str | None
    expires_at: Instant


class UserSent(Sent):
    """A user as entered; `enterprise` for a producer and for nobody else."""

    model_config = examples({"name": "songwu", "role": "producer_manager", "enterprise": "0k3v9m2x7q8r4t6w"})

    name: Text
    role: Role
    enterprise: Ref | None = None


class UserChange(Sent):
    """What can be changed about a user; what is left out stays. `enterprise` goes with a role that needs one."""

    model_config = examples({"is_active": False}, {"role": "producer_clerk", "enterprise": "0k3v9m2x7q8r4t6w"})

    is_active: Flag | None = None
    role: Role | None = None
    enterprise: Ref | None = None


@router.get("", response_model=Page[UserShown], summary="List users", openapi_extra=needs(Permission.MANAGE_USERS))
def list_users(request: Request, process: Here, actor: Caller, query: Annotated[PageQuery, Query()]) -> Response:
    """Everybody, those who are switched off too."""
    require(actor, Permission.MANAGE_USERS)
    with process.here.store.reading() as session:
        return page(request, queries.users(session, actor, query.wanted).map(UserShown.of))


@router.get("/{user}", response_model=UserShown, summary="Show a user", openapi_extra=needs(Permission.MANAGE_USERS))
def show_user(process: Here, actor: Caller, user: RefInPath, known: KnownTag = None) -> Response:
    """One user."""
    require(actor, Permission.MANAGE_USERS)
    with process.here.store.reading() as session:
        return told(UserShown.of(queries.user(session, actor, user)), known)


@router.post(
    "",
    status_code=201,
    response_model=NewUserShown,
    responses=conflicts(),
    summary="Make a user",
    openapi_extra=needs(Permission.MANAGE_USERS),
)
def make_user(actor: Caller, making: Making, sent: UserSent) -> Response:
    """A user with a one-time password, which is in this answer and nowhere else."""

    def make(act: Act) -> Made:
        require(actor, Permission.MANAGE_USERS)
        enterprise_id = None if sent.enterprise is None else queries.enterprise_id_of(act.session, sent.enterprise)
        new = actions.create_user(act, actor, UserForm(sent.name, sent.role, enterprise_id))
        return _with_password(act, actor, new)

    return making.once(make)


@router.patch(
    "/{user}",
    response_model=UserShown,
    responses=conflicts(),
    summary="Change a user",
    openapi_extra=needs(Permission.MANAGE_USERS),
)
def change_user(changing: Changing, actor: Caller, user: RefInPath, sent: UserChange) -> Response:
    """Whoever is switched off cannot sign in, and their access keys stop at once; another role counts at once, for
    their keys too. Nobody can do either to themselves.
    """
    require(actor, Permission.MANAGE_USERS)

    def shown(act: Act) -> UserShown:
        return UserShown.of(queries.user(act.session, actor, user))

    def change(act: Act) -> None:
        if sent.role is not None:
            enterprise_id = None if sent.enterprise is None else queries.enterprise_id_of(act.session, sent.enterprise)
            actions.change_role(act, actor, user, sent.role, enterprise_id)
        if sent.is_active is not None:
            actions.set_active(act, actor, user, is_active=sent.is_active)

    return changing.of(shown, change)


@router.post(
    "/{user}/one-time-password",
    status_code=201,
    response_model=NewUserShown,
    summary="Give a user a new one-time password",
    openapi_extra=needs(Permission.MANAGE_USERS),
)
def reset_password(actor: Caller, making: Making, user: RefInPath) -> Response:
    """For a user who forgot theirs. The password is in this answer and nowhere else; the old one ends at once."""
    require(actor, Permission.MANAGE_USERS)
    return making.once(lambda act: _with_password(act, actor, actions.reset_password(act, actor, user)))


@router.post(
    "/{user}/reset-link",
    status_code=201,
    response_model=ResetLinkShown,
    responses=conflicts(),
    summary="Make a password reset link",
    openapi_extra=needs(Permission.MANAGE_USERS),
)
def make_link(request: Request, process: Here, actor: Caller, making: Making, user: RefInPath) -> Response:
    """For a user who sets a password of their own. The address is in this answer and nowhere else; it works once, for
    24 hours, and the password that there is holds until then. 409 for a user who is switched off.
    """
    require(actor, Permission.MANAGE_USERS)

    def make(act: Act) -> Made:
        link = make_reset_link(act, actor, user)
        address = f"{process.here.settings.public_base}{RESET}/{link.token}"
        shown = ResetLinkShown(user=user, address=address, expires_at=link.expires_at)
        request_id = request.state.request_id
        log.info("a reset link was made", user=actor.name, whose=link.name, request_id=request_id)
        return Made(shown, f"/v1/users/{user}", shown.model_copy(update={"address": None}))

    return making.once(make)


def _with_password(act: Act, actor: Actor, new: NewUser) -> Made:
    facts = UserShown.of(queries.user(act.session, actor, new.ref)).model_dump()
    return Made(
        shown=NewUserShown(**facts, one_time_password=new.one_time_password),
        location=f"/v1/users/{new.ref}",
        kept=NewUserShown(**facts, one_time_password=None),
    )

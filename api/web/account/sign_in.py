"""Signing in: name and password, then back to where one came from."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.logs import log
from api.pages import asked_in
from api.v1.door import Here
from api.web.account.pages import account_page, words_of
from api.web.desk.cookie import hand_out
from api.web.desk.places import SIGN_IN, home_of, own_place
from api.wiring import Process
from gimark.accounts.actions import verify_password
from gimark.accounts.rules import Actor
from gimark.accounts.sessions.actions import NewSession, begin_session
from gimark.errors import NotAllowedError
from gimark.scans.devices import family_of

router = APIRouter()
MOST_USER_AGENT = 512


@router.get(SIGN_IN)
def show(request: Request, process: Here, next: Annotated[str, Query()] = "") -> Response:  # noqa: A002
    """The form; `next` is where to go afterwards."""
    return account_page(process, request, "account/sign-in.html", name="", next=own_place(next), error="")


@router.post(SIGN_IN)
def sign_in(
    request: Request,
    process: Here,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",  # noqa: A002
) -> Response:
    """Begin a session, or say that name and password do not fit, in the same words whatever is wrong."""
    place = own_place(next)
    try:
        actor = verify_password(process.here.store, name, password).actor
    except NotAllowedError as error:
        language, _ = asked_in(process, request)
        said = words_of(error.faults[0], language)
        return account_page(process, request, "account/sign-in.html", 422, name=name[:64], next=place, error=said)
    begun = _begin(process, request, actor)
    log.info("signed in", user=actor.name, request_id=request.state.request_id)
    response = RedirectResponse(place or home_of(actor), 303)
    hand_out(response, process.here.settings, begun.token)
    return response


def _begin(process: Process, request: Request, actor: Actor) -> NewSession:
    device = family_of(request.headers.get("user-agent", "")[:MOST_USER_AGENT]).decode()
    with process.here.store.acting() as act:
        begun = begin_session(act, actor.user_id, device)
        act.commit()
    return begun

"""The steps between a right password and a desk: the second factor's code, a password of one's own, an authenticator.

Each is a page of its own with `next`, where to go afterwards, and `kept`, a form that waits for its owner.
"""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.logs import log
from api.v1.door import Here
from api.web.account.guessing import code_tags, note_refusal
from api.web.account.kept import KEPT, kept_page, read_kept
from api.web.account.pages import account_page, faulty
from api.web.account.symbol import symbol_of
from api.web.desk.forms import Form, Sending, Sent, blank
from api.web.desk.places import SIGN_IN, home_of, own_place
from api.web.desk.seat import Arrival, Arriving, language_asked
from api.wiring import Process
from gimark.accounts.actions import replace_one_time_password
from gimark.accounts.factors.actions import (
    begin_enrolment,
    codes_of_second_press,
    confirm_enrolment,
    prove_second_factor,
)
from gimark.accounts.lockout.actions import count_try, forgive
from gimark.accounts.sessions.actions import note_proved
from gimark.accounts.sessions.queries import step_of
from gimark.accounts.sessions.rules import Step
from gimark.errors import ConflictError, GimarkError, InvalidInputError, NotAllowedError, TooManyTriesError, invalid

router = APIRouter(prefix=SIGN_IN)
NEXT = "next"


@router.get("/code")
@router.get("/password")
@router.get("/authenticator")
def show(request: Request, process: Here, arrival: Arriving) -> Response:
    """The step that is due, whichever was asked for; the desk when none is."""
    place = request.query_params.get(NEXT, "")
    step = arrival.found.step
    if step is None or not request.url.path.endswith(step):
        return _gone_on(process, request, arrival, step, place, "")
    return _page(process, request, arrival, step, blank(), own_place(place), "")


@router.post("/code")
def prove(request: Request, process: Here, arrival: Arriving, sent: Sending) -> Response:
    """Look at a code of the second factor."""
    actor, store = arrival.found.actor, process.here.store
    tags = code_tags(process, request, actor)
    try:
        count_try(store, tags)
        with store.acting() as act:
            prove_second_factor(act, actor, process.here.account_secrets, sent.text("code"))
            note_proved(act, arrival.found.id)
            forgive(act, tags)
            act.commit()
    except (NotAllowedError, TooManyTriesError) as error:
        if _step_now(process, arrival) is not Step.CODE:
            return go_on(process, request, arrival, sent)  # the second press of a button whose first one did it
        note_refusal(process, request, "code", actor.name, error)
        return _again(process, request, arrival, Step.CODE, sent, error)
    return go_on(process, request, arrival, sent)


@router.post("/password")
def choose_password(request: Request, process: Here, arrival: Arriving, sent: Sending) -> Response:
    """Take a password in place of the one-time one; every other session of the user ends."""
    found, store = arrival.found, process.here.store
    if found.step is not Step.PASSWORD:
        return go_on(process, request, arrival, sent)
    try:
        replace_one_time_password(store, found.actor, typed_twice(sent), keeps=found.ref)
    except (InvalidInputError, NotAllowedError) as error:
        return _again(process, request, arrival, Step.PASSWORD, sent, error)
    log.info("a one-time password was replaced", user=found.actor.name, request_id=request.state.request_id)
    return go_on(process, request, arrival, sent)


@router.post("/authenticator")
def enrol(request: Request, process: Here, arrival: Arriving, sent: Sending) -> Response:
    """Take the first code of an authenticator, and show the recovery codes, once."""
    found, store = arrival.found, process.here.store
    if found.step is not Step.AUTHENTICATOR:
        return _enrolled_already(process, request, arrival, sent)
    try:
        with store.acting() as act:
            codes = confirm_enrolment(act, found.actor, process.here.account_secrets, sent.text("code"))
            note_proved(act, found.id)
            act.commit()
    except (InvalidInputError, ConflictError) as error:
        if _step_now(process, arrival) is not Step.AUTHENTICATOR:
            return _enrolled_already(process, request, arrival, sent)
        return _again(process, request, arrival, Step.AUTHENTICATOR, sent, error)
    log.info("a second factor was set up", user=found.actor.name, request_id=request.state.request_id)
    return _codes_page(process, request, arrival, sent, codes)


def _enrolled_already(process: Process, request: Request, arrival: Arrival, sent: Sent) -> Response:
    """On the second press of the button, recovery codes, as nobody saw those of the first; else the way on."""
    actor, store = arrival.found.actor, process.here.store
    tags = code_tags(process, request, actor)
    try:
        count_try(store, tags)
        with store.acting() as act:
            codes = codes_of_second_press(act, actor, process.here.account_secrets, sent.text("code"))
            forgive(act, tags)
            act.commit()
    except (ConflictError, TooManyTriesError):
        return go_on(process, request, arrival, sent)
    return _codes_page(process, request, arrival, sent, codes)


def _codes_page(process: Process, request: Request, arrival: Arrival, sent: Sent, codes: tuple[str, ...]) -> Response:
    place, kept = own_place(sent.text(NEXT)), sent.text(KEPT)
    values: dict[str, Any] = {"codes": codes, "csrf": arrival.csrf, "next": place, "kept": kept}
    return account_page(process, request, "account/recovery.html", **values)


@router.post("/onward")
def onward(request: Request, process: Here, arrival: Arriving, sent: Sending) -> Response:
    """Go on from the recovery codes."""
    return go_on(process, request, arrival, sent)


def go_on(process: Process, request: Request, arrival: Arrival, sent: Sent) -> Response:
    """The next step after what was just done; at the end the waiting form, or the page that was wanted."""
    step = _step_now(process, arrival)
    return _gone_on(process, request, arrival, step, sent.text(NEXT), sent.text(KEPT))


def _step_now(process: Process, arrival: Arrival) -> Step | None:
    """What is due now, which another request may have done since the session was read."""
    with process.here.store.reading() as session:
        return step_of(session, arrival.found.id)


def typed_twice(sent: Sent) -> str:
    """A new password that was typed the same twice. Raises InvalidInputError."""
    new = sent.secret("password")
    if new == sent.secret("again"):
        return new
    raise invalid(
        "again",
        "两次输入的密码不一样",
        "the two passwords differ",
        "请再输一遍",
        "Type both again",
    )


def _gone_on(
    process: Process, request: Request, arrival: Arrival, step: Step | None, wanted: str, waiting: str
) -> Response:
    place, kept = own_place(wanted), read_kept(waiting)
    if kept is not None:
        if step is None:
            return kept_page(process, request, kept, arrival.csrf)
        return _page(process, request, arrival, step, blank(), place, kept.text)
    path = place or home_of(arrival.found.actor) if step is None else f"{SIGN_IN}/{step}"
    asked = language_asked(request) if step is None and not place else {}
    if step is not None:
        asked = {**({NEXT: place} if place else {}), **language_asked(request)}
    return RedirectResponse(f"{path}?{urlencode(asked)}" if asked else path, 303)


def _again(
    process: Process, request: Request, arrival: Arrival, step: Step, sent: Sent, error: GimarkError
) -> Response:
    form = faulty(process, request, error)
    place, kept = own_place(sent.text(NEXT)), sent.text(KEPT)
    answer = _page(process, request, arrival, step, form, place, kept, 422)
    if isinstance(error, TooManyTriesError):
        answer.status_code = 429
        answer.headers["Retry-After"] = str(error.extras["wait_s"])
    return answer


def _page(
    process: Process,
    request: Request,
    arrival: Arrival,
    step: Step,
    form: Form,
    place: str,
    kept: str,
    status: int = 200,
) -> Response:
    values: dict[str, Any] = {"form": form, "csrf": arrival.csrf, "next": place, "kept": kept}
    if step is Step.AUTHENTICATOR:
        with process.here.store.acting() as act:
            issuer = process.site.name(arrival.language)
            enrolment = begin_enrolment(act, arrival.found.actor, process.here.account_secrets, issuer)
            act.commit()
        values |= {"symbol": symbol_of(enrolment.address), "secret": enrolment.secret}
    if step is Step.PASSWORD:
        values["name"] = arrival.found.actor.name
    return account_page(process, request, f"account/{step}.html", status, **values)

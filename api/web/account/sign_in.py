"""Signing in: name and password, the steps that follow, and then back to where one came from."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.logs import log
from api.pages import asked_in
from api.v1.door import Here
from api.web.account.guessing import note_refusal, password_tags
from api.web.account.kept import KEPT, read_kept
from api.web.account.pages import account_page, faulty
from api.web.account.steps import NEXT, go_on
from api.web.desk.cookie import hand_out
from api.web.desk.forms import Sending, Sent, blank
from api.web.desk.places import SIGN_IN, own_place
from api.web.desk.seat import Arrival
from api.wiring import Process
from gimark.accounts.actions import SignedIn, check_unchanged, verify_password
from gimark.accounts.forms import LONGEST_NAME, LONGEST_PASSWORD
from gimark.accounts.lockout.actions import Tags, count_try, forgive
from gimark.accounts.sessions.actions import NewSession, begin_session
from gimark.accounts.sessions.queries import SignedInSession
from gimark.accounts.sessions.rules import csrf_of
from gimark.errors import NotAllowedError, TooManyTriesError
from gimark.scans.devices import family_of

router = APIRouter()
TEMPLATE = "account/sign-in.html"
MOST_USER_AGENT = 512


@router.get(SIGN_IN)
def show(request: Request, process: Here) -> Response:
    """The form; `next` is where to go afterwards."""
    place = own_place(request.query_params.get(NEXT, ""))
    return account_page(process, request, TEMPLATE, form=blank(), next=place, kept="")


@router.post(SIGN_IN)
def sign_in(request: Request, process: Here, sent: Sending) -> Response:
    """Begin a session, or say that name and password do not fit, in the same words whatever is wrong."""
    # Nobody has a longer one, and a try costs the same whatever is sent.
    name, password = sent.text("name")[: LONGEST_NAME + 1], sent.secret("password")[: LONGEST_PASSWORD + 1]
    tags = password_tags(process, request, name)
    try:
        count_try(process.here.store, tags)
        signed_in = verify_password(process.here.store, name, password)
        begun = _begin(process, request, signed_in, tags)
    except (NotAllowedError, TooManyTriesError) as error:
        note_refusal(process, request, "password", name, error)
        return _refused(process, request, sent, name, error)
    log.info("signed in", user=name, request_id=request.state.request_id)
    language, _ = asked_in(process, request)
    found = SignedInSession(begun.id, begun.ref, signed_in.actor, None, is_due=False)
    response = go_on(process, request, Arrival(found, csrf_of(begun.token), language), sent)
    hand_out(response, process.here.settings, begun.token)
    return response


def _begin(process: Process, request: Request, signed_in: SignedIn, tags: Tags) -> NewSession:
    device = family_of(request.headers.get("user-agent", "")[:MOST_USER_AGENT]).decode()
    with process.here.store.acting() as act:
        check_unchanged(act, signed_in)
        forgive(act, tags)
        begun = begin_session(act, signed_in.actor.user_id, device)
        act.commit()
    return begun


def _refused(
    process: Process, request: Request, sent: Sent, name: str, error: NotAllowedError | TooManyTriesError
) -> Response:
    kept = read_kept(sent.text(KEPT))
    answer = account_page(
        process,
        request,
        TEMPLATE,
        422,
        form=faulty(process, request, error, name=name),
        next=own_place(sent.text(NEXT)),
        kept=kept.text if kept else "",
    )
    if isinstance(error, TooManyTriesError):
        answer.status_code = 429
        answer.headers["Retry-After"] = str(error.extras["wait_s"])
    return answer

"""Signing out: this browser's session ends at once."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from api.v1.door import Here
from api.web.desk.cookie import take_back
from api.web.desk.places import SIGN_IN
from api.web.desk.seat import Arriving
from gimark.accounts.sessions.actions import end_session

router = APIRouter()


@router.post("/sign-out")
def sign_out(process: Here, arrival: Arriving) -> Response:
    """End the session and forget it."""
    with process.here.store.acting() as act:
        end_session(act, arrival.found.actor.user_id, arrival.found.ref)
        act.commit()
    response = RedirectResponse(SIGN_IN, 303)
    take_back(response, process.here.settings)
    return response

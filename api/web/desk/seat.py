"""Who sits at the desk: every page behind the sign-in says which desk it is of, and is given its Seat.

    @router.get("/producer/batches")
    def batches(request: Request, process: Here, seat: AtProducerDesk) -> Response: ...

Without a session the answer is the sign-in page, which leads back; at the wrong desk there is no such page (404).
"""

from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request

from api import refusals
from api.logs import log
from api.negotiation import prefers_json
from api.pages import asked_in
from api.security import SAFE_METHODS
from api.settings import Settings
from api.v1.door import Here
from api.web.desk.cookie import session_token
from api.web.desk.places import SIGN_IN, place_of
from api.web.language import PARAMETER, Language
from api.wiring import Process
from gimark.accounts.rules import AUTHORITY, Actor, Role
from gimark.accounts.sessions.actions import note_seen
from gimark.accounts.sessions.queries import SignedInSession, session_with
from gimark.accounts.sessions.rules import Life, csrf_of
from gimark.errors import NotFoundError, StoreBusyError, StoreFailedError
from gimark.registry.enterprises.queries import own_enterprise

CSRF = "csrf"
REGULATORS = AUTHORITY | {Role.AUDITOR}


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody signed in at a desk.

    `csrf` goes into every form as the hidden field of that name; `ref` names the session; `enterprise` is the name of
    the producer's enterprise in `language`, None for everybody else.
    """

    actor: Actor
    language: Language
    csrf: str
    ref: str
    enterprise: str | None = None


def life_of(settings: Settings) -> Life:
    """How long sessions last here."""
    return Life(timedelta(minutes=settings.session_idle_min), timedelta(hours=settings.session_hours))


def seat_of(request: Request, process: Here) -> Seat:
    """Who sits there. Raises SignInNeededError."""
    language, query = asked_in(process, request)
    token = session_token(request, process.here.settings)
    store = process.here.store
    with store.reading() as session:
        found = session_with(session, token, store.clock.now(), life_of(process.here.settings))
        if found is None:
            raise refusals.sign_in_needed(_sign_in(request, language if PARAMETER in query else None))
        enterprise = own_enterprise(session, found.actor)
        name = None if enterprise is None else _name(enterprise.name_zh, enterprise.name_en, language)
    if found.is_due:
        _note(process, found)
    return Seat(found.actor, language, csrf_of(token), found.ref, name)


async def check_form(request: Request, seat: Annotated[Seat, Depends(seat_of)]) -> None:
    """Refuse an unsafe request that carries no `csrf` of this session. Raises FormForgedError.

    It is a dependency of every router of a desk at once (routes.py), so that no page can forget it.
    """
    if request.method in SAFE_METHODS:
        return
    given = (await request.form()).get(CSRF)
    if not isinstance(given, str) or not compare_digest(given.encode(), seat.csrf.encode()):
        raise refusals.form_forged()


def at_producer_desk(seat: Annotated[Seat, Depends(seat_of)]) -> Seat:
    """Somebody of an enterprise. Raises NotFoundError for everybody else."""
    if seat.actor.enterprise_id is None:
        raise NotFoundError(refusals.not_here())
    return seat


def at_regulator_desk(seat: Annotated[Seat, Depends(seat_of)]) -> Seat:
    """Somebody of the authority, or an auditor, who reads there. Raises NotFoundError for everybody else."""
    if seat.actor.role not in REGULATORS:
        raise NotFoundError(refusals.not_here())
    return seat


Seated = Annotated[Seat, Depends(seat_of)]
AtProducerDesk = Annotated[Seat, Depends(at_producer_desk)]
AtRegulatorDesk = Annotated[Seat, Depends(at_regulator_desk)]


def leads_to_sign_in(request: Request) -> bool:
    """Whether who is not signed in is taken to the sign-in page: a person is, a program is told (401)."""
    return not prefers_json(request.headers.get("accept", ""))


def _sign_in(request: Request, language: Language | None) -> str:
    asked = {} if request.method not in SAFE_METHODS else {"next": place_of(request)}
    if language is not None:
        asked["lang"] = language
    return f"{SIGN_IN}?{urlencode(asked)}" if asked else SIGN_IN


def _note(process: Process, found: SignedInSession) -> None:
    """A page is answered all the same: a full disk still answers questions."""
    try:
        with process.here.store.acting() as act:
            note_seen(act, found.id)
            act.commit()
    except (StoreBusyError, StoreFailedError) as error:
        log.warning("the use of a session could not be noted", reason=error.text("en"))


def _name(name_zh: str, name_en: str | None, language: Language) -> str:
    return name_en if language == "en" and name_en else name_zh

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
from api.pages import asked_in
from api.security import SAFE_METHODS
from api.settings import Settings
from api.v1.door import Here
from api.web.desk.cookie import session_token
from api.web.desk.places import SIGN_IN, place_of
from api.web.language import LANGUAGES, PARAMETER, Language
from api.wiring import Process
from gimark.accounts.rules import AUTHORITY, Actor, Role
from gimark.accounts.sessions.actions import note_seen
from gimark.accounts.sessions.queries import SignedInSession, session_with
from gimark.accounts.sessions.rules import Life, Step, csrf_of
from gimark.errors import NotFoundError, StoreBusyError, StoreFailedError
from gimark.registry.enterprises.queries import own_enterprise

CSRF = "csrf"
REGULATORS = AUTHORITY | {Role.AUDITOR}


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody signed in at a desk.

    `csrf` goes into every form as the hidden field of that name; `ref` names the session, `session_id` is its key;
    `enterprise` is the name of the producer's enterprise in `language`, None for everybody else.
    """

    actor: Actor
    language: Language
    csrf: str
    ref: str
    enterprise: str | None = None
    session_id: int = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody whose password was right; `found.step` is what is still to be done before they sit at a desk."""

    found: SignedInSession
    csrf: str
    language: Language


def life_of(settings: Settings) -> Life:
    """How long sessions last here."""
    return Life(timedelta(minutes=settings.session_idle_min), timedelta(hours=settings.session_hours))


def arrival_of(request: Request, process: Here) -> Arrival:
    """Whose session the browser shows. Raises SignInNeededError."""
    language, _ = asked_in(process, request)
    token = session_token(request, process.here.settings)
    store = process.here.store
    with store.reading() as session:
        found = session_with(session, token, store.clock.now(), life_of(process.here.settings))
    if found is None:
        raise refusals.sign_in_needed(sign_in_address(request))
    if found.is_due:
        _note(process, found)
    return Arrival(found, csrf_of(token), language)


def seat_of(request: Request, process: Here, arrival: Annotated[Arrival, Depends(arrival_of)]) -> Seat:
    """Who sits there. Raises SignInNeededError, also while something is to be done before."""
    found, language = arrival.found, arrival.language
    if found.step is not None:
        raise refusals.sign_in_needed(sign_in_address(request, found.step))
    with process.here.store.reading() as session:
        enterprise = own_enterprise(session, found.actor)
    name = None if enterprise is None else _name(enterprise.name_zh, enterprise.name_en, language)
    return Seat(found.actor, language, arrival.csrf, found.ref, name, found.id)


async def check_form(request: Request, arrival: Annotated[Arrival, Depends(arrival_of)]) -> None:
    """Refuse an unsafe request that carries no `csrf` of this session. Raises FormForgedError.

    It is a dependency of every router of a desk at once (routes.py), so that no page can forget it.
    """
    if request.method in SAFE_METHODS:
        return
    form = await request.form()
    given = form.get(CSRF)
    if not isinstance(given, str) or not compare_digest(given.encode(), arrival.csrf.encode()):
        await form.close()
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


Arriving = Annotated[Arrival, Depends(arrival_of)]
Seated = Annotated[Seat, Depends(seat_of)]
AtProducerDesk = Annotated[Seat, Depends(at_producer_desk)]
AtRegulatorDesk = Annotated[Seat, Depends(at_regulator_desk)]


def language_asked(request: Request) -> dict[str, str]:
    """The address's own word for a language, to be kept in the next address; empty when it says none."""
    name = PARAMETER.removesuffix("=")
    language = request.query_params.get(name)
    return {name: str(language)} if language in LANGUAGES else {}


def sign_in_address(request: Request, step: Step | None = None) -> str:
    """Where signing in begins, or goes on, and then comes back to what was asked for."""
    asked = {"next": place_of(request)} if request.method in SAFE_METHODS else {}
    asked |= language_asked(request)
    path = SIGN_IN if step is None else f"{SIGN_IN}/{step}"
    return f"{path}?{urlencode(asked)}" if asked else path


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

"""One's own account: password, authenticator, recovery codes, and the devices one is signed in at."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.logs import log
from api.v1.door import Here
from api.web.account.confirming import CURRENT, prove_password, with_password
from api.web.account.pages import faulty
from api.web.account.steps import typed_twice
from api.web.account.symbol import symbol_of
from api.web.account.words import device_text
from api.web.desk.forms import Form, Sending, Sent, blank
from api.web.desk.navigation import ROLES
from api.web.desk.pages import desk_page, see
from api.web.desk.seat import Seat, Seated, life_of
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.actions import change_password
from gimark.accounts.factors.actions import (
    begin_enrolment,
    codes_of_second_press,
    confirm_enrolment,
    give_up_second_factor,
    renew_recovery_codes,
)
from gimark.accounts.factors.queries import second_factor
from gimark.accounts.factors.rules import NEED_SECOND_FACTOR
from gimark.accounts.sessions.actions import end_session, end_sessions, note_proved
from gimark.accounts.sessions.queries import devices
from gimark.errors import ConflictError, GimarkError, InvalidInputError, NotAllowedError, TooManyTriesError
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/me")
REFUSED = (InvalidInputError, NotAllowedError, ConflictError, TooManyTriesError)


@router.get("")
def show(request: Request, process: Here, seat: Seated) -> Response:
    """Everything about one's own account."""
    store = process.here.store
    with store.reading() as session:
        factor = second_factor(session, seat.actor)
        mine = devices(session, seat.actor, store.clock.now(), life_of(process.here.settings))
    return desk_page(
        process,
        seat,
        request,
        "account/me.html",
        role=sayer(seat.language)(ROLES[seat.actor.role]),
        factor=factor,
        needs_factor=seat.actor.role in NEED_SECOND_FACTOR,
        devices=[(device, device_text(device.device, seat.language)) for device in mine],
    )


@router.get("/password")
def ask_password(request: Request, process: Here, seat: Seated) -> Response:
    """The form for another password."""
    return desk_page(process, seat, request, "account/new-password.html", form=blank())


@router.post("/password")
def take_password(request: Request, process: Here, seat: Seated, sent: Sending) -> Response:
    """Another password; every other device is signed out."""

    def do(current: str) -> None:
        change_password(process.here.store, seat.actor.name, current, typed_twice(sent), keeps=seat.ref)

    try:
        with_password(process, request, seat, sent, do)
    except REFUSED as error:
        if not _is_second_press(process, request, seat, sent, error):
            return _again(process, seat, request, "account/new-password.html", error)
    else:
        _note(request, seat, "a password was changed")
    return _done(process, seat, request, N_("密码已更改，其他设备已退出登录。"))


@router.get("/authenticator")
def ask_authenticator(request: Request, process: Here, seat: Seated) -> Response:
    """What an authenticator is set up from."""
    return _authenticator(process, seat, request, blank())


@router.post("/authenticator")
def take_authenticator(request: Request, process: Here, seat: Seated, sent: Sending) -> Response:
    """The new authenticator counts from its first code on; recovery codes are shown once."""

    def do(act: Act) -> tuple[str, ...]:
        secrets, code = process.here.account_secrets, sent.text("code")
        try:
            codes = confirm_enrolment(act, seat.actor, secrets, code)
        except ConflictError:
            codes = codes_of_second_press(act, seat.actor, secrets, code)
        note_proved(act, seat.session_id)
        return codes

    try:
        codes = with_password(process, request, seat, sent, lambda _: _acted(process, do))
    except REFUSED as error:
        return _authenticator(process, seat, request, faulty(process, request, error), _status(error))
    _note(request, seat, "a second factor was set up")
    return desk_page(process, seat, request, "account/recovery-codes.html", codes=codes, form=blank())


@router.post("/authenticator/end")
def end_authenticator(request: Request, process: Here, seat: Seated, sent: Sending) -> Response:
    """Do without one, where the role does not need it."""

    def do(act: Act) -> None:
        give_up_second_factor(act, seat.actor)

    try:
        with_password(process, request, seat, sent, lambda _: _acted(process, do))
    except REFUSED as error:
        return _again(process, seat, request, "account/authenticator-end.html", error)
    _note(request, seat, "a second factor was given up")
    return _done(process, seat, request, N_("验证器已去掉，以后登录只用密码。"))


@router.get("/authenticator/end")
def ask_end(request: Request, process: Here, seat: Seated) -> Response:
    """The form for doing without."""
    return desk_page(process, seat, request, "account/authenticator-end.html", form=blank())


@router.get("/recovery-codes")
def ask_codes(request: Request, process: Here, seat: Seated) -> Response:
    """The form for new recovery codes."""
    return desk_page(process, seat, request, "account/recovery-codes.html", codes=(), form=blank())


@router.post("/recovery-codes")
def renew_codes(request: Request, process: Here, seat: Seated, sent: Sending) -> Response:
    """New recovery codes, shown once; the old ones end."""

    def do(act: Act) -> tuple[str, ...]:
        return renew_recovery_codes(act, seat.actor)

    try:
        codes = with_password(process, request, seat, sent, lambda _: _acted(process, do))
    except REFUSED as error:
        form = faulty(process, request, error)
        page = "account/recovery-codes.html"
        return desk_page(process, seat, request, page, _status(error), codes=(), form=form)
    _note(request, seat, "recovery codes were renewed")
    return desk_page(process, seat, request, "account/recovery-codes.html", codes=codes, form=blank())


@router.post("/devices/{ref}/end")
def end_device(request: Request, process: Here, seat: Seated, ref: str) -> Response:
    """Sign out another device of one's own; one that is signed out already stays so."""
    with process.here.store.acting() as act:
        end_session(act, seat.actor.user_id, ref)
        act.commit()
    return _done(process, seat, request, N_("该设备已退出登录。"))


@router.post("/devices/end-others")
def end_other_devices(request: Request, process: Here, seat: Seated) -> Response:
    """Sign out every device but this one."""
    with process.here.store.acting() as act:
        end_sessions(act, seat.actor.user_id, but=seat.ref)
        act.commit()
    return _done(process, seat, request, N_("其他设备都已退出登录。"))


def _is_second_press(process: Process, request: Request, seat: Seat, sent: Sent, error: GimarkError) -> bool:
    """Whether the password is the new one already, so that only what was typed as the present one is refused.

    Looking is a try of its own, as every password counts that is looked at.
    """
    if [fault.field for fault in error.faults] != [CURRENT]:
        return False
    try:
        prove_password(process, request, seat, typed_twice(sent))
    except (NotAllowedError, InvalidInputError, TooManyTriesError):
        return False
    return True


def _acted(process: Process, do: Callable[[Act], object]) -> tuple[str, ...]:
    with process.here.store.acting() as act:
        made = do(act)
        act.commit()
    return made if isinstance(made, tuple) else ()


def _authenticator(process: Process, seat: Seat, request: Request, form: Form, status: int = 200) -> Response:
    with process.here.store.acting() as act:
        issuer = process.site.name(seat.language)
        enrolment = begin_enrolment(act, seat.actor, process.here.account_secrets, issuer)
        act.commit()
    values = {"symbol": symbol_of(enrolment.address), "secret": enrolment.secret}
    return desk_page(process, seat, request, "account/new-authenticator.html", status, form=form, **values)


def _again(process: Process, seat: Seat, request: Request, template: str, error: GimarkError) -> Response:
    return desk_page(process, seat, request, template, _status(error), form=faulty(process, request, error))


def _status(error: GimarkError) -> int:
    return 429 if isinstance(error, TooManyTriesError) else 422


def _done(process: Process, seat: Seat, request: Request, told: str) -> Response:
    return see(process, request, "/me", sayer(seat.language)(told))


def _note(request: Request, seat: Seat, what: str) -> None:
    log.info(what, user=seat.actor.name, request_id=request.state.request_id)

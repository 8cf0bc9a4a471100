"""Users, for whoever manages them: the platform's administrator all of them, an enterprise's manager its own."""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.logs import log
from api.refusals import not_here
from api.v1.door import Here
from api.web.account.pages import faulty
from api.web.desk.forms import REFUSED, Done, Form, Sending, Sent, blank, once, refused
from api.web.desk.grave import STATES, title_of
from api.web.desk.lists import listing_of
from api.web.desk.navigation import ROLES
from api.web.desk.pages import desk_page
from api.web.desk.places import RESET
from api.web.desk.seat import Seat, Seated, language_asked
from api.web.figures import entry_of, minute_text
from api.web.language import Language
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts import actions, queries
from gimark.accounts.actions import UserForm
from gimark.accounts.factors.actions import drop_second_factor
from gimark.accounts.factors.rules import NEED_SECOND_FACTOR
from gimark.accounts.links.actions import make_reset_link
from gimark.accounts.queries import UserFilter
from gimark.accounts.rules import PRODUCERS, Actor, Permission, Role
from gimark.accounts.sessions.actions import end_sessions
from gimark.approvals.queries import ProposalFacts, proposals
from gimark.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, invalid
from gimark.registry.enterprises.queries import enterprise, enterprises
from gimark.store.paging import MOST, Wanted
from gimark.store.unit_of_work import Act

router = APIRouter(prefix="/users")
NEW, ONE, ROLE = "account/user-new.html", "account/user.html", "account/user-role.html"
ACTIVE = {"on": True, "off": False}
# Of the acts of two people that a user had a part in, so many are shown.
NEWEST = 12


def managing(seat: Seated) -> Seat:
    """Somebody who manages users. Raises NotFoundError for everybody else."""
    if not {Permission.MANAGE_USERS, Permission.MANAGE_STAFF} & seat.actor.permissions:
        raise NotFoundError(not_here())
    return seat


Managing = Annotated[Seat, Depends(managing)]


@router.get("")
def show_all(request: Request, process: Here, seat: Managing) -> Response:
    """The list."""
    listing = listing_of(request, ("q", "role", "state"))
    asked = listing.filters
    role = Role(asked["role"]) if asked["role"] in set(Role) else None
    chosen = UserFilter(asked["q"], role, ACTIVE.get(asked["state"]))
    with process.here.store.reading() as session:
        found = queries.users(session, seat.actor, listing.wanted, chosen)
    say = sayer(seat.language)
    values: dict[str, Any] = {
        "listing": listing,
        "found": found,
        "names": {role: say(word) for role, word in ROLES.items()},
        "roles": role_choices(seat.actor, seat.language),
        "states": [("on", say(N_("在用"))), ("off", say(N_("已停用")))],
        "needed": NEED_SECOND_FACTOR,
    }
    return desk_page(process, seat, request, "account/users.html", **values)


@router.get("/new")
def ask(request: Request, process: Here, seat: Managing) -> Response:
    """The form of a new one."""
    return desk_page(process, seat, request, NEW, form=blank(), **_choices(process, seat))


@router.post("/new")
def make(request: Request, process: Here, seat: Managing, sent: Sending) -> Response:
    """Make it. Nobody learns its one-time password: a link sets the first password, as any later one."""
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        form = UserForm(sent.text("name"), sent.choice("role", Role), _enterprise_id(act.session, seat.actor, sent))
        made = actions.create_user(act, seat.actor, form)
        log.info("a user was made", user=seat.actor.name, made=made.name, request_id=request.state.request_id)
        return Done(f"/users/{made.ref}", say(N_("用户已新建。请生成链接，交给本人设置密码。")))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, NEW, sent, error, **_choices(process, seat))


@router.get("/{ref}")
def show(request: Request, process: Here, seat: Managing, ref: str) -> Response:
    """One user, and what can be done about them."""
    return _one(process, seat, request, ref, blank())


@router.get("/{ref}/role")
def ask_role(request: Request, process: Here, seat: Managing, ref: str) -> Response:
    """The form for another role."""
    with process.here.store.reading() as session:
        user = queries.user(session, seat.actor, ref)
        own = None if user.enterprise_ref is None else enterprise(session, seat.actor, user.enterprise_ref)
    form = blank(role=user.role.value, enterprise=own and own.uscc)
    return desk_page(process, seat, request, ROLE, form=form, user=user, **_choices(process, seat))


@router.post("/{ref}/role")
def change_role(request: Request, process: Here, seat: Managing, ref: str, sent: Sending) -> Response:
    """Another role, at once."""
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        role, enterprise_id = sent.choice("role", Role), _enterprise_id(act.session, seat.actor, sent)
        actions.change_role(act, seat.actor, ref, role, enterprise_id)
        return Done(f"/users/{ref}", say(N_("角色已更改，立即生效。")))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        with process.here.store.reading() as session:
            user = queries.user(session, seat.actor, ref)
        return refused(process, seat, request, ROLE, sent, error, user=user, **_choices(process, seat))


@router.post("/{ref}/link")
def link(request: Request, process: Here, seat: Managing, ref: str) -> Response:
    """A link to set a password with, shown once. Asking again gives another, and the earlier one ends."""
    try:
        with process.here.store.acting() as act:
            made = make_reset_link(act, seat.actor, ref)
            act.commit()
    except (ConflictError, NotAllowedError) as error:
        return _one(process, seat, request, ref, faulty(process, request, error), 409)
    log.info("a reset link was made", user=seat.actor.name, whose=made.name, request_id=request.state.request_id)
    asked = language_asked(request)
    address = f"{process.here.settings.public_base}{RESET}/{made.token}" + (f"?{urlencode(asked)}" if asked else "")
    values: dict[str, Any] = {"name": made.name, "address": address, "expires_at": made.expires_at, "ref": ref}
    return desk_page(process, seat, request, "account/link.html", **values)


@router.post("/{ref}/off")
def switch_off(request: Request, process: Here, seat: Managing, ref: str, sent: Sending) -> Response:
    """Whoever is switched off is signed out everywhere, and their access keys stop."""

    def do(act: Act) -> str:
        actions.set_active(act, seat.actor, ref, is_active=False)
        return N_("已停用：已退出登录，访问密钥不再有效。")

    return _act(process, seat, request, ref, sent, do)


@router.post("/{ref}/on")
def switch_on(request: Request, process: Here, seat: Managing, ref: str, sent: Sending) -> Response:
    """Back again."""

    def do(act: Act) -> str:
        actions.set_active(act, seat.actor, ref, is_active=True)
        return N_("已启用。")

    return _act(process, seat, request, ref, sent, do)


@router.post("/{ref}/sign-out")
def sign_out(request: Request, process: Here, seat: Managing, ref: str, sent: Sending) -> Response:
    """End every session of theirs."""

    def do(act: Act) -> str:
        end_sessions(act, queries.managed_user(act.session, seat.actor, ref).id)
        return N_("该用户的所有设备都已退出登录。")

    return _act(process, seat, request, ref, sent, do)


@router.post("/{ref}/authenticator")
def drop_authenticator(request: Request, process: Here, seat: Managing, ref: str, sent: Sending) -> Response:
    """Take away a lost one; whoever needs one sets up another at the next sign-in."""

    def do(act: Act) -> str:
        drop_second_factor(act, seat.actor, ref)
        return N_("验证器和恢复码已去掉。")

    return _act(process, seat, request, ref, sent, do)


def _act(process: Process, seat: Seat, request: Request, ref: str, sent: Sent, do: Callable[[Act], str]) -> Response:
    """Do it once, and show the user again; what it came to is in the log, as no such act is in the ledger."""
    what = request.scope["endpoint"].__name__

    def done(act: Act) -> Done:
        told = do(act)
        name = queries.user(act.session, seat.actor, ref).name
        log.info("a user was changed", user=seat.actor.name, whose=name, what=what)
        return Done(f"/users/{ref}", sayer(seat.language)(told))

    try:
        return once(process, seat, request, sent, done)
    except (InvalidInputError, ConflictError, NotAllowedError) as error:
        return _one(process, seat, request, ref, faulty(process, request, error), 409)


def _one(process: Process, seat: Seat, request: Request, ref: str, form: Form, status: int = 200) -> Response:
    store = process.here.store
    with store.reading() as session:
        user = queries.user(session, seat.actor, ref)
        who = queries.managed_user(session, seat.actor, ref).id
        newest = Wanted(NEWEST, newest_first=True)
        acts = proposals(session, seat.actor, newest, store.clock.now(), person_id=who).items
    values: dict[str, Any] = {
        "user": user,
        "acts": [_shared_act(one, user.name, seat.language) for one in acts],
        "role": sayer(seat.language)(ROLES[user.role]),
        "is_self": user.name == seat.actor.name,
        "needs_factor": user.role in NEED_SECOND_FACTOR,
    }
    return desk_page(process, seat, request, ONE, status, form=form, **values)


def _shared_act(one: ProposalFacts, name: str, language: Language) -> tuple[object, ...]:
    """An act of two people as the timeline takes it, with the part that the user had in it."""
    say, (tone, word) = sayer(language), STATES[one.state]
    part = N_("提出") if one.asked_by == name else N_("决定")
    when = minute_text(one.asked_at if one.asked_by == name or one.decided is None else one.decided.at, language)
    entry = None if one.decided is None or one.decided.ledger_index is None else entry_of(one.decided.ledger_index)
    detail = " · ".join((say(part), one.subject, say(word)))
    return "on" if tone == "ok" else tone, when, title_of(one.asked, language), detail, entry


def _choices(process: Process, seat: Seat) -> dict[str, Any]:
    """The roles that whoever sits there may give, and for whom enterprises are a choice, the first of them."""
    values: dict[str, Any] = {"roles": role_choices(seat.actor, seat.language), "enterprises": ()}
    if seat.actor.enterprise_id is None:
        with process.here.store.reading() as session:
            values["enterprises"] = enterprises(session, seat.actor, Wanted(MOST)).items
    return values


def role_choices(actor: Actor, language: Language) -> list[tuple[str, str]]:
    """The roles that an actor may give, with their names."""
    say, own = sayer(language), actor.enterprise_id is not None
    return [(role.value, say(word)) for role, word in ROLES.items() if role in PRODUCERS or not own]


def _enterprise_id(session: Session, actor: Actor, sent: Sent) -> int | None:
    """The enterprise that a form names by its USCC; the manager's own without asking. Raises NotFoundError."""
    if actor.enterprise_id is not None:
        return actor.enterprise_id
    uscc = sent.text("enterprise")
    if not uscc:
        return None
    found = enterprises(session, actor, Wanted(1), uscc).items
    if not found:
        raise invalid(
            "enterprise",
            "没有登记这个信用代码的企业",
            "no enterprise is registered under this code",
            "请核对，或先由监管人员登记企业",
            "Check it, or have the enterprise registered first",
        )
    return queries.enterprise_id_of(session, found[0].ref)

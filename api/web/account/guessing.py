"""What a password or a code is guessed at, and what the log is told of it: never what was typed."""

from sqlalchemy import select
from starlette.requests import Request

from api.logs import log
from api.wiring import Process
from gimark.accounts.lockout.actions import Tags
from gimark.accounts.lockout.rules import Guarded
from gimark.accounts.model import User
from gimark.accounts.rules import Actor
from gimark.errors import GimarkError, TooManyTriesError
from gimark.scans.devices import network_of


def password_tags(process: Process, request: Request, name: str) -> Tags:
    """What a try at the password of `name` counts against, whether there is such a user or not."""
    tag, network = process.here.account_secrets.tag, _network(process, request)
    return {
        Guarded.ACCOUNT: tag("account", name),
        Guarded.ACCOUNT_FROM_NETWORK: tag("account from network", name, network),
        Guarded.NETWORK: tag("network", network),
    }


def code_tags(process: Process, request: Request, actor: Actor) -> Tags:
    """What a try at a code of the second factor counts against."""
    tag, network = process.here.account_secrets.tag, _network(process, request)
    return {
        Guarded.CODE: tag("code", actor.name),
        Guarded.CODE_FROM_NETWORK: tag("code from network", network),
    }


def note_refusal(process: Process, request: Request, what: str, name: str, error: GimarkError) -> None:
    """Tell the log that a password or code was refused. A name that nobody has may be a password in the wrong field."""
    with process.here.store.reading() as session:
        known = session.scalar(select(User.name).where(User.name == name))
    facts = {"user": known or "(unknown)", "what": what, "request_id": request.state.request_id}
    if isinstance(error, TooManyTriesError):
        log.warning("sign-in is put off", wait_s=error.extras["wait_s"], **facts)
    else:
        log.warning("sign-in was refused", **facts)


def _network(process: Process, request: Request) -> bytes:
    return network_of(process.desk.visitors.address(request.scope, dict(request.scope["headers"])))

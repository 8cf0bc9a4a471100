"""Asking for the password again before something about one's own account is changed."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

from api.web.account.guessing import note_refusal, password_tags
from api.web.desk.forms import Sent
from api.web.desk.seat import Seat
from api.wiring import Process
from gimark.accounts.actions import verify_password
from gimark.accounts.forms import LONGEST_PASSWORD
from gimark.accounts.lockout.actions import count_try, forgive
from gimark.errors import NotAllowedError, TooManyTriesError, invalid

CURRENT = "current"
Done = TypeVar("Done")


def with_password(process: Process, request: Request, seat: Seat, sent: Sent, do: Callable[[str], Done]) -> Done:
    """What `do` gives when told the user's password, which was typed as `current` and is right.

    A try counts as it does at the sign-in. Raises InvalidInputError naming `current` for a wrong one and
    TooManyTriesError, and what `do` raises.
    """
    password = sent.secret(CURRENT)
    try:
        prove_password(process, request, seat, password)
    except (NotAllowedError, TooManyTriesError) as error:
        note_refusal(process, request, "password", seat.actor.name, error)
        if isinstance(error, TooManyTriesError):
            raise
        raise invalid(
            CURRENT,
            "现在的密码不对",
            "the present password is wrong",
            "请核对后再输",
            "Check it and type it again",
        ) from None
    return do(password)


def prove_password(process: Process, request: Request, seat: Seat, password: str) -> None:
    """Look at a password of the user's: a try that counts as one does at the sign-in, until it is right.

    Raises NotAllowedError for a wrong one and TooManyTriesError.
    """
    store, name = process.here.store, seat.actor.name
    tags = password_tags(process, request, name)
    count_try(store, tags)
    verify_password(store, name, password[: LONGEST_PASSWORD + 1])
    with store.acting() as act:
        forgive(act, tags)
        act.commit()

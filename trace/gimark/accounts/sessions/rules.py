"""What a session's token is, what proves that a form is ours, and when time has run out."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gimark.accounts.factors.rules import NEED_SECOND_FACTOR
from gimark.accounts.rules import Role

TOKEN_BYTES = 32
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
LONGEST_DEVICE = 60
# A page in use is written down as seen no oftener than this, so that reading costs no write.
SEEN_EVERY = timedelta(minutes=1)


class Step(StrEnum):
    """What is still to be done before a session counts, in this order; the word stands in the page's address."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - a step's name
    AUTHENTICATOR = "authenticator"


@dataclass(frozen=True, slots=True)
class Life:
    """How long a session lasts: `idle` after it was last seen, and `whole` after it began, whatever comes first."""

    idle: timedelta
    whole: timedelta

    def is_over(self, began_at: datetime, seen_at: datetime, now: datetime) -> bool:
        """Whether a session that began and was last seen then has run out."""
        return now >= began_at + self.whole or now >= seen_at + self.idle


def next_step(role: Role, *, has_factor: bool, is_proved: bool, must_change_password: bool) -> Step | None:
    """The first step that is still to be done; None when the session counts.

    A second factor comes before everything else, so that a found one-time password changes no password.
    """
    if has_factor and not is_proved:
        return Step.CODE
    if must_change_password:
        return Step.PASSWORD
    if role in NEED_SECOND_FACTOR and not has_factor:
        return Step.AUTHENTICATOR
    return None


def new_token() -> str:
    """256 random bits in base64url (RFC 4648, 5) without padding."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def sha256_of(token: str) -> bytes | None:
    """What is kept of a token, None for what has not its form. It has 256 random bits: no slow hash is needed."""
    return hashlib.sha256(token.encode()).digest() if TOKEN.fullmatch(token) else None


def csrf_of(token: str) -> str:
    """What a session's forms carry to show that a page of ours made them: 64 hex digits that do not tell the token.

    A token bound to the session (OWASP, Cross-Site Request Forgery Prevention Cheat Sheet).
    """
    return hmac.new(token.encode(), b"gimark/form", hashlib.sha256).hexdigest()

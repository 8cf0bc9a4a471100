"""What an access key looks like, and what one may be for."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from gimark.accounts.rules import Actor, Permission
from gimark.errors import Checklist

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PREFIX_LENGTH, SECRET_LENGTH = 8, 32
TOKEN = re.compile(rf"gimark_([{ALPHABET}]{{{PREFIX_LENGTH}}})_([{ALPHABET}]{{{SECRET_LENGTH}}})")
LONGEST_KEY_NAME = 60
LONGEST_LIFE = timedelta(days=366)
MOST_LIVE_KEYS = 20


@dataclass(frozen=True, slots=True)
class Token:
    """An access key as its holder keeps it: `gimark_`, eight characters that may be shown, `_`, 160 secret bits."""

    prefix: str
    secret: str

    def __str__(self) -> str:
        return f"gimark_{self.prefix}_{self.secret}"

    def __repr__(self) -> str:
        return f"Token({self.prefix!r})"

    @property
    def secret_sha256(self) -> bytes:
        """What is kept of the secret."""
        return hashlib.sha256(self.secret.encode()).digest()

    def matches(self, secret_sha256: bytes) -> bool:
        """Whether this is the secret that was kept so; takes the same time either way."""
        return secrets.compare_digest(self.secret_sha256, secret_sha256)


def new_token() -> Token:
    """A random token."""
    return Token(_random(PREFIX_LENGTH), _random(SECRET_LENGTH))


def read_token(text: str) -> Token | None:
    """The token that `text` is, None when it has not the form of one."""
    found = TOKEN.fullmatch(text)
    return None if found is None else Token(*found.groups())


def check_grant(actor: Actor, scopes: Iterable[Permission], expires_on: date, today: date) -> Checklist:
    """What is wrong with giving `actor` a key for `scopes` until `expires_on` (included), today being `today`.

    A key never has more than whoever makes it has now, so that a key cannot make a wider one.
    """
    checklist = Checklist()
    wanted = set(scopes)
    if not wanted:
        checklist.add("scopes", "没有选择权限", "it has no scope", "请至少选择一项", "Choose at least one")
    for scope in sorted(wanted - actor.permissions):
        checklist.add(
            "scopes",
            f"您自己没有“{scope.value}”权限",
            f"you have no “{scope.value}” to give",
            f"可选：{'、'.join(sorted(actor.permissions))}",
            f"Choose among {', '.join(sorted(actor.permissions))}",
        )
    last = today + LONGEST_LIFE
    if not today <= expires_on <= last:
        checklist.add(
            "expires_on",
            f"到期日不在 {today} 至 {last} 之间",
            f"it expires on no day from {today} to {last}",
            "密钥最长一年，到期前另建一个",
            "A key lives a year at most; make another before it ends",
        )
    return checklist


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))

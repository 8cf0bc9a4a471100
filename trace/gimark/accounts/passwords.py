"""Passwords: Argon2id hashes and the one-time password that a new user is given.

Cost: OWASP Password Storage Cheat Sheet's first choice (m = 19 MiB, t = 2, p = 1), so that many logins at once do not
exhaust a county's server.
"""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
ONE_TIME_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
ONE_TIME_GROUPS, ONE_TIME_GROUP_LENGTH = 4, 5


def hash_password(password: str) -> str:
    """An Argon2id string with a salt of its own; it names its cost, so that the cost can rise later."""
    return HASHER.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one that was hashed. It costs the same when there is no hash (None): then, False."""
    try:
        return HASHER.verify(password_hash or _hash_of_nobody(), password) and password_hash is not None
    except VerifyMismatchError:
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made at another cost than today's."""
    return HASHER.check_needs_rehash(password_hash)


def one_time_password() -> str:
    """Four groups of five random characters without look-alikes: 99 bits, easy to read over a telephone."""
    return "-".join(
        "".join(secrets.choice(ONE_TIME_ALPHABET) for _ in range(ONE_TIME_GROUP_LENGTH)) for _ in range(ONE_TIME_GROUPS)
    )


@cache
def _hash_of_nobody() -> str:
    return hash_password(secrets.token_urlsafe())

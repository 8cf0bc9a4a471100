"""What an authenticator application on a telephone shows."""

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from gimark.clock import Clock


def code_of(secret: bytes, clock: Clock) -> str:
    """The six digits that it shows now (RFC 6238)."""
    return TOTP(secret, 6, SHA1(), 30).generate(clock.now().timestamp()).decode()  # noqa: S303 - the standard's own

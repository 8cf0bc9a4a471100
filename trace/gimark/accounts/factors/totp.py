"""Time-based one-time passwords: RFC 6238 with what every authenticator application takes (SHA-1, 6 digits, 30 s)."""

import hmac
import re
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECRET_BYTES = 20  # RFC 4226, 4, R6
DIGITS, STEP_S = 6, 30
CODE = re.compile(rf"[0-9]{{{DIGITS}}}")
# RFC 6238, 5.2: one step before and one after, for clocks that differ and for the time that typing takes.
DRIFT = (-1, 0, 1)


def new_secret() -> bytes:
    """160 random bits."""
    return secrets.token_bytes(SECRET_BYTES)


def address_of(secret: bytes, name: str, issuer: str) -> str:
    """The `otpauth://` address that an authenticator application reads from a QR code."""
    # A colon parts issuer and name there.
    return _totp(secret).get_provisioning_uri(name, issuer.replace(":", " "))


def step_of(secret: bytes, code: str, now: datetime, last_step: int) -> int | None:
    """The time step whose code this is; None for a wrong code, and for one of `last_step` or before it.

    A code that was accepted is never accepted again, nor is any older one (RFC 6238, 5.2). Takes the same time whatever
    the code is.
    """
    current = int(now.timestamp()) // STEP_S
    found = None
    for step in (current + drift for drift in DRIFT):
        if hmac.compare_digest(_totp(secret).generate(step * STEP_S), code.encode()) and step > last_step:
            found = step
    return found


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # noqa: S303 - the algorithm that applications know; HMAC is not broken

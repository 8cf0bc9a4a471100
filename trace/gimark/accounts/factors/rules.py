"""Who must have a second factor, and what recovery codes look like."""

import hashlib
import re
import secrets

from gimark.accounts.rules import AUTHORITY, Role

# Whoever acts for the authority, and whoever could take such a person's second factor away.
NEED_SECOND_FACTOR = AUTHORITY | {Role.ADMINISTRATOR}

RECOVERY_CODES = 10
RECOVERY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
RECOVERY_GROUPS, RECOVERY_GROUP_LENGTH = 4, 4
RECOVERY_CODE = re.compile(rf"[{RECOVERY_ALPHABET}]{{{RECOVERY_GROUPS * RECOVERY_GROUP_LENGTH}}}")


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes of four groups of four characters without look-alikes: 79 bits each, to be kept on paper."""
    return tuple("-".join(_group() for _ in range(RECOVERY_GROUPS)) for _ in range(RECOVERY_CODES))


def read_code(text: str) -> str:
    """What was typed as a code, without spaces and hyphens, in lower case, with full-width digits as plain ones."""
    halved = "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text)
    return re.sub(r"[\s-]", "", halved).lower()


def recovery_sha256(code: str) -> bytes:
    """What is kept of a recovery code, of which `read_code` has read. It has 79 random bits: no slow hash is needed."""
    return hashlib.sha256(code.encode()).digest()


def _group() -> str:
    return "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_GROUP_LENGTH))

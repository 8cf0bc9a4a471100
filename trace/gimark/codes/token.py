"""The token of a code (version, key id, signature) and the bytes that are signed."""

import re
from base64 import urlsafe_b64encode
from binascii import a2b_base64
from typing import NamedTuple

VERSION = 1
SIGNATURE_SIZE = 64
TOKEN_SIZE = 3 + SIGNATURE_SIZE
TOKEN_LENGTH = 90

# 67 bytes are 89 base64url characters and 2 bits: "A" and a second character of "Q" to "f" mean the first byte is 1,
# and only four last characters leave the unused 4 bits zero. So the expression takes each token in one spelling only.
TOKEN = re.compile(rb"A[Q-Za-f][A-Za-z0-9_-]{87}[AQgw]")
KID = re.compile(r"[0-9a-f]{4}")
_STANDARD = bytes.maketrans(b"-_", b"+/")


class Token(NamedTuple):
    """What a token says: the key's id (4 lower-case hex digits) and the 64-byte signature. Nothing is verified."""

    kid: str
    signature: bytes


def read_token(text: bytes) -> Token | None:
    """The token that `text` spells, None when it is not one: version, length, alphabet, padding or spare bits."""
    if not TOKEN.fullmatch(text):
        return None
    raw = a2b_base64(text.translate(_STANDARD) + b"==")
    return Token(raw[1:3].hex(), raw[3:])


def write_token(kid: str, signature: bytes) -> str:
    """The 90 characters for a key id and its 64-byte signature; raises ValueError for any other."""
    if not KID.fullmatch(kid) or len(signature) != SIGNATURE_SIZE:
        raise ValueError("a token is made of 4 lower-case hex digits and a signature of 64 bytes")
    return urlsafe_b64encode(bytes([VERSION]) + bytes.fromhex(kid) + signature).decode().rstrip("=")


def code_path(gtin: str, lot: str, serial: str) -> str:
    """The path of a code's URI: `/01/<gtin>/10/<lot>/21/<serial>`."""
    return f"/01/{gtin}/10/{lot}/21/{serial}"


def signed_message(origin: str, kid: str, gtin: str, lot: str, serial: str) -> bytes:
    """The bytes that are signed: four LF-terminated ASCII lines; the host is not among them, so a domain may change."""
    return f"gi-code/v1\n{origin}\n{kid}\n{code_path(gtin, lot, serial)}\n".encode("ascii")

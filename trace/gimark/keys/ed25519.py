"""Ed25519 by libsodium: the one place that signs and the one that verifies.

The edge cases are libsodium's and are part of the token format: S ≥ L, a non-canonical or small-order public key
and a small-order R are refused, and the equation is checked without the cofactor.
"""

from nacl._sodium import ffi, lib  # type: ignore[import-not-found]
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

SEED_SIZE = 32
PUBLIC_SIZE = 32
SIGNATURE_SIZE = 64


def key_pair(seed: bytes) -> tuple[bytes, bytes]:
    """The public key (32 bytes) and libsodium's secret key (64 bytes) of `seed` (32 bytes; RFC 8032, 5.1.5)."""
    public, secret = crypto_sign_seed_keypair(seed)
    return public, secret


def sign(message: bytes, secret: bytes) -> bytes:
    """The 64-byte signature R || S of `message` under `secret`, the second half of `key_pair`; deterministic."""
    return crypto_sign(message, secret)[:SIGNATURE_SIZE]


def sign_rows(rows: bytes, size: int, secret: bytes) -> bytes:
    """The signatures, 64 bytes each, of the messages of `size` bytes that stand one after another in `rows`.

    The same bytes as `sign` gives, for 8 % less work: PyNaCl's binding makes two new buffers for each message, this
    reuses two for all of them. Raises ValueError when `rows` is not a whole number of messages.
    """
    if size < 1 or len(rows) % size:
        raise ValueError(f"{len(rows)} bytes are not a whole number of messages of {size}")
    signatures = bytearray(len(rows) // size * SIGNATURE_SIZE)
    signed = ffi.new("unsigned char[]", SIGNATURE_SIZE + size)
    signed_size = ffi.new("unsigned long long *")
    signature = memoryview(ffi.buffer(signed, SIGNATURE_SIZE))
    crypto_sign_into = lib.crypto_sign
    for number, at in enumerate(range(0, len(rows), size)):
        if crypto_sign_into(signed, signed_size, rows[at : at + size], size, secret) != 0:
            raise RuntimeError("libsodium could not sign")
        signatures[number * SIGNATURE_SIZE : (number + 1) * SIGNATURE_SIZE] = signature
    return bytes(signatures)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is the holder of `public`'s on `message`; False too when a length is wrong."""
    if len(public) != PUBLIC_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        crypto_sign_open(signature + message, public)
    except BadSignatureError:
        return False
    return True

"""Ed25519 by libsodium: the one place that signs and the one that verifies.

The edge cases are libsodium's and are part of the token format: S ≥ L, a non-canonical or small-order public key
and a small-order R are refused, and the equation is checked without the cofactor.
"""

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


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is the holder of `public`'s on `message`; False too when a length is wrong."""
    if len(public) != PUBLIC_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        crypto_sign_open(signature + message, public)
    except BadSignatureError:
        return False
    return True

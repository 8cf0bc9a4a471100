"""The key set as a JWK Set (RFC 7517), for ready-made libraries; served at `/.well-known/jwks.json`."""

from base64 import urlsafe_b64encode
from typing import Any

from gimark.keys.keyset import IssuingKey, KeySet, KeyState

COORDINATE_SIZE = 32


def jwks(keyset: KeySet) -> dict[str, Any]:
    """The issuing keys as JWKs: Ed25519 by RFC 8037, P-256 by RFC 7518.

    A revoked key is left out, because a JWK cannot say "only what the log held in time"; so is an SM2 key, for which
    no JWK is registered.
    """
    return {"keys": [_jwk(key) for key in keyset.keys if key.state != KeyState.REVOKED and key.alg != "sm2-sm3"]}


def _jwk(key: IssuingKey) -> dict[str, str]:
    common = {"kid": key.kid, "use": "sig"}
    if key.alg == "ed25519":
        return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": _base64url(key.public), **common}
    x, y = key.public[1 : 1 + COORDINATE_SIZE], key.public[1 + COORDINATE_SIZE :]
    return {"kty": "EC", "crv": "P-256", "alg": "ES256", "x": _base64url(x), "y": _base64url(y), **common}


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")

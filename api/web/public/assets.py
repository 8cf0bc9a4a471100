"""Files that pages name: each under an address with its hash in it, so that a browser may keep it for ever."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

_STATIC = Path(__file__).resolve().parents[2] / "static"
HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as served: its address on this site, its media type, its bytes."""

    path: str
    media_type: str
    body: bytes


def _asset(name: str, media_type: str) -> Asset:
    body = (_STATIC / name).read_bytes()
    stem, _, ending = name.rpartition(".")
    return Asset(f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:HASH_DIGITS]}.{ending}", media_type, body)


ENTRY_PROOF = _asset("entry-proof.js", "text/javascript; charset=utf-8")

ASSETS = {asset.path: asset for asset in (ENTRY_PROOF,)}

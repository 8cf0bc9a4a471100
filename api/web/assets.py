"""Files that pages name: each under an address with its hash in it, so that a browser may keep it for ever."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

_STATIC = Path(__file__).resolve().parents[1] / "static"
HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as served: its address on this site, its media type, its bytes."""

    path: str
    media_type: str
    body: bytes


def sheet(name: str) -> str:
    """A stylesheet without comments, line ends and indents. Every line of ours ends where a space means nothing."""
    bare = re.sub(r"/\*.*?\*/", "", (_STATIC / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    return "".join(line.strip() for line in bare.splitlines())


def _asset(name: str, media_type: str, body: bytes) -> Asset:
    stem, _, ending = name.rpartition(".")
    return Asset(f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:HASH_DIGITS]}.{ending}", media_type, body)


def script(name: str) -> Asset:
    """A script of `static/`, as it is."""
    return _asset(name, "text/javascript; charset=utf-8", (_STATIC / name).read_bytes())


ENTRY_PROOF = script("entry-proof.js")
ORDER_PROGRESS = script("order-progress.js")
LABEL_CHOICE = script("label-choice.js")
STUDIO = script("studio.js")
DESK_STYLE = _asset("desk.css", "text/css; charset=utf-8", (sheet("ground.css") + sheet("desk.css")).encode())

ASSETS = {asset.path: asset for asset in (ENTRY_PROOF, ORDER_PROGRESS, LABEL_CHOICE, STUDIO, DESK_STYLE)}

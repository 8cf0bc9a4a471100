"""The verifier that is printed in docs/token-format.md, and how it is asked beside our own."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from gimark.errors import InvalidInputError
from gimark.keys import ed25519, keyset, statuslist
from gimark.keys.keyset import KeySet
from gimark.keys.note import ED25519, NoteSigner, VerifierKey
from gimark.keys.statuslist import StatusList

ROOT = Path(__file__).parents[1]
VECTORS = ROOT / "tests" / "golden" / "codes.json"
GOLDEN = json.loads(VECTORS.read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "token-format.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\w*\n(.*?)```", PAGE, re.DOTALL)
GOOD = GOLDEN["codes"][0]["uri"]
KEYS_NOTE, STATUS_NOTE = GOLDEN["log"]["keyset_note"], GOLDEN["log"]["status_note"]
KEYS_TEXT, STATUS_TEXT = (note.partition("\n\n")[0] + "\n" for note in (KEYS_NOTE, STATUS_NOTE))
KEYS = keyset.read_published(KEYS_NOTE.encode(), VerifierKey.parse(GOLDEN["log"]["root_vkey"]))
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def printed_verifier() -> dict[str, Any]:
    module = ModuleType("printed")
    exec(next(block for block in BLOCKS if "def judge(" in block), module.__dict__)  # noqa: S102 - the page's own code
    return module.__dict__


STRANGER = printed_verifier()
TRUSTED = STRANGER["read_keyset"](KEYS_NOTE.encode(), GOLDEN["log"]["root_vkey"])


# Notes of our own keys, written as nobody would write them.


def note_signer(name: str, seed: bytes) -> NoteSigner:
    public, secret = ed25519.key_pair(seed)
    return NoteSigner(VerifierKey(name, ED25519, public), lambda message: ed25519.sign(message, secret))


OWN_ROOT = note_signer("gi.example.cn/root", b"\x01" * 32)
OWN_LOG = note_signer("gi.example.cn/log", b"\x02" * 32)
OWN_KEYS = replace(KEYS, logs=(replace(KEYS.logs[0], key=OWN_LOG.key),))


def signature_line(text: str, signer: NoteSigner) -> str:
    signature = signer.sign(text.encode())
    return f"— {signer.key.name} {base64.b64encode(signer.key.key_id + signature).decode()}\n"


def signed(text: str, signer: NoteSigner = OWN_ROOT) -> bytes:
    """The note of any text; `sign_note` would refuse to make most of these."""
    return f"{text}\n{signature_line(text, signer)}".encode()


def refuses(read: Callable[..., object], *arguments: object) -> bool:
    try:
        read(*arguments)
    except ValueError:
        return True
    return False


def both_read(note: bytes, root: VerifierKey = OWN_ROOT.key) -> KeySet | None:
    """The key set of a note, None when it is refused: by both, and both read the same."""
    try:
        ours = keyset.read_published(note, root)
    except InvalidInputError:
        assert refuses(STRANGER["read_keyset"], note, str(root))
        return None
    theirs = STRANGER["read_keyset"](note, str(root))
    assert theirs.keys == {key.kid: (key.alg, key.public, key.state) for key in ours.keys}
    assert (theirs.origin, tuple(theirs.hosts), theirs.expires) == (ours.origin, ours.hosts, ours.expires_at)
    assert theirs.logs == [str(log.key) for log in ours.logs]
    return ours


def both_read_status(note: bytes) -> StatusList | None:
    trusted = STRANGER["read_keyset"](keyset.publish(OWN_KEYS, OWN_ROOT), str(OWN_ROOT.key))
    try:
        ours = statuslist.read_published(note, OWN_KEYS)
    except InvalidInputError:
        assert refuses(STRANGER["read_status"], note, trusted)
        return None
    theirs = STRANGER["read_status"](note, trusted)
    assert (theirs.lots, theirs.codes) == (ours.lots, {code.hex() for code in ours.codes})
    return ours

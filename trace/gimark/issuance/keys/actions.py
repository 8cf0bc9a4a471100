"""Issuing keys and key sets as official acts. Each takes the caller's transaction, which commits."""

import hashlib
from base64 import b64encode

from sqlalchemy import func, select

from gimark.issuance.keys.model import KeySetPublication, SigningKey
from gimark.keys.keyset import IssuingKey
from gimark.ledger import book
from gimark.store.unit_of_work import Act

BY_ROOT = "root"


def add_key(act: Act, key: IssuingKey) -> SigningKey:
    """Enter an issuing key's public half (ledger: key.add), before anything is signed with it."""
    index = book.append(
        act,
        "key.add",
        BY_ROOT,
        kid=key.kid,
        alg=key.alg,
        pub=b64encode(key.public).decode(),
        **{"from": key.from_on.isoformat(), "until": key.until_on.isoformat()},
    )
    row = SigningKey(
        kid=key.kid,
        alg=key.alg,
        public=key.public,
        valid_from=key.from_on,
        valid_until=key.until_on,
        ledger_index=index,
    )
    act.session.add(row)
    act.session.flush()
    return row


def record_publication(act: Act, seq: int, note: bytes) -> KeySetPublication:
    """Enter a key set by the hash of its whole note, signatures included (ledger: keyset.publish)."""
    sha256 = hashlib.sha256(note).digest()
    index = book.append(act, "keyset.publish", BY_ROOT, seq=seq, sha256=b64encode(sha256).decode())
    row = KeySetPublication(seq=seq, sha256=sha256, at=act.now, ledger_index=index)
    act.session.add(row)
    act.session.flush()
    return row


def next_seq(act: Act) -> int:
    """The number of the next key set: one above the last that was published."""
    return 1 + (act.session.scalar(select(func.max(KeySetPublication.seq))) or 0)

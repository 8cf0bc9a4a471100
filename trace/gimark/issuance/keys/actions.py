"""Issuing keys and key sets as official acts. Each takes the caller's transaction, which commits.

Whoever holds the root's key acts here; no user does. A change of keys and the key set that tells of it are one act:
`publish_key_set` comes last in it.
"""

import hashlib
from base64 import b64encode
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from gimark.clock import SHANGHAI, local_day
from gimark.errors import ConflictError, Fault, NotFoundError
from gimark.issuance.keys.model import KeyAct, KeyActKind, KeySetPublication, SigningKey
from gimark.issuance.keys.queries import key_of, last_seq, registered_keys
from gimark.issuance.keys.rules import KEYSET_LIFE, check_term
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import PUBLISH_CHECKPOINT
from gimark.keys.keyset import IssuingKey, KeyState, publish, read_published, supersede
from gimark.keys.note import NoteSigner
from gimark.ledger import book
from gimark.store.unit_of_work import Act

BY_ROOT = "root"
LAST_KID = 0xFFFF


def next_kid(act: Act) -> str:
    """The kid of the next key: one above the highest ever used, for a kid is never used again. Locks the ledger."""
    book.lock(act)
    highest = act.session.scalar(select(func.max(SigningKey.kid)))
    number = 1 + (int(highest, 16) if highest else 0)
    if number > LAST_KID:
        raise _conflict("密钥编号已用尽", "kids are used up", "请另建一套新系统", "Found a new installation")
    return f"{number:04x}"


def check_may_begin(act: Act, from_on: date, until_on: date) -> None:
    """Refuse a key's term before anything is made for it. Locks the ledger.

    Raises InvalidInputError for a term that is over or longer than 13 months, ConflictError when an active key begins
    on the same day: repeating the command must not make a second key.
    """
    book.lock(act)
    check_term(from_on, until_on, local_day(act.now))
    for key in registered_keys(act.session):
        if key.state is KeyState.ACTIVE and key.from_on == from_on:
            raise _conflict(
                f"已有自 {from_on} 起的密钥 {key.kid}",
                f"the key {key.kid} begins on {from_on} already",
                "如确需另一把，请换一个起始日，或先停用、吊销原密钥",
                "If another is wanted, let it begin on another day, or retire or revoke that one first",
            )


def add_key(act: Act, key: IssuingKey) -> SigningKey:
    """Enter an issuing key's public half (ledger: key.add), before anything is signed with it.

    Raises as `check_may_begin`, and ConflictError when the kid was used before.
    """
    check_may_begin(act, key.from_on, key.until_on)
    if key_of(act.session, key.kid) is not None:
        raise _conflict(
            f"密钥编号 {key.kid} 已用过", f"the kid {key.kid} was used before", "请换一个编号", "Use another kid"
        )
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


def retire_key(act: Act, kid: str) -> None:
    """Let a key sign no new runs (ledger: key.retire); its codes stay good, and can be made again for a reprint.

    Raises NotFoundError, and ConflictError when it is not active or no other key could sign today's runs.
    """
    book.lock(act)
    _check_state(_known(act, kid), KeyState.ACTIVE)
    today = local_day(act.now)
    others = [key for key in registered_keys(act.session) if key.kid != kid and key.state is KeyState.ACTIVE]
    if not any(key.from_on <= today <= key.until_on for key in others):
        raise _conflict(
            f"停用 {kid} 后今天就没有可用的签发密钥",
            f"without {kid} no key could sign today's runs",
            "请先用 gimark keys add 生成新密钥",
            "Make a new key with gimark keys add first",
        )
    _record(act, kid, KeyActKind.RETIRE, book.append(act, "key.retire", BY_ROOT, kid=kid), None)


def revoke_key(act: Act, kid: str) -> int:
    """Withdraw a key whose private half others may have (ledger: key.revoke); the log size `at`.

    Only runs logged below `at` stay confirmed: whatever the thief signs, the log does not have. Raises NotFoundError,
    and ConflictError when it was revoked before.
    """
    size = book.lock(act)
    _check_state(_known(act, kid), KeyState.ACTIVE, KeyState.RETIRED)
    _record(act, kid, KeyActKind.REVOKE, book.append(act, "key.revoke", BY_ROOT, kid=kid, at=size), size)
    return size


def publish_key_set(act: Act, held: bytes, root: NoteSigner) -> bytes:
    """Sign the key set that follows the note `held`, with the keys as they now are, and enter it (keyset.publish).

    Gives the new note, for putting out once the act is committed. Raises InvalidInputError when `root` did not sign
    `held`, LedgerError when the register contradicts it (a key gone, a retirement taken back).
    """
    before = read_published(held, root.key)
    following = replace(
        before,
        seq=1 + max(before.seq, last_seq(act.session)),
        published_at=act.now.replace(microsecond=0),
        expires_at=midnight_after(act.now + KEYSET_LIFE),
        keys=tuple(registered_keys(act.session)),
    )
    note = publish(following, root)
    supersede(held, note, root.key)
    published = record_publication(act, following.seq, note)
    enqueue(act, PUBLISH_CHECKPOINT, f"{PUBLISH_CHECKPOINT}:{published.ledger_index}")
    return note


def record_publication(act: Act, seq: int, note: bytes) -> KeySetPublication:
    """Enter a key set by the hash of its whole note, signatures included (ledger: keyset.publish)."""
    sha256 = b64encode(hashlib.sha256(note).digest()).decode()
    index = book.append(act, "keyset.publish", BY_ROOT, seq=seq, sha256=sha256)
    row = KeySetPublication(seq=seq, note=note, at=act.now, ledger_index=index)
    act.session.add(row)
    act.session.flush()
    return row


def midnight_after(instant: datetime) -> datetime:
    """The first midnight in Asia/Shanghai after `instant`: a key set ends with a day, not in the middle of one."""
    return datetime.combine(local_day(instant) + timedelta(days=1), time(), SHANGHAI)


def _record(act: Act, kid: str, kind: KeyActKind, index: int, log_size: int | None) -> None:
    act.session.add(KeyAct(kid=kid, kind=kind, log_size=log_size, at=act.now, ledger_index=index))
    act.session.flush()


def _known(act: Act, kid: str) -> IssuingKey:
    key = key_of(act.session, kid)
    if key is None:
        raise NotFoundError(
            (
                Fault(
                    "kid",
                    f"没有密钥 {kid[:20]}",
                    f"there is no key {kid[:20]}",
                    "请用 gimark keys show 核对编号",
                    "Look at the kids with gimark keys show",
                ),
            )
        )
    return key


def _check_state(key: IssuingKey, *allowed: KeyState) -> None:
    if key.state not in allowed:
        state_zh = {KeyState.ACTIVE: "在用", KeyState.RETIRED: "已停用", KeyState.REVOKED: "已吊销"}[key.state]
        raise _conflict(
            f"密钥 {key.kid} {state_zh}",
            f"the key {key.kid} is {key.state}",
            "停用和吊销不可撤回；请用 gimark keys show 核对",
            "Neither is ever taken back; see gimark keys show",
        )


def _conflict(reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> ConflictError:
    return ConflictError((Fault("kid", reason_zh, reason_en, remedy_zh, remedy_en),))

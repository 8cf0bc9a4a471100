"""The key set `gi-keys/v1`: a signed note by which anyone verifies codes without asking the server."""

import base64
import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gimark.clock import rfc3339
from gimark.errors import ConflictError, LedgerError
from gimark.keys.lines import MAX_SEQ, bad, check_same, check_validity, day, fault, instant, read_header
from gimark.keys.names import is_host, is_origin
from gimark.keys.note import COSIGNATURE_V1, ED25519, NoteSigner, VerifierKey, open_note, sign_note

TITLE = "gi-keys/v1"
HEADER = ("origin", "hosts", "seq", "time", "expires", "quorum")
# Bytes of a public key: raw for Ed25519 (RFC 8032), an uncompressed point 04 || x || y for the other curves (SEC 1).
PUBLIC_SIZES = {"ed25519": 32, "p256": 65, "sm2-sm3": 65}
_UNCOMPRESSED = b"\x04"
_WITNESS_NAME = re.compile(r"[!-*,-~]+")
# Words after the kind in each line below the header.
LINE_WORDS = {"log": 3, "witness": 1, "key": 7}


class KeyState(StrEnum):
    """What a key may still do: issue and verify, verify for ever, or confirm only what the log held in time."""

    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class LogKey:
    """A key that signs checkpoints and status lists, and its first and last day."""

    key: VerifierKey
    from_on: date
    until_on: date

    def line(self) -> str:
        """Its line in the key set."""
        return f"log {self.key} {self.from_on} {self.until_on}"


@dataclass(frozen=True, slots=True)
class IssuingKey:
    """A key that signs codes. `kid` and `alg` belong together for life; `revoked_at` is a log size, if revoked."""

    kid: str
    alg: str
    public: bytes
    from_on: date
    until_on: date
    state: KeyState
    revoked_at: int | None = None

    def line(self) -> str:
        """Its line in the key set."""
        public = base64.b64encode(self.public).decode()
        revoked_at = "-" if self.revoked_at is None else self.revoked_at
        return f"key {self.kid} {self.alg} {public} {self.from_on} {self.until_on} {self.state} {revoked_at}"


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of the installation `origin`, served at `hosts`, as published at `published_at` under number `seq`.

    Past `expires_at` an offline result is no longer certain. A checkpoint needs `quorum` witnesses. Raises
    InvalidInputError when the parts do not make a key set.
    """

    origin: str
    hosts: tuple[str, ...]
    seq: int
    published_at: datetime
    expires_at: datetime
    quorum: int
    logs: tuple[LogKey, ...]
    witnesses: tuple[VerifierKey, ...]
    keys: tuple[IssuingKey, ...]

    def __post_init__(self) -> None:
        _check_names(self.origin, self.hosts)
        check_validity(self.seq, self.published_at, self.expires_at)
        if not 0 <= self.quorum <= len(self.witnesses):
            raise bad(f"法定见证数不能是 {self.quorum}", f"{len(self.witnesses)} witnesses, a quorum of {self.quorum}")
        _check_once([str(log.key) for log in self.logs], "存证密钥", "log key")
        _check_once([str(witness) for witness in self.witnesses], "见证方", "witness")
        _check_once([key.kid for key in self.keys], "密钥编号", "kid")
        if any(log.from_on > log.until_on for log in self.logs):
            raise bad("存证密钥的起始日晚于截止日", "a log key ends before it begins")
        if any(log.key.name != f"{self.origin}/log" or log.key.kind != ED25519 for log in self.logs):
            raise bad("存证密钥的名称或类型不符", "a log key is not of this origin or kind")
        if any(witness.kind != COSIGNATURE_V1 for witness in self.witnesses):
            raise bad("见证方密钥类型不符", "a witness's key is of another kind")
        if not all(_WITNESS_NAME.fullmatch(witness.name) for witness in self.witnesses):
            raise bad("见证方名称含有非 ASCII 字符", "a witness's name is not visible ASCII")
        for key in self.keys:
            _check_issuing_key(key)
        # Else revoking one of the two would leave the stolen key good under the other kid.
        _check_once([key.public.hex() for key in self.keys], "公钥", "public key")

    def key(self, kid: str) -> IssuingKey | None:
        """The issuing key `kid`, whatever its state; None when it is not of this installation."""
        return next((key for key in self.keys if key.kid == kid), None)

    def text(self) -> str:
        """The note's text; lines of each kind in bytewise order."""
        lines = [
            TITLE,
            f"origin {self.origin}",
            f"hosts {' '.join(self.hosts)}",
            f"seq {self.seq}",
            f"time {rfc3339(self.published_at)}",
            f"expires {rfc3339(self.expires_at)}",
            f"quorum {self.quorum}",
            *sorted(log.line() for log in self.logs),
            *sorted(f"witness {witness}" for witness in self.witnesses),
            *sorted(key.line() for key in self.keys),
        ]
        return "".join(line + "\n" for line in lines)


def publish(keyset: KeySet, root: NoteSigner) -> bytes:
    """The note to serve at `/.well-known/gi-keys`, signed by `<origin>/root`; raises InvalidInputError otherwise."""
    _check_root(keyset, root.key)
    return sign_note(keyset.text(), [root])


def read_published(raw: bytes, root: VerifierKey) -> KeySet:
    """The key set of a note signed by `root`, the key that the reader trusts from elsewhere.

    Raises InvalidInputError when the signature fails or the text is not exactly that of a key set.
    """
    keyset = parse(open_note(raw, [root]).text)
    _check_root(keyset, root)
    return keyset


def supersede(held: bytes, offered: bytes, root: VerifierKey) -> KeySet:
    """The key set to use from now on by someone who holds the note `held` and is offered another.

    Raises ConflictError when the offered one is older (a freeze or a stale copy), LedgerError when the installation
    contradicts itself: one number for two key sets, a kid with another key, a key gone, a revocation taken back.
    """
    old, new = read_published(held, root), read_published(offered, root)
    if held == offered:
        return old
    if new.seq < old.seq:
        older = fault(
            f"第 {new.seq} 版早于已有的第 {old.seq} 版", f"number {new.seq} is older than {old.seq}, the one held"
        )
        raise ConflictError((older,))
    if new.seq == old.seq:
        raise _contradiction(f"第 {new.seq} 版密钥集有两种内容", f"there are two key sets of number {new.seq}")
    if new.origin != old.origin:
        raise _contradiction("签发平台的名称变了", "the origin has changed")
    for key in old.keys:
        _check_successor(key, new.key(key.kid))
    return new


def parse(text: str) -> KeySet:
    """The key set that `text` (a note's, without signatures) writes; raises InvalidInputError for anything else."""
    header, rest = read_header(text, TITLE, HEADER)
    by_kind: dict[str, list[list[str]]] = {kind: [] for kind in LINE_WORDS}
    for line in rest:
        kind, *words = line.split(" ")
        if LINE_WORDS.get(kind) != len(words):
            raise bad(f"“{line[:20]}”一行的词未知或数目不对", f"the line “{line[:20]}” has an unknown word or too few")
        by_kind[kind].append(words)
    try:
        keyset = KeySet(
            origin=header["origin"],
            hosts=tuple(header["hosts"].split(" ")),
            seq=int(header["seq"]),
            published_at=instant(header["time"]),
            expires_at=instant(header["expires"]),
            quorum=int(header["quorum"]),
            logs=tuple(_log_key(words) for words in by_kind["log"]),
            witnesses=tuple(VerifierKey.parse(words[0]) for words in by_kind["witness"]),
            keys=tuple(_issuing_key(words) for words in by_kind["key"]),
        )
    except ValueError:
        raise bad("某行的数、日期或公钥无法识读", "a number, a day or a public key cannot be read") from None
    check_same(keyset.text(), text)
    return keyset


def _contradiction(reason_zh: str, reason_en: str) -> LedgerError:
    return LedgerError((fault(reason_zh, reason_en),))


def _check_names(origin: str, hosts: tuple[str, ...]) -> None:
    if not is_origin(origin):
        raise bad("平台名称不合规范", "the origin is not of its form")
    if not hosts or any(host != host.lower() or not is_host(host.encode()) for host in hosts):
        raise bad("域名不合规范", "a host is not a domain name in lower case")
    _check_once(list(hosts), "域名", "host")


def _check_root(keyset: KeySet, root: VerifierKey) -> None:
    if root.name != f"{keyset.origin}/root" or root.kind != ED25519:
        raise bad(
            f"“{root.name}”不是 {keyset.origin} 的根密钥", f"“{root.name}” is not the root key of {keyset.origin}"
        )


def _check_once(values: list[str], zh: str, en: str) -> None:
    if len(set(values)) != len(values):
        raise bad(f"{zh}重复", f"a {en} comes twice")


def _check_issuing_key(key: IssuingKey) -> None:
    kid = key.kid
    if len(kid) != 4 or kid.strip("0123456789abcdef"):
        raise bad(f"密钥编号“{kid[:20]}”不合规范", f"the kid “{kid[:20]}” is not 4 lower-case hex digits")
    is_point = key.alg == "ed25519" or key.public.startswith(_UNCOMPRESSED)
    if PUBLIC_SIZES.get(key.alg) != len(key.public) or not is_point:
        raise bad(f"密钥 {kid} 的算法或公钥长度不符", f"the algorithm and the public key of {kid} do not fit")
    if key.from_on > key.until_on:
        raise bad(f"密钥 {kid} 的起始日晚于截止日", f"{kid} ends before it begins")
    if (key.state == KeyState.REVOKED) != (key.revoked_at is not None) or not 0 <= (key.revoked_at or 0) <= MAX_SEQ:
        raise bad(f"密钥 {kid} 的吊销状态自相矛盾", f"{kid} is revoked without a log size, or has one unrevoked")


def _check_successor(old: IssuingKey, new: IssuingKey | None) -> None:
    if new is None:
        raise _contradiction(f"密钥 {old.kid} 不见了", f"key {old.kid} is gone")
    if (new.alg, new.public) != (old.alg, old.public):
        raise _contradiction(f"密钥编号 {old.kid} 换了密钥", f"kid {old.kid} now stands for another key")
    if list(KeyState).index(new.state) < list(KeyState).index(old.state):
        raise _contradiction(
            f"密钥 {old.kid} 由{old.state}改回{new.state}", f"{old.kid} was {old.state}, is {new.state}"
        )
    # A theft may turn out to be older than was thought, never younger.
    if old.revoked_at is not None and (new.revoked_at is None or new.revoked_at > old.revoked_at):
        raise _contradiction(f"密钥 {old.kid} 的吊销被放宽", f"the revocation of {old.kid} was loosened")


def _log_key(words: list[str]) -> LogKey:
    vkey, from_on, until_on = words
    return LogKey(VerifierKey.parse(vkey), day(from_on), day(until_on))


def _issuing_key(words: list[str]) -> IssuingKey:
    kid, alg, public, from_on, until_on, state, revoked_at = words
    return IssuingKey(
        kid=kid,
        alg=alg,
        public=base64.b64decode(public, validate=True),
        from_on=day(from_on),
        until_on=day(until_on),
        state=KeyState(state),
        revoked_at=None if revoked_at == "-" else int(revoked_at),
    )

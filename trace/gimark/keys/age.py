"""Encryption in the age format, version 1 (https://c2sp.org/age): to an X25519 recipient, or to a passphrase.

A file is sealed with the recipient's public half alone and opened with the identity, which may be far away; the tool
`age` opens it too. Contents stream through, 64 KiB at a time, and no byte is given that was not authenticated. That
the whole was read is known only when the iterator has ended.
"""

import base64
import hmac
import io
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from gimark.errors import InvalidInputError, invalid
from gimark.keys import bech32

KEY_SIZE = 32
CHUNK_SIZE = 65_536
MAX_STANZAS, MAX_BODY_LINES = 20, 64
MAX_LINE_LENGTH = 1_024
# 64 MiB of memory and a fraction of a second; a reader takes up to age's own default.
WORK_FACTOR, MAX_WORK_FACTOR = 16, 18

Stanza = tuple[str, list[str], bytes]
"""Its kind, its further arguments, and its body."""

_TITLE = b"age-encryption.org/v1\n"
_FILE_KEY_SIZE, _NONCE_SIZE, _SALT_SIZE, _TAG_SIZE = 16, 16, 16, 16
_ZERO_NONCE = bytes(12)
_FULL_LINE = 64
_RECIPIENT, _IDENTITY = "age", "age-secret-key-"
_MAC_LINE = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a file is sealed to: the public half of an identity (32 bytes, RFC 7748)."""

    public: bytes

    @classmethod
    def parse(cls, text: str) -> "Recipient":
        """The recipient written `age1…`; raises ValueError for anything else."""
        return cls(_key(_RECIPIENT, text))

    def __str__(self) -> str:
        return bech32.encode(_RECIPIENT, self.public)

    def wrap(self, file_key: bytes) -> bytes:
        """The stanza that carries `file_key` to whoever holds the identity."""
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(self.public))
        body = ChaCha20Poly1305(_wrap_key(shared, share, self.public)).encrypt(_ZERO_NONCE, file_key, None)
        return _stanza("X25519", _base64(share), body=body)


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Who can open what was sealed to its recipient: an X25519 private key (32 bytes)."""

    private: bytes

    @classmethod
    def new(cls) -> "Identity":
        """A new one, of the system's randomness."""
        return cls(secrets.token_bytes(KEY_SIZE))

    @classmethod
    def parse(cls, text: str) -> "Identity":
        """The identity written `AGE-SECRET-KEY-1…`; raises ValueError for anything else."""
        return cls(_key(_IDENTITY, text))

    @property
    def text(self) -> str:
        """As it is written. A secret."""
        return bech32.encode(_IDENTITY, self.private).upper()

    @property
    def recipient(self) -> Recipient:
        """Its public half."""
        return Recipient(X25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw())

    def unwrap(self, kind: str, arguments: list[str], body: bytes) -> bytes | None:
        """The file key of a stanza, None when it is for somebody else; raises ValueError for a malformed one."""
        if kind != "X25519":
            return None
        [share] = [_unbase64(argument, KEY_SIZE) for argument in arguments]
        _check_wrapped(body)
        # An all-zero shared secret raises ValueError here.
        shared = X25519PrivateKey.from_private_bytes(self.private).exchange(X25519PublicKey.from_public_bytes(share))
        return _unwrapped(_wrap_key(shared, share, self.recipient.public), body)


@dataclass(frozen=True, slots=True, repr=False)
class Passphrase:
    """Seals and opens with a passphrase, which must be strong of itself; stretched by scrypt, N = 2^16."""

    secret: bytes

    def wrap(self, file_key: bytes) -> bytes:
        """The stanza that carries `file_key` to whoever knows the passphrase."""
        salt = secrets.token_bytes(_SALT_SIZE)
        body = ChaCha20Poly1305(self._stretched(salt, WORK_FACTOR)).encrypt(_ZERO_NONCE, file_key, None)
        return _stanza("scrypt", _base64(salt), str(WORK_FACTOR), body=body)

    def unwrap(self, kind: str, arguments: list[str], body: bytes) -> bytes | None:
        """The file key of a stanza, None when it is for somebody else; raises ValueError for a malformed one."""
        if kind != "scrypt":
            return None
        salt, factor = arguments
        if not re.fullmatch("[1-9][0-9]?", factor) or int(factor) > MAX_WORK_FACTOR:
            raise ValueError("the work factor is none, or too large")
        _check_wrapped(body)
        return _unwrapped(self._stretched(_unbase64(salt, _SALT_SIZE), int(factor)), body)

    def _stretched(self, salt: bytes, factor: int) -> bytes:
        whole = b"age-encryption.org/v1/scrypt" + salt
        return Scrypt(salt=whole, length=KEY_SIZE, n=1 << factor, r=8, p=1).derive(self.secret)


def seal(contents: Iterable[bytes], to: Recipient | Passphrase) -> Iterator[bytes]:
    """The file that holds `contents` (pieces of any length), in pieces; only `to` opens it."""
    file_key, nonce = secrets.token_bytes(_FILE_KEY_SIZE), secrets.token_bytes(_NONCE_SIZE)
    head = _TITLE + to.wrap(file_key) + b"---"
    yield head + b" " + _base64(_mac(file_key, head)).encode() + b"\n" + nonce
    cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    waiting = bytearray()
    counter = 0
    for piece in contents:
        waiting += piece
        # The last chunk must not be empty, so a full one waits until something follows it.
        while len(waiting) > CHUNK_SIZE:
            yield cipher.encrypt(_chunk_nonce(counter), bytes(waiting[:CHUNK_SIZE]), None)
            del waiting[:CHUNK_SIZE]
            counter += 1
    yield cipher.encrypt(_chunk_nonce(counter, is_last=True), bytes(waiting), None)


def unseal(file: BinaryIO, by: Identity | Passphrase, name: str) -> Iterator[bytes]:
    """What the age file `file` holds, in pieces of at most 64 KiB, each authenticated.

    Raises InvalidInputError naming `name` when it is no age file, was sealed to another, was altered or cut short.
    """
    cipher = ChaCha20Poly1305(_opened(file, by, name))
    counter = 0
    sealed = file.read(CHUNK_SIZE + _TAG_SIZE)
    is_last = False
    while not is_last:
        following = file.read(CHUNK_SIZE + _TAG_SIZE)
        is_last = not following
        try:
            piece = cipher.decrypt(_chunk_nonce(counter, is_last=is_last), sealed, None)
        except InvalidTag:
            raise _altered(name) from None
        if not piece and counter:
            raise _altered(name)
        yield piece
        sealed, counter = following, counter + 1


def seal_small(content: bytes, to: Recipient | Passphrase) -> bytes:
    """`seal` of something that fits in memory."""
    return b"".join(seal([content], to))


def unseal_small(sealed: bytes, by: Identity | Passphrase, name: str) -> bytes:
    """`unseal` of something that fits in memory; raises as it does."""
    return b"".join(unseal(io.BytesIO(sealed), by, name))


def _opened(file: BinaryIO, by: Identity | Passphrase, name: str) -> bytes:
    """The payload's key, after the header was read and its MAC checked; the file then stands at the first chunk."""
    try:
        head, stanzas, mac = _header(file)
        file_key = next(filter(None, (by.unwrap(kind, arguments, body) for kind, arguments, body in stanzas)), None)
    except ValueError:
        raise _refused(name, "不是 age 文件，或文件头损坏", "it is no age file, or its header is damaged") from None
    if file_key is None:
        raise _refused(
            name, "不是加密给这把密钥或这个口令的", "it was not sealed to this key, or not with this passphrase"
        )
    nonce = file.read(_NONCE_SIZE)
    if not hmac.compare_digest(_mac(file_key, head), mac) or len(nonce) != _NONCE_SIZE:
        raise _altered(name)
    return _derived(file_key, nonce, b"payload")


def _header(file: BinaryIO) -> tuple[bytes, list[Stanza], bytes]:
    """What the MAC stands over, the stanzas, and the MAC; raises ValueError unless all is as it must be."""
    head = _line(file)
    stanzas: list[Stanza] = []
    if head != _TITLE:
        raise ValueError("not version 1")
    while len(stanzas) < MAX_STANZAS:
        line = _line(file)
        if ended := _MAC_LINE.fullmatch(line):
            return head + b"---", stanzas, _unbase64(ended[1].decode(), SHA256.digest_size)
        mark, kind, *arguments = line[:-1].decode("ascii").split(" ")
        if mark != "->":
            raise ValueError("not a stanza")
        lines = list(_body(file))
        head += line + b"".join(lines)
        stanzas.append((kind, arguments, _unbase64(b"".join(each[:-1] for each in lines).decode("ascii"))))
    raise ValueError("too many stanzas")


def _body(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a stanza's body: full ones, and the first that is shorter."""
    for _ in range(MAX_BODY_LINES):
        line = _line(file)
        yield line
        if len(line) <= _FULL_LINE:
            return
    raise ValueError("a body that does not end")


def _line(file: BinaryIO) -> bytes:
    line = file.readline(MAX_LINE_LENGTH)
    if not line.endswith(b"\n"):
        raise ValueError("a line that does not end")
    return line


def _stanza(*words: str, body: bytes) -> bytes:
    return f"-> {' '.join(words)}\n{_base64(body)}\n".encode()


def _check_wrapped(body: bytes) -> None:
    if len(body) != _FILE_KEY_SIZE + _TAG_SIZE:
        raise ValueError("a file key of another length")


def _unwrapped(key: bytes, body: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, body, None)
    except InvalidTag:
        return None


def _wrap_key(shared: bytes, share: bytes, recipient: bytes) -> bytes:
    return _derived(shared, share + recipient, b"age-encryption.org/v1/X25519")


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(file_key, None, b"header"), head, "sha256")


def _derived(key: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=salt, info=info).derive(key)


def _chunk_nonce(counter: int, *, is_last: bool = False) -> bytes:
    return counter.to_bytes(11, "big") + bytes([is_last])


def _key(prefix: str, text: str) -> bytes:
    key = bech32.decode(prefix, text)
    if len(key) != KEY_SIZE:
        raise ValueError(f"a key has {KEY_SIZE} bytes")
    return key


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _unbase64(text: str, size: int | None = None) -> bytes:
    """Unpadded canonical base64 of `size` bytes (any number when None); raises ValueError for anything else."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    if _base64(data) != text or size not in (None, len(data)):
        raise ValueError("not base64 of its length")
    return data


def _altered(name: str) -> InvalidInputError:
    return _refused(name, "内容被改动或被截短", "it was altered or cut short")


def _refused(name: str, reason_zh: str, reason_en: str) -> InvalidInputError:
    return invalid(
        name,
        reason_zh,
        reason_en,
        "请核对密钥文件与口令；文件损坏时请用另一份备份",
        "Check the key file and its passphrase; if the file is damaged, take another copy of it",
    )

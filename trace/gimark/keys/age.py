"""Encryption in the age format, version 1 (https://c2sp.org/age), by pyrage: to an X25519 recipient, or a passphrase.

A file is sealed with the recipient's public half alone and opened with the identity, which may be far away; the tool
`age` opens it too. Contents stream through, and no byte is given that was not authenticated; that none is missing at
the end is known when the call returns.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

import pyrage  # type: ignore[import-untyped]
from pyrage import passphrase as by_passphrase
from pyrage import x25519

from gimark.errors import InvalidInputError, invalid


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a file is sealed to: the public half of an identity, written `age1…`; raises ValueError for another text."""

    text: str

    def __post_init__(self) -> None:
        try:
            x25519.Recipient.from_str(self.text)
        except pyrage.RecipientError as error:
            raise ValueError(f"not a recipient: {error}") from None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Identity:
    """Who can open what was sealed to its recipient. `text`, `AGE-SECRET-KEY-1…`, is a secret; ValueError for another.

    Made by `Identity.new()`.
    """

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        try:
            x25519.Identity.from_str(self.text)
        except pyrage.IdentityError as error:
            raise ValueError(f"not an identity: {error}") from None

    @classmethod
    def new(cls) -> "Identity":
        """A new one, of the system's randomness."""
        return cls(str(x25519.Identity.generate()))

    @property
    def recipient(self) -> Recipient:
        """Its public half."""
        return Recipient(str(x25519.Identity.from_str(self.text).to_public()))


class Sink(Protocol):
    """Takes what an opened file holds, in pieces; what it raises goes through."""

    def write(self, piece: bytes, /) -> int:
        """Take a piece; its length."""
        ...


def seal(pieces: Iterable[bytes], to: Recipient, out: Sink) -> None:
    """Write the file that holds `pieces` to `out`; only the identity behind `to` opens it.

    What `pieces` and `out` raise goes through.
    """
    source, target = _Source(pieces), _Target(out)
    _run(pyrage.encrypt_io, source, target, [x25519.Recipient.from_str(to.text)])


def unseal(file: BinaryIO, by: Identity, out: Sink, name: str) -> None:
    """Write what the age file `file` holds to `out`.

    Raises InvalidInputError naming `name` when it is no age file, was sealed to another, was altered or cut short; and
    what `file` and `out` raise.
    """
    source, target = _File(file), _Target(out)
    try:
        _run(pyrage.decrypt_io, source, target, [x25519.Identity.from_str(by.text)])
    except (pyrage.DecryptError, OSError) as error:
        if error is source.error or error is target.error:
            raise
        raise _not_opened(name) from None


def seal_by_passphrase(content: bytes, passphrase: bytes) -> bytes:
    """The age file that holds `content` under a passphrase (UTF-8), which scrypt stretches for about half a second."""
    return bytes(by_passphrase.encrypt(content, passphrase.decode()))


def unseal_by_passphrase(sealed: bytes, passphrase: bytes, name: str) -> bytes:
    """What such a file holds; raises InvalidInputError naming `name` when it does not open."""
    try:
        return bytes(by_passphrase.decrypt(sealed, passphrase.decode()))
    except (pyrage.DecryptError, ValueError):
        raise _not_opened(name) from None


class _Remembering:
    """Whatever goes wrong on this side, as it was raised: on its way through the library it may lose its kind."""

    error: BaseException | None = None

    def _attempt(self, work: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return work(*arguments)
        except BaseException as error:
            self.error = error
            raise


class _Source(_Remembering):
    """Pieces of any length, as a file to read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held = b""

    def read(self, size: int) -> bytes:
        while not self._held:
            piece = self._attempt(next, self._pieces, None)
            if piece is None:
                return b""
            self._held = piece
        taken, self._held = self._held[:size], self._held[size:]
        return taken


class _File(_Remembering):
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        taken: bytes = self._attempt(self._file.read, size)
        return taken


class _Target(_Remembering):
    def __init__(self, out: Sink) -> None:
        self._out = out

    def write(self, piece: bytes) -> int:
        self._attempt(self._out.write, piece)
        return len(piece)

    def flush(self) -> None:
        """Whoever opened the file flushes it."""


def _run(work: Callable[..., None], source: _Remembering, target: _Remembering, keys: list[Any]) -> None:
    """Do the library's work. What went wrong on a side of ours is raised as it was, also where the library kept silent.

    It writes through a buffer, and drops an error that comes when the last of it is written.
    """
    try:
        work(source, target, keys)
    finally:
        for side in (source, target):
            if side.error is not None:
                raise side.error from None


def _not_opened(name: str) -> InvalidInputError:
    return invalid(
        name,
        "打不开：不是加密给这把密钥或这个口令的，或者内容被改动、截短",
        "it does not open: it was not sealed to this key or passphrase, or it was altered or cut short",
        "请核对密钥文件与口令；文件损坏时请用另一份备份",
        "Check the key file and its passphrase; if the file is damaged, take another copy of it",
    )

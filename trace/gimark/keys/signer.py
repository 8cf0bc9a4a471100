"""Who signs codes: a key held in memory, or a hardware module that answers the same three questions."""

from typing import Protocol, runtime_checkable

from gimark.keys import ed25519

ED25519 = "ed25519"


class Signer(Protocol):
    """A private key that never leaves its holder. One kid means one key and one algorithm, for life."""

    @property
    def kid(self) -> str:
        """The key's id: 4 lower-case hex digits."""
        ...

    @property
    def alg(self) -> str:
        """`ed25519`, `p256` or `sm2-sm3`; the algorithm is never on the wire."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of `message`."""
        ...


@runtime_checkable
class RowSigner(Protocol):
    """A signer that can sign many messages of one length faster than one by one."""

    def sign_rows(self, rows: bytes, size: int) -> bytes:
        """64 bytes for each message of `size` bytes in `rows`."""
        ...


def sign_rows(signer: Signer, rows: bytes, size: int) -> bytes:
    """The signatures, 64 bytes each, of the messages of `size` bytes that stand one after another in `rows`."""
    if isinstance(signer, RowSigner):
        return signer.sign_rows(rows, size)
    return b"".join([signer.sign(rows[at : at + size]) for at in range(0, len(rows), size)])


class Ed25519Signer:
    """An Ed25519 key in this process's memory.

    It can be pickled, so that a pool's worker processes sign with it; the pickle holds the private key and must go
    nowhere else.
    """

    __slots__ = ("_secret", "_seed", "alg", "kid", "public")

    def __init__(self, kid: str, seed: bytes) -> None:
        """`seed` is the 32-byte private key of RFC 8032; raises ValueError on any other length."""
        if len(seed) != ed25519.SEED_SIZE:
            raise ValueError("an Ed25519 seed has 32 bytes")
        self.kid = kid
        self.alg = ED25519
        self._seed = seed
        self.public, self._secret = ed25519.key_pair(seed)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of `message`; the same message gives the same bytes."""
        return ed25519.sign(message, self._secret)

    def sign_rows(self, rows: bytes, size: int) -> bytes:
        """64 bytes for each message of `size` bytes in `rows`."""
        return ed25519.sign_rows(rows, size, self._secret)

    def __repr__(self) -> str:
        return f"Ed25519Signer(kid={self.kid!r})"

    def __reduce__(self) -> tuple[type["Ed25519Signer"], tuple[str, bytes]]:
        return Ed25519Signer, (self.kid, self._seed)

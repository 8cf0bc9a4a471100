"""The signer in memory."""

import pickle

import pytest

from gimark.keys import ed25519
from gimark.keys.signer import Ed25519Signer, Signer, sign_rows


def test_signs_with_its_own_key() -> None:
    signer: Signer = Ed25519Signer("00af", b"\x01" * 32)
    public, _ = ed25519.key_pair(b"\x01" * 32)
    assert (signer.kid, signer.alg) == ("00af", "ed25519")
    assert ed25519.verify(public, b"message", signer.sign(b"message"))


def test_crosses_to_another_process_whole() -> None:
    signer = Ed25519Signer("00af", b"\x01" * 32)
    other = pickle.loads(pickle.dumps(signer))  # noqa: S301 - what this process has just written
    assert other.kid == "00af"
    assert other.sign(b"message") == signer.sign(b"message")


def test_never_shows_its_key() -> None:
    seed = bytes(range(32))
    shown = repr(Ed25519Signer("0001", seed))
    assert seed.hex() not in shown
    assert repr(seed) not in shown


def test_refuses_a_seed_of_another_length() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Ed25519Signer("0001", b"\x01" * 31)


class HardwareModule:
    """A signer that only signs one by one."""

    def __init__(self) -> None:
        self.inner = Ed25519Signer("00af", b"\x01" * 32)
        self.kid, self.alg = self.inner.kid, self.inner.alg

    def sign(self, message: bytes) -> bytes:
        return self.inner.sign(message)


def test_a_signer_without_a_fast_way_signs_rows_too() -> None:
    module = HardwareModule()
    assert sign_rows(module, b"abcdef", 2) == b"".join(map(module.sign, (b"ab", b"cd", b"ef")))
    assert sign_rows(module, b"abcdef", 2) == sign_rows(module.inner, b"abcdef", 2)

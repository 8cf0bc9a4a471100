"""The age format: what the tool `age` made is opened, every damage is found, and keys have one spelling."""

import io
from base64 import b64decode
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.errors import InvalidInputError
from gimark.keys.age import Identity, Recipient, seal, seal_by_passphrase, unseal, unseal_by_passphrase

# The example of the specification, https://c2sp.org/age.
IDENTITY = Identity("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX")
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
OTHER = Identity.new()
PASSPHRASE = b"invented, for tests alone"
CHUNK_SIZE = 65_536
# `age -r …` and `age -p` of version 1.1.1 made these from the text below.
BY_AGE = (
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBHNlFQZDJJS3hjTXVITi9uZE9CbS93bDE3QzVVOS9tRkcxT2JPcVdmTG13CjhZQ1l0"
    "WDI2L1F1TFFwUjlPSzdueStKaWxjbWc4bFgweEtUV1VSTFVSdUUKLS0tIGxwSysrWjBFMmxNa3pTcWxadkpoK3lXaktrWWVJcjJXcTlmd04r"
    "R2tNVFUKRq8WK/yVhlQ79JnDFP6LhMRyR3Mi8o15Pz0hBvQ8kBMrVPF32jPaU5owxJfmd7jxJwPrqaEMIUaj1A=="
)
BY_AGE_PASSPHRASE = (
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCAralJFM29UbXg2TmY4cVJPUlh5djRRIDE4CngxOEZ4TmhLZkdJME9DV0dXMlg4djA2"
    "TkR6UUR0bm9sdzJuN2Y4VS9QamcKLS0tIFBoOVg3eHZzOVF6QlJwUzhnTkF1cE5yOUNsVjRab2kvWldYanNHNTc2azAKHZfx7VrI/T8wpyU+"
    "f8fG0yAsc/rpHGIexsnPi+k+dA6enyMSDnbhu62qm1lfp99ZcDRgj1+sAmPyeQ=="
)
TEXT = "云溪香菇 gi-nonces/v1\n".encode()


class Collected(list[bytes]):
    """Takes what an opened file holds."""

    def write(self, piece: bytes) -> int:
        self.append(piece)
        return len(piece)

    def __bytes__(self) -> bytes:
        return b"".join(self)


def sealed_to(recipient: Recipient, *pieces: bytes) -> bytes:
    out = Collected()
    seal(pieces, recipient, out)
    return bytes(out)


def opened(sealed: bytes, by: Identity) -> bytes:
    out = Collected()
    unseal(io.BytesIO(sealed), by, out, "x")
    return bytes(out)


def test_the_keys_of_the_specification_are_read_and_written() -> None:
    assert str(IDENTITY.recipient) == RECIPIENT
    assert Recipient(RECIPIENT) == IDENTITY.recipient
    assert IDENTITY.text not in repr(IDENTITY)


def test_what_the_tool_age_sealed_is_opened() -> None:
    assert opened(b64decode(BY_AGE), IDENTITY) == TEXT
    assert unseal_by_passphrase(b64decode(BY_AGE_PASSPHRASE), PASSPHRASE, "x") == TEXT


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE])
def test_what_is_sealed_comes_out_whole_at_every_length(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    sealed = sealed_to(IDENTITY.recipient, content[:7], b"", content[7:])
    assert opened(sealed, IDENTITY) == content
    with pytest.raises(InvalidInputError, match="not sealed to this key"):
        opened(sealed, OTHER)


def test_a_passphrase_opens_what_it_sealed_and_another_does_not() -> None:
    sealed = seal_by_passphrase(TEXT, PASSPHRASE)
    assert unseal_by_passphrase(sealed, PASSPHRASE, "x") == TEXT
    for wrong in (b"invented, for tests alonf", b"\xff\xfe not a text"):
        with pytest.raises(InvalidInputError, match="passphrase"):
            unseal_by_passphrase(sealed, wrong, "x")


@given(st.data())
def test_no_byte_can_be_changed_and_none_be_missing_at_the_end(data: st.DataObject) -> None:
    sealed = b64decode(BY_AGE)
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytearray(sealed)
    changed[at] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(changed), sealed[:at], sealed + b"x"):
        with pytest.raises(InvalidInputError, match="does not open"):
            opened(damaged, IDENTITY)


def test_a_file_that_ends_with_a_whole_chunk_missing_is_cut_short() -> None:
    sealed = sealed_to(IDENTITY.recipient, bytes(3 * CHUNK_SIZE))
    with pytest.raises(InvalidInputError, match="cut short"):
        opened(sealed[: -CHUNK_SIZE - 16], IDENTITY)


def test_sealing_reads_little_further_than_it_writes() -> None:
    asked, written = 0, 0

    class Counting:
        def write(self, piece: bytes) -> int:
            nonlocal written
            written += len(piece)
            assert asked * CHUNK_SIZE <= written + 4 * CHUNK_SIZE
            return len(piece)

    def content() -> Iterator[bytes]:
        nonlocal asked
        for _ in range(50):
            asked += 1
            yield bytes(CHUNK_SIZE)

    seal(content(), IDENTITY.recipient, Counting())
    assert asked == 50


class Stop(Exception):  # noqa: N818 - anything that a caller may raise
    """Nobody's error but the caller's."""


@pytest.mark.parametrize("error", [Stop, OSError(28, "No space left on device"), KeyboardInterrupt])
def test_what_goes_wrong_on_either_side_goes_through_as_it_is(error: BaseException | type[BaseException]) -> None:
    class Refusing:
        def write(self, piece: bytes) -> int:
            raise error

    class Unreadable(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise error

    def content() -> Iterator[bytes]:
        yield b"x"
        raise error

    kind = error if isinstance(error, type) else type(error)
    works: tuple[Callable[[], None], ...] = (
        lambda: seal(content(), IDENTITY.recipient, Collected()),
        lambda: seal([b"x"], IDENTITY.recipient, Refusing()),
        lambda: unseal(io.BytesIO(b64decode(BY_AGE)), IDENTITY, Refusing(), "x"),
        lambda: unseal(Unreadable(), IDENTITY, Collected(), "x"),
    )
    for work in works:
        with pytest.raises(kind) as raised:
            work()
        assert raised.type is kind


@pytest.mark.parametrize(
    "text",
    ["", "age1", RECIPIENT[:-1], RECIPIENT[:-1] + "q", RECIPIENT.replace("age1", "ago1"), "ssh-ed25519 AAAA"],
)
def test_a_mistyped_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a recipient"):
        Recipient(text)
    with pytest.raises(ValueError, match="not an identity"):
        Identity(text)

"""The age format: what the tool `age` made is opened, every damage is found, and keys have one spelling."""

import io
from base64 import b64decode
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gimark.errors import InvalidInputError
from gimark.keys import age, bech32
from gimark.keys.age import CHUNK_SIZE, Identity, Passphrase, Recipient, seal, seal_small, unseal, unseal_small

# The example of the specification, https://c2sp.org/age.
IDENTITY = Identity.parse("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX")
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
OTHER = Identity(bytes(range(32)))
PASSPHRASE = Passphrase(b"invented, for tests alone")
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


def test_the_keys_of_the_specification_are_read_and_written() -> None:
    assert str(IDENTITY.recipient) == RECIPIENT
    assert Recipient.parse(RECIPIENT) == IDENTITY.recipient
    assert Identity.parse(IDENTITY.text) == IDENTITY


def test_what_the_tool_age_sealed_is_opened() -> None:
    assert unseal_small(b64decode(BY_AGE), IDENTITY, "x") == TEXT
    assert unseal_small(b64decode(BY_AGE_PASSPHRASE), PASSPHRASE, "x") == TEXT


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 2 * CHUNK_SIZE])
def test_what_is_sealed_comes_out_whole_at_every_length(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    sealed = b"".join(seal([content[:7], b"", content[7:]], IDENTITY.recipient))
    assert unseal_small(sealed, IDENTITY, "x") == content
    with pytest.raises(InvalidInputError, match="not sealed to this key"):
        unseal_small(sealed, OTHER, "x")


def test_a_passphrase_opens_what_it_sealed_and_another_does_not() -> None:
    sealed = seal_small(TEXT, PASSPHRASE)
    assert unseal_small(sealed, PASSPHRASE, "x") == TEXT
    with pytest.raises(InvalidInputError, match="passphrase"):
        unseal_small(sealed, Passphrase(b"invented, for tests alonf"), "x")


@given(st.data())
def test_no_byte_can_be_changed_and_none_be_missing_at_the_end(data: st.DataObject) -> None:
    sealed = seal_small(TEXT, IDENTITY.recipient)
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytearray(sealed)
    changed[at] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(changed), sealed[:at], sealed + b"x"):
        with pytest.raises(InvalidInputError):
            unseal_small(damaged, IDENTITY, "x")


def test_a_file_that_ends_with_a_whole_chunk_missing_is_cut_short() -> None:
    sealed = seal_small(bytes(3 * CHUNK_SIZE), IDENTITY.recipient)
    read = unseal(io.BytesIO(sealed[: -CHUNK_SIZE - 16]), IDENTITY, "x")
    assert next(read) == bytes(CHUNK_SIZE)
    with pytest.raises(InvalidInputError, match="cut short"):
        next(read)


def test_sealing_reads_no_further_ahead_than_a_chunk() -> None:
    asked = 0

    def content() -> Iterator[bytes]:
        nonlocal asked
        for _ in range(50):
            asked += 1
            yield bytes(CHUNK_SIZE)

    pieces = seal(content(), IDENTITY.recipient)
    for given_out in range(10):
        next(pieces)
        assert asked <= given_out + 1


def test_a_work_factor_that_would_take_for_ever_is_refused_before_it_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal_small(TEXT, PASSPHRASE)
    dear = sealed.replace(f" {age.WORK_FACTOR}\n".encode(), b" 30\n", 1)
    monkeypatch.setattr(age, "Scrypt", None)
    with pytest.raises(InvalidInputError, match="header"):
        unseal_small(dear, PASSPHRASE, "x")


@pytest.mark.parametrize(
    "text",
    ["", "age1", RECIPIENT[:-1], RECIPIENT[:-1] + "q", RECIPIENT.replace("age1", "ago1"), RECIPIENT[:9] + "B" * 53],
)
def test_a_mistyped_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Bech32|case"):
        Recipient.parse(text)


@given(st.binary(max_size=80))
def test_bech32_gives_back_what_it_wrote_and_finds_one_wrong_character(data: bytes) -> None:
    text = bech32.encode("age", data)
    assert bech32.decode("age", text) == bech32.decode("age", text.upper()) == data
    other = "q" if text[-1] != "q" else "p"
    with pytest.raises(ValueError, match="Bech32"):
        bech32.decode("age", text[:-1] + other)

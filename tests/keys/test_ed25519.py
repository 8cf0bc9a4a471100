"""Ed25519: RFC 8032's vectors, and the edge cases that the token format fixes."""

import pytest

from gimark.keys import ed25519

L = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19

RFC_8032 = [  # section 7.1, TEST 1 to 3: seed, public key, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]

# The eight points of small order and their second encodings: who accepts one as a key lets anyone sign for it.
SMALL_ORDER = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_signs_and_verifies_as_rfc_8032_prints(seed: str, public: str, message: str, signature: str) -> None:
    made_public, secret = ed25519.key_pair(bytes.fromhex(seed))
    assert made_public.hex() == public
    assert ed25519.sign(bytes.fromhex(message), secret).hex() == signature
    assert ed25519.verify(made_public, bytes.fromhex(message), bytes.fromhex(signature))


def test_every_flipped_bit_of_a_signature_is_refused() -> None:
    public, secret = ed25519.key_pair(b"\x07" * 32)
    signature = ed25519.sign(b"message", secret)
    for bit in range(512):
        forged = bytearray(signature)
        forged[bit // 8] ^= 1 << bit % 8
        assert not ed25519.verify(public, b"message", bytes(forged)), bit


def test_a_signature_with_the_order_added_to_s_is_refused() -> None:
    public, secret = ed25519.key_pair(b"\x07" * 32)
    signature = ed25519.sign(b"message", secret)
    s = int.from_bytes(signature[32:], "little") + L
    assert not ed25519.verify(public, b"message", signature[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_a_small_order_key_verifies_nothing(point: str) -> None:
    # With A and R of small order and S = 0 the equation holds for many messages; cofactorless luck included.
    public = bytes.fromhex(point)
    for r in SMALL_ORDER:
        for message in (b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h"):
            assert not ed25519.verify(public, message, bytes.fromhex(r) + bytes(32))


def test_a_small_order_r_is_refused_even_when_the_equation_holds() -> None:
    # R is the identity and S = k·a: a true equation, made by the key's own holder, with a nonce of zero.
    import hashlib

    seed = b"\x07" * 32
    public, _ = ed25519.key_pair(seed)
    clamped = bytearray(hashlib.sha512(seed).digest()[:32])
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    identity = bytes.fromhex(SMALL_ORDER[2])
    k = int.from_bytes(hashlib.sha512(identity + public + b"message").digest(), "little") % L
    s = k * int.from_bytes(clamped, "little") % L
    assert not ed25519.verify(public, b"message", identity + s.to_bytes(32, "little"))


def test_a_non_canonical_key_is_refused() -> None:
    # y = p + 3 fits in 255 bits: the same point as y = 3 with a second spelling.
    assert not ed25519.verify((P + 3).to_bytes(32, "little"), b"message", bytes(64))
    _, secret = ed25519.key_pair(b"\x07" * 32)
    assert not ed25519.verify((P + 3).to_bytes(32, "little"), b"message", ed25519.sign(b"message", secret))


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    public, secret = ed25519.key_pair(b"\x07" * 32)
    assert not ed25519.verify(public, b"", (ed25519.sign(b"", secret) + b"\x00")[:length])
    assert not ed25519.verify(public + b"\x00", b"", ed25519.sign(b"", secret))


def test_signing_rows_gives_the_same_bytes_as_one_by_one() -> None:
    public, secret = ed25519.key_pair(b"\x07" * 32)
    rows = bytes(range(256)) * 3
    signatures = ed25519.sign_rows(rows, 96, secret)
    assert len(signatures) == 8 * 64
    for number in range(8):
        message, signature = rows[number * 96 : number * 96 + 96], signatures[number * 64 : number * 64 + 64]
        assert signature == ed25519.sign(message, secret)
        assert ed25519.verify(public, message, signature)


@pytest.mark.parametrize("size", [-1, 0, 7, 200])
def test_rows_that_do_not_divide_are_refused(size: int) -> None:
    _, secret = ed25519.key_pair(b"\x07" * 32)
    with pytest.raises(ValueError, match="whole number"):
        ed25519.sign_rows(bytes(100), size, secret)

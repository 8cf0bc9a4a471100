"""The permutation behind serials, against NIST's samples by way of an independent reference, and the golden file."""

import json
import math
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from gimark.codes.cipher import SerialCipher
from gimark.codes.serial import ALPHABET, check_value

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))
MASTER = bytes.fromhex(GOLDEN["serial_master_hex"])
ORIGIN = GOLDEN["origin"]
CIPHER = SerialCipher(MASTER, ORIGIN)

runs = st.integers(0, 2**24 - 1)
indices = st.integers(0, 2**24 - 1)


def reference_ff1(key: bytes, radix: int, tweak: bytes, digits: list[int]) -> list[int]:
    """FF1.Encrypt, SP 800-38G algorithm 7, step by step, for any radix and tweak; slow."""

    def number(values: list[int]) -> int:
        total = 0
        for value in values:
            total = total * radix + value
        return total

    def written(value: int, length: int) -> list[int]:
        return [value // radix ** (length - 1 - place) % radix for place in range(length)]

    def aes(block: bytes) -> bytes:
        return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)  # noqa: S305 - the bare block cipher

    def prf(data: bytes) -> bytes:
        state = bytes(16)
        for at in range(0, len(data), 16):
            state = aes(bytes(a ^ b for a, b in zip(state, data[at : at + 16], strict=True)))
        return state

    n, t = len(digits), len(tweak)
    u = n // 2
    v = n - u
    left, right = digits[:u], digits[u:]
    b = math.ceil(math.ceil(v * math.log2(radix)) / 8)
    d = 4 * math.ceil(b / 4) + 4
    p = bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([10, u % 256]) + n.to_bytes(4, "big") + t.to_bytes(4, "big")
    for i in range(10):
        q = tweak + bytes((-t - b - 1) % 16) + bytes([i]) + number(right).to_bytes(b, "big")
        r = prf(p + q)
        s = r + b"".join(
            aes(bytes(x ^ y for x, y in zip(r, j.to_bytes(16, "big"), strict=True)))
            for j in range(1, math.ceil(d / 16))
        )
        m = u if i % 2 == 0 else v
        c = (number(left) + int.from_bytes(s[:d], "big")) % radix**m
        left, right = right, written(c, m)
    return left + right


@pytest.mark.parametrize(
    ("radix", "tweak", "plain", "encrypted"),
    [  # NIST, "FF1 Samples", AES-128: samples 1, 2 and 3
        (10, "", "0123456789", "2433477484"),
        (10, "39383736353433323130", "0123456789", "6124200773"),
        (36, "3737373770717273373737", "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
    ],
)
def test_the_reference_agrees_with_nist(radix: int, tweak: str, plain: str, encrypted: str) -> None:
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    made = reference_ff1(key, radix, bytes.fromhex(tweak), [int(c, 36) for c in plain])
    assert made == [int(c, 36) for c in encrypted]


def reference_serial(run: int, index: int) -> str:
    key = HKDF(SHA256(), 16, b"", b"gi/v1/serial/" + ORIGIN.encode()).derive(MASTER)
    plain = run << 36 | index << 12
    digits = reference_ff1(key, 32, b"", [plain >> 5 * (11 - place) & 31 for place in range(12)])
    return "".join(ALPHABET[d] for d in [*digits, check_value(bytes(digits))])


@given(runs, indices)
def test_serials_agree_with_the_reference(run: int, index: int) -> None:
    assert CIPHER.encode(run, index, 1).tobytes().decode() == reference_serial(run, index)


@pytest.mark.parametrize("case", GOLDEN["serials"], ids=lambda case: case["serial"])
def test_golden_serials_and_nonces(case: dict[str, str | int]) -> None:
    run, index = int(case["run"]), int(case["index"])
    assert CIPHER.encode(run, index, 1).tobytes().decode() == case["serial"]
    assert CIPHER.nonces(run, index, 1).tobytes().hex() == case["nonce_hex"]
    assert CIPHER.decode(str(case["serial"])) == (run, index)


@given(runs, indices)
def test_decoding_undoes_encoding(run: int, index: int) -> None:
    serial = CIPHER.encode(run, index, 1).tobytes()
    assert CIPHER.decode(serial) == CIPHER.decode(serial.decode()) == (run, index)


@given(runs, st.integers(0, 2**24 - 300), st.integers(0, 300))
def test_a_stretch_is_the_same_as_one_by_one(run: int, first: int, count: int) -> None:
    serials = CIPHER.encode(run, first, count)
    nonces = CIPHER.nonces(run, first, count)
    assert serials.shape == (count, 13)
    assert nonces.shape == (count, 16)
    for row in range(0, count, 37):
        assert serials[row].tobytes() == CIPHER.encode(run, first + row, 1).tobytes()
        assert nonces[row].tobytes() == CIPHER.nonces(run, first + row, 1).tobytes()


def test_a_run_has_no_serial_twice() -> None:
    serials = np.unique(CIPHER.encode(42, 0, 200_000).view("S13"))
    assert len(serials) == 200_000


def test_another_secret_or_origin_gives_other_serials_that_do_not_decode_here() -> None:
    for other in (SerialCipher(bytes(32), ORIGIN), SerialCipher(MASTER, "gi.example.com")):
        strange = other.encode(42, 0, 1000)
        assert not (strange == CIPHER.encode(42, 0, 1000)).all(axis=1).any()
        decoded = [CIPHER.decode(row.tobytes()) for row in strange]
        assert sum(place is not None for place in decoded) <= 5


def test_an_invented_serial_decodes_once_in_4096() -> None:
    rng = np.random.default_rng(20261122)
    digits = rng.integers(0, 32, (40_960, 12), dtype=np.uint8)
    lucky = 0
    for row in digits:
        serial = "".join(ALPHABET[d] for d in row) + ALPHABET[check_value(row.tobytes())]
        lucky += CIPHER.decode(serial) is not None
    assert lucky <= 30  # expected 10


@pytest.mark.parametrize(
    "serial", ["", "38GPERNQBQTS", "38GPERNQBQTSB", "38gpernqbqtsa", "３８ＧＰＥＲＮＱＢＱＴＳＡ", b"\xff" * 13]
)
def test_what_is_no_serial_decodes_to_nothing(serial: str | bytes) -> None:
    assert CIPHER.decode(serial) is None


@pytest.mark.parametrize(
    ("run", "first", "count"), [(-1, 0, 1), (2**24, 0, 1), (0, -1, 1), (0, 2**24, 1), (0, 0, 2**24 + 1), (0, 0, -1)]
)
def test_beyond_24_bits_is_refused(run: int, first: int, count: int) -> None:
    with pytest.raises(ValueError, match="24 bits"):
        CIPHER.encode(run, first, count)
    with pytest.raises(ValueError, match="24 bits"):
        CIPHER.nonces(run, first, count)


def test_many_threads_share_one_cipher() -> None:
    expected = CIPHER.encode(7, 0, 500)
    expected_rows = [row.tobytes() for row in expected[:200]]

    def work(_: int) -> bool:
        return all(
            (CIPHER.encode(7, 0, 500) == expected).all()
            and all(CIPHER.decode(serial) == (7, index) for index, serial in enumerate(expected_rows))
            for _ in range(10)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(16)))


def test_crosses_to_another_process_whole_and_never_shows_its_secret() -> None:
    other = pickle.loads(pickle.dumps(CIPHER))  # noqa: S301 - what this process has just written
    assert (other.encode(42, 0, 10) == CIPHER.encode(42, 0, 10)).all()
    assert repr(CIPHER) == "SerialCipher(origin='gi.example.cn')"


def test_refuses_a_master_of_another_length() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SerialCipher(bytes(16), ORIGIN)

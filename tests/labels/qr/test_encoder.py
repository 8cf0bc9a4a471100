"""The bulk encoder equals python-qrcode bit for bit, and what it draws is decoded by another library."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode.constants import ERROR_CORRECT_M

from labels.errors import CarrierError
from labels.qr import Encoder, Level, version_for
from labels.qr.symbolmap import reference_matrix

LEVELS: tuple[Level, ...] = ("L", "M", "Q", "H")
URI = (
    b"https://gi.yunxi.example/01/09521123000262/10/26-112/21/38GPERNQBQTSA?s="
    b"AQABIN4FQWemCn66u4A6BbPLMpACYt3zTmUBcLm4y_HI-vJzFXV25xK19K938O9Smy4LqTWJhsnw66kRNKve1MGzBg"
)
encoder = cache(Encoder)


def symbols(version: int, level: Level, payloads: list[bytes]) -> np.ndarray:
    """(n, size, size) of 0 and 1."""
    drawn = encoder(version, level)
    rows = np.array([list(payload) for payload in payloads], np.uint8).reshape(len(payloads), -1)
    return np.unpackbits(drawn.matrices(rows), axis=2, count=drawn.size)


@given(st.integers(1, 15), st.sampled_from(LEVELS), st.data())
@settings(max_examples=30, deadline=None)
def test_equals_python_qrcode(version: int, level: Level, data: st.DataObject) -> None:
    longest = encoder(version, level).longest
    # python-qrcode itself cannot divide a Reed-Solomon block of zeros.
    payload = data.draw(st.binary(min_size=1, max_size=longest)).replace(b"\0", b"\1")
    assert (symbols(version, level, [payload])[0] == reference_matrix(payload, version, level)).all()


def test_equals_add_data_without_optimising_for_a_code_of_ours() -> None:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(URI.decode(), optimize=0)
    code.make(fit=True)
    assert code.version == version_for(len(URI), "M") == 9
    assert (symbols(9, "M", [URI])[0] == np.array(code.modules)).all()


@pytest.mark.parametrize("payload", [b"\x00" * 60, b"\xff" * 60, b"U" * 60, b"\xec\x11" * 30])
def test_a_payload_full_of_runs_gets_the_same_mask(payload: bytes) -> None:
    assert (symbols(9, "M", [payload])[0] == reference_matrix(payload, 9, "M")).all()


def test_every_member_of_several_chunks_is_its_own_symbol() -> None:
    payloads = [URI[:-20] + str(10**19 + i).encode() for i in range(1100)]
    many = symbols(9, "M", payloads)
    for i in (0, 511, 512, 1023, 1024, 1099):
        assert (many[i] == symbols(9, "M", [payloads[i]])[0]).all()
    assert len({matrix.tobytes() for matrix in many}) == 1100


@pytest.mark.parametrize(("version", "level"), [(9, "M"), (12, "Q"), (14, "H")])
def test_an_independent_reader_decodes_it(version: int, level: Level) -> None:
    image = np.kron(1 - np.pad(symbols(version, level, [URI])[0], 4), np.full((4, 4), 255)).astype(np.uint8)
    assert [found.bytes for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)] == [URI]


def test_no_payloads_give_no_symbols() -> None:
    assert encoder(9, "M").matrices(np.zeros((0, 162), np.uint8)).shape == (0, 53, 7)


def test_threads_can_share_an_encoder() -> None:
    shared = Encoder(9, "M")
    rows = np.frombuffer(b"".join(URI[:-4] + b"%04d" % i for i in range(600)), np.uint8).reshape(600, -1)
    expected = encoder(9, "M").matrices(rows)
    with ThreadPoolExecutor(4) as pool:
        for drawn in pool.map(shared.matrices, [rows] * 8):
            assert (drawn == expected).all()


def test_a_payload_that_is_too_long_names_the_capacity() -> None:
    with pytest.raises(CarrierError) as refused:
        symbols(9, "M", [b"x" * 181])
    assert "180" in str(refused.value)
    assert refused.value.faults[0].field == "payload"


def test_version_for_finds_the_smallest_version() -> None:
    assert [version_for(length, "M") for length in (14, 15, 162, 180, 181)] == [1, 2, 9, 9, 10]
    with pytest.raises(CarrierError):
        version_for(5000, "L")
    with pytest.raises(CarrierError):
        Encoder(41, "M")

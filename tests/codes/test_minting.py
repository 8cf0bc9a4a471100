"""Codes in bulk: golden URIs, the same bytes every time, every signature good, and rows a spreadsheet can read."""

import csv
import io
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from gimark.codes.cipher import SerialCipher
from gimark.codes.minting import CSV_HEADER, csv_part, csv_rows, mint, typed_rows
from gimark.codes.run import CHUNK, RunCodes
from gimark.codes.serial import typed_form
from gimark.codes.uri import CodeUri, parse_uri
from gimark.keys import ed25519
from gimark.keys.signer import Ed25519Signer

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text(encoding="utf-8"))
CIPHER = SerialCipher(bytes.fromhex(GOLDEN["serial_master_hex"]), GOLDEN["origin"])
SIGNER = Ed25519Signer("0001", bytes.fromhex(GOLDEN["issuing_key"]["seed_hex"]))
RUN = RunCodes(GOLDEN["origin"], GOLDEN["hosts"][0], "09521234500018", "YX26A0317", 42, 1000, "0001")


def test_golden_codes() -> None:
    minted = mint(RUN, CIPHER, SIGNER, 0, 1000)
    for case in GOLDEN["codes"]:
        assert minted.serials[case["index"]].tobytes().decode() == case["serial"]
        assert minted.uris[case["index"]].tobytes().decode() == case["uri"]
    assert minted.uris.shape == (1000, 162)


def test_every_code_of_a_stretch_across_chunks_is_its_own_and_signed() -> None:
    run = replace(RUN, count=CHUNK + 300, kid="00af")
    signer = Ed25519Signer("00af", b"\x05" * 32)
    minted = mint(run, CIPHER, signer, 200, CHUNK + 100)
    assert (minted.first, minted.serials.shape) == (200, (CHUNK + 100, 13))
    for row in (0, 1, CHUNK - 1, CHUNK, CHUNK + 99):
        read = parse_uri(minted.uris[row].tobytes())
        assert isinstance(read, CodeUri)
        assert CIPHER.decode(read.code.serial) == (42, 200 + row)
        assert minted.serials[row].tobytes().decode() == read.code.serial
        assert read.code.token is not None
        assert read.code.token.kid == "00af"
        message = read.code.message(run.origin, "00af")
        assert ed25519.verify(signer.public, message, read.code.token.signature)


def test_the_same_stretch_is_the_same_bytes_however_it_is_cut() -> None:
    whole = csv_part(RUN, CIPHER, SIGNER, 0, 700)
    assert whole == csv_part(RUN, CIPHER, SIGNER, 0, 1) + csv_part(RUN, CIPHER, SIGNER, 1, 699)


def test_worker_processes_give_the_same_bytes_in_order() -> None:
    firsts = range(0, 1000, 250)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        parts = [pool.submit(csv_part, RUN, CIPHER, SIGNER, first, 250) for first in firsts]
        made = b"".join(part.result() for part in parts)
    assert made == csv_part(RUN, CIPHER, SIGNER, 0, 1000)


def test_rows_are_what_a_spreadsheet_reads() -> None:
    data = CSV_HEADER + csv_rows(mint(RUN, CIPHER, SIGNER, 0, 3))
    rows = list(csv.DictReader(io.StringIO(data.decode("ascii"), newline="")))
    assert rows == [
        {
            "gtin": "09521234500018",
            "lot": "YX26A0317",
            "serial": case["serial"],
            "typed": case["printed"],
            "url": case["uri"],
        }
        for case in GOLDEN["codes"][:3]
    ]
    assert data.count(b"\r\n") == 4
    assert data.endswith(b"\r\n")


def test_typed_rows_are_the_typed_form() -> None:
    serials = CIPHER.encode(7, 0, 20)
    for serial, typed in zip(serials, typed_rows(serials), strict=True):
        assert typed.tobytes().decode() == typed_form(serial.tobytes().decode())


def test_no_code_comes_twice() -> None:
    minted = mint(RUN, CIPHER, SIGNER, 0, 1000)
    assert len(np.unique(minted.uris, axis=0)) == 1000


@pytest.mark.parametrize(("first", "count"), [(0, 1001), (1000, 1), (-1, 1), (0, 0)])
def test_codes_beyond_the_run_are_never_made(first: int, count: int) -> None:
    with pytest.raises(ValueError, match="not of a run"):
        mint(RUN, CIPHER, SIGNER, first, count)


def test_another_key_or_installation_does_not_mint_the_run() -> None:
    with pytest.raises(ValueError, match="signed by key 0001"):
        mint(RUN, CIPHER, Ed25519Signer("0002", b"\x05" * 32), 0, 1)
    with pytest.raises(ValueError, match="cannot serve"):
        mint(RUN, SerialCipher(bytes(32), "gi.example.com"), SIGNER, 0, 1)

"""Codes in bulk: serials, signatures and URIs of a stretch of one run, as byte matrices.

Signing is 95 % of the work and nothing here may add much to it: rows are laid out once per chunk and filled by column,
base64 is one call per chunk. The same run, keys and stretch give the same bytes, always, in any process; so a part can
be made again after a crash, and parts can be made side by side by a pool (every argument can be pickled).
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gimark.codes.cipher import SerialCipher
from gimark.codes.run import CHUNK, RunCodes
from gimark.codes.serial import GROUPS, LENGTH
from gimark.codes.token import SIGNATURE_SIZE, TOKEN_LENGTH, TOKEN_SIZE, VERSION
from gimark.keys.signer import Signer, sign_rows

CSV_HEADER = b"gtin,lot,serial,typed,url\r\n"
# base64 turns 3 bytes into 4 characters: rows padded to a multiple of 3 stay apart in one call.
_PADDED_SIZE = -(-TOKEN_SIZE // 3) * 3
_PADDED_LENGTH = _PADDED_SIZE // 3 * 4


@dataclass(frozen=True, slots=True, eq=False)
class Minted:
    """Codes first … first + n − 1 of `run`, ASCII: `serials` (n, 13), `uris` (n, run.uri_length)."""

    run: RunCodes
    first: int
    serials: NDArray[np.uint8]
    uris: NDArray[np.uint8]


def mint(run: RunCodes, cipher: SerialCipher, signer: Signer, first: int, count: int) -> Minted:
    """The signed codes of indices first … first + count − 1.

    Raises ValueError when the stretch, the cipher or the signer is not the run's own.
    """
    run.check_span(first, count)
    run.check_cipher(cipher)
    if signer.kid != run.kid:
        raise ValueError(f"the run is signed by key {run.kid}, not by {signer.kid}")
    serials = np.empty((count, LENGTH), np.uint8)
    uris = _row_template(run.uri_head + bytes(LENGTH) + b"?s=" + bytes(TOKEN_LENGTH), count)
    for start in range(0, count, CHUNK):
        rows = slice(start, min(start + CHUNK, count))
        serials[rows] = cipher.encode(run.run, first + start, rows.stop - start)
        uris[rows, -TOKEN_LENGTH:] = _tokens(run, signer, serials[rows])
    uris[:, len(run.uri_head) : len(run.uri_head) + LENGTH] = serials
    return Minted(run, first, serials, uris)


def csv_rows(minted: Minted) -> bytes:
    """The rows `gtin,lot,serial,typed,url` of RFC 4180 (no field needs quotes), each ended by CRLF; no header."""
    head = f"{minted.run.gtin},{minted.run.lot},".encode()
    typed = typed_rows(minted.serials)
    row = head + bytes(LENGTH) + b"," + bytes(typed.shape[1]) + b"," + bytes(minted.run.uri_length) + b"\r\n"
    rows = _row_template(row, len(minted.serials))
    at = len(head)
    for column in (minted.serials, typed, minted.uris):
        rows[:, at : at + column.shape[1]] = column
        at += column.shape[1] + 1
    return rows.tobytes()


def csv_part(run: RunCodes, cipher: SerialCipher, signer: Signer, first: int, count: int) -> bytes:
    """`csv_rows` of a stretch: one piece of work for a pool, bytes in order when the stretches are."""
    return csv_rows(mint(run, cipher, signer, first, count))


def typed_rows(serials: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The typed form of each serial, `38GP-ERNQ-BQTSA`: (n, 13) in, (n, 15) out, ASCII."""
    rows = np.full((len(serials), LENGTH + len(GROUPS) - 1), ord("-"), np.uint8)
    source = target = 0
    for size in GROUPS:
        rows[:, target : target + size] = serials[:, source : source + size]
        source, target = source + size, target + size + 1
    return rows


def _tokens(run: RunCodes, signer: Signer, serials: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The token of each serial: (n, 13) in, (n, 90) out, ASCII."""
    messages = run.messages(serials)
    signatures = sign_rows(signer, messages.tobytes(), messages.shape[1])
    raw = _row_template(bytes([VERSION]) + bytes.fromhex(run.kid) + bytes(_PADDED_SIZE - 3), len(serials))
    raw[:, 3:TOKEN_SIZE] = np.frombuffer(signatures, np.uint8).reshape(-1, SIGNATURE_SIZE)
    text = np.frombuffer(urlsafe_b64encode(raw.tobytes()), np.uint8)
    return text.reshape(-1, _PADDED_LENGTH)[:, :TOKEN_LENGTH]


def _row_template(row: bytes, count: int) -> NDArray[np.uint8]:
    """`count` copies of `row` to be filled by column."""
    rows = np.empty((count, len(row)), np.uint8)
    rows[:] = np.frombuffer(row, np.uint8)
    return rows

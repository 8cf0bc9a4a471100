"""One part of a print order: values in, bytes out, in any process; the same values give the same bytes.

It touches neither database nor clock, so a pool of processes can make parts side by side, and a part can be made again
after a crash without a byte of difference.
"""

import io
from dataclasses import dataclass
from pathlib import Path

from gimark.codes.cipher import SerialCipher
from gimark.codes.minting import csv_rows, mint
from gimark.codes.run import RunCodes
from gimark.files.folder import LocalFiles
from gimark.keys.signer import Signer
from labels.design import Design
from labels.part import PartJob, render_part
from labels.proof import ProofJob, prove, sample_pages

# Spread over the part, its first and last page always among them.
PROVED_PAGES = 8


@dataclass(frozen=True, slots=True)
class PartOrder:
    """Codes first … first + count − 1 of an issued run, with what is needed to sign, draw and keep them."""

    codes: RunCodes
    cipher: SerialCipher
    signer: Signer
    design: Design
    first: int
    count: int
    title: str
    files: Path
    cache: Path


@dataclass(frozen=True, slots=True)
class MadePart:
    """Digest and size of the part's PDF and of its rows for the print house's file."""

    pdf: tuple[str, int]
    rows: tuple[str, int]


def make_part(order: PartOrder) -> MadePart:
    """Sign, draw, decode what was drawn, and keep both files.

    Raises LabelError when an independent reader does not read from a drawn page what was meant.
    """
    minted = mint(order.codes, order.cipher, order.signer, order.first, order.count)
    pdf = render_part(PartJob(order.design, minted.uris, minted.serials, order.title, cache_dir=order.cache))
    proof = ProofJob(order.design.template, minted.uris, minted.serials)
    prove(pdf, proof, sample_pages(proof.pages, PROVED_PAGES))
    files = LocalFiles(order.files)
    kept = files.put(io.BytesIO(pdf))
    rows = files.put(io.BytesIO(csv_rows(minted)))
    return MadePart((kept.sha256, kept.size), (rows.sha256, rows.size))

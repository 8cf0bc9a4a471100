"""The issuing benchmark does the work that it times."""

import csv
import io
from pathlib import Path

from gimark.codes import commitment
from gimark.codes.minting import CSV_HEADER, csv_part
from gimark.codes.uri import CodeUri, parse_uri
from scripts.bench import issue
from scripts.bench.report import BenchOptions


def test_the_file_holds_codes_that_verify_whoever_wrote_which_part(tmp_path: Path) -> None:
    codes = issue._run_of(600)
    path = tmp_path / "codes.csv"
    path.write_bytes(CSV_HEADER)
    last, first = issue.issue_part(codes, path, 256, 344), issue.issue_part(codes, path, 0, 256)
    assert commitment.commit(codes, issue.CIPHER) == (commitment.root(first + last), first + last)
    assert path.read_bytes() == CSV_HEADER + csv_part(codes, issue.CIPHER, issue.SIGNER, 0, 600)
    table = list(csv.DictReader(io.StringIO(path.read_text(encoding="ascii"), newline="")))
    assert len({row["serial"] for row in table}) == 600
    read = parse_uri(table[299]["url"])
    assert isinstance(read, CodeUri)
    assert read.code.token is not None
    message = read.code.message(issue.ORIGIN, read.code.token.kid)
    assert issue.SIGNER.sign(message) == read.code.token.signature
    assert message == issue._messages(codes, 299, 1)[0]


def test_parts_cover_every_code_once() -> None:
    spans = list(issue._spans(10_000, 4096))
    assert spans == [(0, 4096), (4096, 4096), (8192, 1808)]


def test_a_report_names_its_peer_and_its_goal() -> None:
    report = issue.run(BenchOptions(n=512))
    one, small = report.rows
    assert one.peer is not None
    assert one.ratio is not None
    assert one.ratio > 0
    assert small.unit == "s CPU"

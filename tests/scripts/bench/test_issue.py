"""The issuing benchmark does the work that it times."""

import csv
import io

from gimark.codes import commitment
from gimark.codes.minting import CSV_HEADER
from gimark.codes.uri import CodeUri, parse_uri
from scripts.bench import issue
from scripts.bench.report import BenchOptions


def test_a_part_is_codes_that_verify_and_its_share_of_the_commitment() -> None:
    codes = issue._run_of(300)
    rows, blob = issue.issue_part(codes, 0, 300)
    assert commitment.commit(codes, issue.CIPHER) == (commitment.root(blob), blob)
    table = list(csv.DictReader(io.StringIO((CSV_HEADER + rows).decode(), newline="")))
    assert len({row["serial"] for row in table}) == 300
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

"""What is counted, added up over processes, and told to this machine alone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from api.counts import ENDED, FOLDER, Board, Counts
from api.main import application
from api.tally import BOUNDS_S, GROUPS, PAGES, Tally, group_of
from gimark.issuance.rules import RangeKind
from gimark.store.unit_of_work import Store
from tests.api.site import BASE, HOST, Site, running
from tests.county import County, make_county
from tests.scans.desk import uri_of

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def county(store: Store) -> County:
    return make_county(store)


@pytest.fixture
def site(county: County, tmp_path: Path) -> Iterator[Site]:
    with running(county, tmp_path / "site") as site:
        yield site


def here(site: Site, client: str = "127.0.0.1") -> TestClient:
    """Somebody at `client` who asks by a loopback name."""
    return TestClient(application(site.process), base_url="http://127.0.0.1:8000", client=(client, 40_000))


def told(site: Site) -> Samples:
    """Every sample that this machine is told."""
    site.process._put_up_counts()
    answer = here(site).get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_look_ups_are_counted_by_verdict_and_answers_by_group(county: County, site: Site) -> None:
    run = county.run(county.batch(), 100)
    county.change(run, RangeKind.ACTIVATE, (0, 9))
    for index in (0, 0, 50):
        assert site.get(uri_of(county, run, index)).status_code == 200
    site.get("/01/nonsense")
    site.client.get("/01/09521234500018", headers={"host": "elsewhere.example"})
    site.get("/no-such-page")
    samples = told(site)
    assert samples["gimark_lookups_total", (("reason", "authentic"),)] == 2
    assert samples["gimark_lookups_total", (("reason", "not_activated"),)] == 1
    assert samples["gimark_lookups_total", (("reason", "malformed"),)] == 1
    assert samples["gimark_answers_total", (("group", "codes"), ("status", "421"))] == 1
    assert samples["gimark_answers_total", (("group", "pages"), ("status", "404"))] == 1
    assert samples["gimark_answer_seconds_count", (("group", "codes"),)] == 5
    assert samples["gimark_answer_seconds_sum", (("group", "codes"),)] > 0
    buckets = [samples["gimark_answer_seconds_bucket", (("group", "codes"), ("le", str(b)))] for b in BOUNDS_S]
    assert buckets == sorted(buckets)


def test_the_state_of_the_installation_is_told(site: Site) -> None:
    samples = told(site)
    assert samples["gimark_database_up", ()] == 1
    assert samples["gimark_disk_free_bytes", ()] > 0
    assert samples["gimark_log_size", ()] >= samples["gimark_checkpoint_size", ()] > 0
    assert samples["gimark_checkpoint_age_seconds", ()] >= 0
    assert samples["gimark_jobs", (("state", "queued"),)] == 0
    assert samples["gimark_scan_queue_length", ()] == 0
    assert 0 <= samples["gimark_snapshot_age_seconds", ()] < 10
    assert samples["gimark_web_processes", ()] == 1
    assert samples["gimark_checks_dropped_total", ()] == 0
    assert samples["gimark_rate_limited_total", ()] == 0


def test_a_database_that_is_gone_is_told_and_the_rest_with_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.process._put_up_counts()
    monkeypatch.setattr("api.metrics.book.size", gone)
    text = here(site).get("/metrics").text
    assert "gimark_database_up 0.0" in text
    assert "gimark_disk_free_bytes" in text


def gone(_session: object) -> int:
    """The database does not answer."""
    from sqlalchemy.exc import OperationalError

    raise OperationalError("SELECT", {}, Exception("gone"))


def test_no_label_says_who_looked_at_what(county: County, site: Site) -> None:
    run = county.run(county.batch(), 100)
    uri = uri_of(county, run, 3)
    site.get(uri, **{"x-forwarded-for": "203.0.113.7"})
    site.process._put_up_counts()
    text = here(site).get("/metrics").text
    for secret in (uri.rpartition("/21/")[2][:13], "203.0.113.7", "testclient", "YX26A0317", "09521234500018"):
        assert secret not in text


@pytest.mark.parametrize(
    ("client", "base", "headers"),
    [
        ("203.0.113.7", "http://127.0.0.1:8000", {}),
        ("127.0.0.1", BASE, {}),
        ("127.0.0.1", "http://localhost", {"x-forwarded-for": "203.0.113.7"}),
        ("127.0.0.1", "http://localhost", {"x-real-ip": "203.0.113.7"}),
        ("127.0.0.1", "http://localhost", {"forwarded": "for=203.0.113.7"}),
        ("127.0.0.1", f"http://{HOST}", {}),
    ],
)
def test_nobody_else_is_told(site: Site, client: str, base: str, headers: dict[str, str]) -> None:
    asking = TestClient(application(site.process), base_url=base, client=(client, 40_000))
    answer = asking.get("/metrics", headers=headers)
    assert answer.status_code == 404
    assert "gimark_" not in answer.text


def test_every_group_is_known_by_the_first_part_of_a_path() -> None:
    assert [group_of(path) for path in ("/01/0952", "/v1/runs", "/tile/0/000", "/", "/register", "/v1x", "")] == [
        "codes",
        "api",
        "published",
        *[PAGES] * 4,
    ]
    assert set(Tally().durations) == {*GROUPS.values(), PAGES}


def counted(count: int) -> Counts:
    """The counts of a process with so many genuine codes."""
    tally = Tally()
    for _ in range(count):
        tally.looked("authentic")
        tally.took(0.003)
    return Counts.of(tally, {"checks_dropped": count}, {"scan_queue_length": count, "snapshot_age_seconds": count})


def test_processes_are_added_up_and_those_that_ended_are_not_forgotten(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as living:
        boards = [Board(tmp_path, pid) for pid in (living.pid, os.getpid())]
        for board, count in zip(boards, (3, 4), strict=True):
            board.open()
            board.put_up(counted(count))
        whole = boards[0].sum()
        assert whole.verdicts == {"authentic": 7}
        assert whole.answers == {("codes", 200): 7}
        assert sum(whole.buckets["codes"]) == 7
        assert whole.seconds["codes"] == pytest.approx(0.021)
        assert whole.totals == {"checks_dropped": 7}
        assert whole.present == {"scan_queue_length": 7, "snapshot_age_seconds": 4}
    Board(tmp_path, 1).open()  # one more process begins when another has ended
    whole = boards[1].sum()
    assert whole.verdicts == {"authentic": 7}
    assert whole.present == {"scan_queue_length": 4, "snapshot_age_seconds": 4}
    assert (tmp_path / FOLDER / ENDED).exists()
    assert len(list((tmp_path / FOLDER).glob("*.json"))) == 2


def test_what_a_silent_process_had_at_hand_no_longer_counts(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.open()
    board.put_up(counted(3))
    [own] = (path for path in (tmp_path / FOLDER).glob("*.json") if path.name != ENDED)
    os.utime(own, (0, 0))
    assert board.sum().verdicts == {"authentic": 3}
    assert board.sum().present == {}


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"verdicts": 1}', b"\xff"])
def test_a_file_that_is_none_of_ours_is_passed_over(tmp_path: Path, content: bytes) -> None:
    board = Board(tmp_path)
    board.open()
    board.put_up(counted(2))
    (tmp_path / FOLDER / "other.1.json").write_bytes(content)
    assert board.sum().verdicts == {"authentic": 2}


def test_a_folder_that_cannot_be_written_keeps_nobody_from_serving(county: County, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / FOLDER).touch()  # a file where the folder should be
    with running(county, tmp_path / "site") as site:
        assert site.get("/healthz").status_code == 200

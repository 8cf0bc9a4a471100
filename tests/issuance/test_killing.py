"""`kill -9` while codes are issued leaves an order or the whole run; the same key then gives the same run, once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gimark import audit
from gimark.issuance.model import IssueOrder, IssueRun
from gimark.ledger import book
from gimark.production.model import VolumeReservation
from tests.county import County

ROOT = Path(__file__).parents[2]
COUNT, KEY = 1_020, "killed"


def issue_and_kill(county: County, batch: str, point: str) -> None:
    """Issue in a process of its own, and kill it when it stands at `point`."""
    told = {
        "url": county.store.engine.url.render_as_string(hide_password=False),
        "now": county.store.clock.now().isoformat(),
        "user": county.producer.user_id,
        "name": county.producer.name,
        "enterprise": county.producer.enterprise_id,
        "batch": batch,
        "count": COUNT,
        "key": KEY,
    }
    command = [sys.executable, "-m", "tests.issuance.killed", point, json.dumps(told)]
    paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'trace'}"}
    with subprocess.Popen(command, cwd=ROOT, env=paths, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "here\n"
        finally:
            process.kill()


def counts(county: County) -> tuple[int, int, int]:
    """Orders, runs and entries of the ledger."""
    with county.store.reading() as session:
        orders, runs = (session.scalar(select(func.count()).select_from(table)) for table in (IssueOrder, IssueRun))
        return orders or 0, runs or 0, book.size(session)


@pytest.mark.parametrize(
    ("county", "point", "runs"),
    [
        ("sqlite", "after_order", 0),
        ("sqlite", "in_issue", 0),
        ("sqlite", "after_issue", 1),
        pytest.param("postgres", "in_issue", 0, marks=pytest.mark.postgres),
        pytest.param("postgres", "after_issue", 1, marks=pytest.mark.postgres),
    ],
    indirect=["county"],
)
def test_after_a_kill_the_same_key_gives_the_same_run_once(county: County, point: str, runs: int) -> None:
    batch = county.batch()
    _, _, size = counts(county)

    issue_and_kill(county, batch, point)

    assert counts(county) == (1, runs, size + runs)
    first = county.run(batch, COUNT, KEY)
    assert (first.number, first.ledger_index) == (1, size)
    assert county.run(batch, COUNT, KEY) == first
    assert counts(county) == (1, 1, size + 1)
    with county.store.reading() as session:
        assert session.scalars(select(VolumeReservation)).all() == []
        assert list(audit.differences(session)) == []

"""Two workers started by mistake share the jobs: none is done twice, and the log stays one log."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from api.installation import Installation
from gimark.jobs.actions import enqueue
from gimark.jobs.kinds import PUBLISH_CHECKPOINT
from gimark.jobs.model import Job
from gimark.jobs.rules import JobState
from gimark.ledger import book
from gimark.ledger.check import check_folder, check_log
from tests.founded import PASSPHRASE, Founding
from tests.served import PATIENCE_S, records, until

JOBS = 40


def worker(here: Installation, log: Path) -> "subprocess.Popen[bytes]":
    environment = {
        **os.environ,
        "GIMARK_DATA_DIR": str(here.settings.data_dir),
        "GIMARK_PASSPHRASE": PASSPHRASE,
        "GIMARK_LOG_LEVEL": "info",
    }
    with log.open("wb") as written:
        return subprocess.Popen([sys.executable, "-m", "scripts.cli", "worker"], env=environment, stderr=written)


def ended(here: Installation) -> list[tuple[JobState, int]]:
    """State and attempts of the jobs that were asked for here."""
    with here.store.reading() as session:
        jobs = session.scalars(select(Job).where(Job.key.startswith("mine-")))
        return [(job.state, job.attempts) for job in jobs]


def test_each_job_is_done_once_and_the_checkpoints_make_one_log(founding: Founding, tmp_path: Path) -> None:
    here = founding.copy(tmp_path)
    logs = [tmp_path / "one.log", tmp_path / "other.log"]
    workers = [worker(here, log) for log in logs]
    try:
        until(lambda: all("taking jobs" in log.read_text() for log in logs), "the workers do not start")
        with here.store.acting() as act:
            for number in range(JOBS):
                enqueue(act, PUBLISH_CHECKPOINT, f"mine-{number}")
            act.commit()
        until(lambda: all(state is JobState.DONE for state, _ in ended(here)), "the jobs are not done")
        assert ended(here) == [(JobState.DONE, 1)] * JOBS
        for process in workers:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(PATIENCE_S) for process in workers] == [0, 0]
    finally:
        for process in workers:
            process.kill()
            process.wait(PATIENCE_S)
    assert [record for log in logs for record in records(log) if record["level"] == "error"] == []
    with here.store.reading() as session:
        latest = book.published(session)
        assert latest is not None
        assert latest.size == book.size(session)
        assert list(check_log(session)) == []
        assert list(check_folder(session, here.settings.published, here.trust)) == []
    here.store.engine.dispose()

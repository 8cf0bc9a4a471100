"""A process that issues codes, stops at a given point, says so, and waits to be killed (run by test_killing.py)."""

import json
import sys
import time
from datetime import datetime

from gimark.accounts.rules import Actor, Role
from gimark.clock import FixedClock
from gimark.issuance import issuing
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.production import volume
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from tests.county import keyring


def stand_still(*_: object) -> None:
    """Say that the point is reached; nobody ever lets it pass."""
    print("here", flush=True)
    time.sleep(600)


def issue_until(point: str, told: dict[str, str | int]) -> None:
    """Issue, and stand still `after_order` (a), `in_issue` (inside c, before its commit) or `after_issue` (after c)."""
    if point == "after_order":
        issuing._committed = stand_still  # type: ignore[assignment]
    if point == "in_issue":
        volume.post = stand_still  # type: ignore[assignment]
    store = Store(open_engine(str(told["url"])), FixedClock(datetime.fromisoformat(str(told["now"]))))
    producer = Actor(int(told["user"]), str(told["name"]), Role.PRODUCER_MANAGER, int(told["enterprise"]))
    issue_codes(store, keyring(), producer, IssueForm(str(told["batch"]), int(told["count"]), str(told["key"])))
    stand_still()


if __name__ == "__main__":
    issue_until(sys.argv[1], json.loads(sys.argv[2]))

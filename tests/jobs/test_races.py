"""Many workers at once: no job is ever held twice, no key asked for twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from gimark.jobs import actions
from gimark.store.unit_of_work import Store

WORKERS, JOBS = 6, 18
LEASE = timedelta(seconds=60)


def together(work: Callable[[], list[str]]) -> list[list[str]]:
    """What `work` gives in each of WORKERS threads that start at the same instant."""
    start = threading.Barrier(WORKERS)

    def run(_worker: int) -> list[str]:
        start.wait()
        return work()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, range(WORKERS)))


def test_no_two_workers_ever_hold_the_same_job(store: Store) -> None:
    with store.acting() as act:
        refs = {actions.enqueue(act, "render", f"render:{n}") for n in range(JOBS)}
        act.commit()

    def take_all() -> list[str]:
        mine = []
        while True:
            with store.acting() as act:
                claim = actions.claim(act, ["render"], LEASE)
                act.commit()
            if claim is None:
                return mine
            mine.append(claim.ref)

    taken = [ref for mine in together(take_all) for ref in mine]
    assert len(taken) == JOBS
    assert set(taken) == refs


def test_the_same_key_asked_for_by_many_at_once_is_one_job(store: Store) -> None:
    def ask() -> list[str]:
        with store.acting() as act:
            ref = actions.enqueue(act, "checkpoint", "checkpoint:7", {"size": 7})
            act.commit()
        return [ref]

    assert len({ref for [ref] in together(ask)}) == 1

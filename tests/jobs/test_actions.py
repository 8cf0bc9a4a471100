"""A job's row from its asking to its end, on both databases."""

from datetime import timedelta

import pytest

from gimark.clock import FixedClock
from gimark.errors import ConflictError, Fault, IdempotencyKeyReusedError, InvalidInputError, NotFoundError
from gimark.jobs import actions
from gimark.jobs.actions import Claim, LeaseLostError
from gimark.jobs.queries import JobFacts, is_any_due, job, job_by_key, job_counts
from gimark.jobs.rules import ATTEMPTS_ALLOWED, JobState
from gimark.store.unit_of_work import Store

LEASE = timedelta(seconds=60)
MINUTE = timedelta(minutes=1)


def ask(store: Store, key: str = "render:1", kind: str = "render", **options: object) -> str:
    with store.acting() as act:
        ref = actions.enqueue(act, kind, key, **options)  # type: ignore[arg-type]
        act.commit()
    return ref


def take(store: Store, *kinds: str) -> Claim | None:
    with store.acting() as act:
        claim = actions.claim(act, kinds or ("render",), LEASE)
        act.commit()
    return claim


def taken(store: Store) -> Claim:
    claim = take(store)
    assert claim is not None
    return claim


def end_badly(store: Store, claim: Claim, error: Exception) -> None:
    with store.acting() as act:
        actions.fail(act, claim, error)
        act.commit()


def end_well(store: Store, claim: Claim) -> None:
    with store.acting() as act:
        actions.complete(act, claim)
        act.commit()


def facts(store: Store, ref: str) -> JobFacts:
    with store.reading() as session:
        return job(session, ref)


def test_a_job_asked_for_in_an_act_that_is_rolled_back_was_never_asked_for(store: Store) -> None:
    with store.acting() as act:
        actions.enqueue(act, "render", "render:1")

    with store.reading() as session:
        assert job_by_key(session, "render:1") is None


def test_the_same_key_is_the_same_job_even_after_its_end(store: Store) -> None:
    ref = ask(store, payload={"order": "abc", "ranges": [[0, 9]]})
    end_well(store, taken(store))

    assert ask(store, payload={"ranges": [[0, 9]], "order": "abc"}) == ref
    assert take(store) is None


@pytest.mark.parametrize("other", [{"payload": {"order": "xyz"}}, {"kind": "export", "payload": {"order": "abc"}}])
def test_the_same_key_for_other_work_is_refused(store: Store, other: dict[str, object]) -> None:
    ask(store, payload={"order": "abc"})
    with pytest.raises(IdempotencyKeyReusedError, match="render:1"):
        ask(store, **other)  # type: ignore[arg-type]


def test_a_taken_job_is_taken_by_nobody_else(store: Store) -> None:
    ref = ask(store, payload={"order": "abc"})
    claim = taken(store)

    assert (claim.ref, claim.payload, claim.fence) == (ref, {"order": "abc"}, 1)
    assert take(store) is None
    assert facts(store, ref).state is JobState.RUNNING


def test_jobs_are_taken_in_the_order_in_which_they_fell_due(store: Store, clock: FixedClock) -> None:
    ask(store, "late", run_after=clock.at - MINUTE)
    ask(store, "later", run_after=clock.at)
    ask(store, "first", run_after=clock.at - 2 * MINUTE)
    ask(store, "not yet", run_after=clock.at + MINUTE / 2)

    assert [taken(store).key for _ in range(3)] == ["first", "late", "later"]
    assert take(store) is None
    clock.at += MINUTE / 2
    assert taken(store).key == "not yet"


def test_a_worker_takes_only_kinds_it_knows(store: Store) -> None:
    ask(store, kind="export")
    assert take(store, "render", "checkpoint") is None
    assert take(store, "render", "export") is not None


def test_a_report_shows_progress_and_keeps_the_job(store: Store, clock: FixedClock) -> None:
    ref = ask(store)
    claim = taken(store)
    clock.at += timedelta(seconds=59)
    with store.acting() as act:
        actions.report(act, claim, 3, 10, LEASE)
        act.commit()

    clock.at += timedelta(seconds=59)
    assert take(store) is None
    assert (facts(store, ref).progress_done, facts(store, ref).progress_total) == (3, 10)


def test_after_its_lease_a_job_is_anothers_and_the_first_holder_may_no_longer_write(
    store: Store, clock: FixedClock
) -> None:
    ref = ask(store)
    first = taken(store)
    clock.at += LEASE
    second = taken(store)

    assert second.fence == first.fence + 1
    for write in (
        lambda act: actions.report(act, first, 1, 2, LEASE),
        lambda act: actions.complete(act, first),
        lambda act: actions.fail(act, first, OSError()),
        lambda act: actions.postpone(act, first, MINUTE),
    ):
        with store.acting() as act, pytest.raises(LeaseLostError):
            write(act)
    end_well(store, second)
    assert facts(store, ref).state is JobState.DONE


def test_a_holder_past_its_lease_may_finish_while_nobody_else_took_the_job(store: Store, clock: FixedClock) -> None:
    ref = ask(store)
    claim = taken(store)
    clock.at += 2 * LEASE
    end_well(store, claim)
    assert facts(store, ref).state is JobState.DONE


def test_a_failed_job_waits_longer_each_time_and_then_ends(store: Store, clock: FixedClock) -> None:
    ref = ask(store)
    waits = []
    for _ in range(ATTEMPTS_ALLOWED):
        end_badly(store, taken(store), OSError("disk"))
        waits.append((facts(store, ref).run_after - clock.at).total_seconds())
        clock.at = max(clock.at, facts(store, ref).run_after)

    assert waits[:-1] == [10, 20, 40, 80]
    ended = facts(store, ref)
    assert (ended.state, ended.finished_at, ended.failures) == (JobState.FAILED, clock.at, ATTEMPTS_ALLOWED)
    assert "OSError" in (ended.error or "")
    assert take(store) is None


def test_a_refusal_that_waiting_cannot_mend_ends_the_job_at_once(store: Store) -> None:
    ref = ask(store)
    end_badly(store, taken(store), InvalidInputError((Fault("lot", "批次有误", "bad", "请更正", "mend"),)))
    assert facts(store, ref).state is JobState.FAILED
    assert "批次有误" in (facts(store, ref).error or "")


def test_a_job_that_kills_its_worker_every_time_ends_as_failed(store: Store, clock: FixedClock) -> None:
    ref = ask(store)
    for _ in range(ATTEMPTS_ALLOWED):
        taken(store)
        clock.at += LEASE

    assert take(store) is None
    assert facts(store, ref).state is JobState.FAILED
    assert "租约" in (facts(store, ref).error or "")


def test_a_dead_job_does_not_hide_a_living_one(store: Store, clock: FixedClock) -> None:
    ask(store, "dead")
    for _ in range(ATTEMPTS_ALLOWED):
        taken(store)
        clock.at += LEASE
    ask(store, "living")

    assert taken(store).key == "living"


def test_a_retried_job_starts_with_a_clean_count_but_never_reuses_a_fence(store: Store) -> None:
    ref = ask(store)
    end_badly(store, taken(store), InvalidInputError(()))
    with store.acting() as act:
        actions.retry(act, ref)
        act.commit()

    assert facts(store, ref).failures == 0
    assert facts(store, ref).error is None
    assert taken(store).fence == 2


@pytest.mark.parametrize("how", ["queued", "running", "done"])
def test_only_a_failed_job_can_be_retried(store: Store, how: str) -> None:
    ref = ask(store)
    if how != "queued":
        claim = taken(store)
        if how == "done":
            end_well(store, claim)
    with store.acting() as act, pytest.raises(ConflictError, match=how):
        actions.retry(act, ref)


def test_a_cancelled_job_is_taken_no_more_and_its_holder_learns_it(store: Store) -> None:
    ref = ask(store)
    claim = taken(store)
    with store.acting() as act:
        actions.cancel(act, ref)
        act.commit()

    with store.acting() as act, pytest.raises(LeaseLostError):
        actions.report(act, claim, 1, 2, LEASE)
    assert take(store) is None
    assert facts(store, ref).state is JobState.CANCELLED
    with store.acting() as act, pytest.raises(ConflictError):
        actions.cancel(act, ref)


def test_a_postponed_job_waits_without_having_failed(store: Store, clock: FixedClock) -> None:
    ref = ask(store)
    with store.acting() as act:
        actions.postpone(act, actions.claim(act, ["render"], LEASE) or pytest.fail("nothing due"), MINUTE)
        act.commit()

    assert take(store) is None
    clock.at += MINUTE
    assert taken(store).fence == 2
    assert facts(store, ref).failures == 0


def test_a_periodic_job_comes_again_after_its_period(store: Store, clock: FixedClock) -> None:
    ref = ask(store, every=MINUTE)
    end_well(store, taken(store))

    assert facts(store, ref).state is JobState.QUEUED
    assert take(store) is None
    clock.at += MINUTE
    assert taken(store).ref == ref


def test_a_periodic_job_never_ends_by_failing_and_never_waits_longer_than_its_period(
    store: Store, clock: FixedClock
) -> None:
    ref = ask(store, every=timedelta(seconds=30))
    waits = []
    for _ in range(ATTEMPTS_ALLOWED + 3):
        end_badly(store, taken(store), InvalidInputError(()))
        waits.append((facts(store, ref).run_after - clock.at).total_seconds())
        clock.at = facts(store, ref).run_after
    for _ in range(ATTEMPTS_ALLOWED + 3):
        taken(store)
        clock.at += LEASE

    assert waits[:3] == [10, 20, 30]
    assert max(waits) == 30
    assert facts(store, ref).state is JobState.RUNNING


def test_a_periodic_job_cannot_be_cancelled(store: Store) -> None:
    ref = ask(store, every=MINUTE)
    with store.acting() as act, pytest.raises(ConflictError):
        actions.cancel(act, ref)


def test_a_new_period_takes_the_old_ones_place(store: Store, clock: FixedClock) -> None:
    ref = ask(store, every=timedelta(hours=1))
    end_well(store, taken(store))
    assert ask(store, every=MINUTE) == ref

    clock.at += MINUTE
    end_well(store, taken(store))
    assert facts(store, ref).run_after == clock.at + MINUTE


def test_ended_jobs_are_forgotten_after_their_time_and_others_stay(store: Store, clock: FixedClock) -> None:
    ended, open_ = ask(store, "ended"), ask(store, "open", run_after=clock.at + MINUTE)
    end_well(store, taken(store))

    def forget() -> int:
        with store.acting() as act:
            count = actions.forget_ended(act, clock.at)
            act.commit()
        return count

    assert forget() == 0
    clock.at += MINUTE
    assert forget() == 1
    assert facts(store, open_).state is JobState.QUEUED
    with pytest.raises(NotFoundError):
        facts(store, ended)


def test_what_a_watcher_sees(store: Store, clock: FixedClock) -> None:
    ask(store, "a", run_after=clock.at - MINUTE)
    ask(store, "b", run_after=clock.at + MINUTE)
    with store.reading() as session:
        assert is_any_due(session, ["render"], clock.at)
        assert not is_any_due(session, ["export"], clock.at)
        assert job_counts(session) == {state: 2 * (state is JobState.QUEUED) for state in JobState}

    taken(store)
    with store.reading() as session:
        assert job_counts(session)[JobState.RUNNING] == 1

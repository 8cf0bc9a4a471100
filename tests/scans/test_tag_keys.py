"""Weekly keys: the same for all processes, two weeks at hand, gone two weeks after their week."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from gimark.clock import SHANGHAI, FixedClock
from gimark.scans.clones import week_of
from gimark.scans.hours import first_hour_of, hour_of, instant_of, week_of_hour
from gimark.scans.model import TagKey
from gimark.scans.tag_keys import TagKeys, destroy_old_keys
from gimark.store.unit_of_work import Store

MONDAY = datetime(2026, 11, 15, 16, tzinfo=UTC)  # midnight in Shanghai


@given(st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_week_begins_on_monday_at_midnight_in_shanghai(instant: datetime) -> None:
    hour = hour_of(instant)
    start = instant_of(first_hour_of(week_of_hour(hour))).astimezone(SHANGHAI)
    assert (start.isoweekday(), start.hour) == (1, 0)
    assert start <= instant < start + timedelta(days=7)
    assert week_of(start) == week_of(instant)


def test_two_processes_get_the_same_keys(any_store: Store, clock: FixedClock) -> None:
    one, other = TagKeys(any_store), TagKeys(any_store)
    one.prepare(clock.now())
    other.prepare(clock.now())
    hour = hour_of(clock.now())

    def tag(keys: TagKeys, hour: int) -> bytes:
        maker = keys.at(hour)
        assert maker is not None
        return maker.tag("203.0.113.7", "Chrome")

    assert tag(one, hour) == tag(other, hour)
    assert tag(one, hour + 168) == tag(other, hour + 168)
    assert tag(one, hour) != tag(one, hour + 168)


def test_next_week_is_at_hand_before_it_begins_and_a_later_one_is_not(store: Store) -> None:
    keys = TagKeys(store)
    keys.prepare(MONDAY - timedelta(hours=1))
    assert keys.are_ready(MONDAY - timedelta(hours=1))
    assert not keys.are_ready(MONDAY)
    assert keys.at(hour_of(MONDAY)) is not None
    assert keys.at(hour_of(MONDAY + timedelta(days=7))) is None


def test_a_key_is_destroyed_14_days_after_its_week(any_store: Store, clock: FixedClock) -> None:
    TagKeys(any_store).prepare(MONDAY)
    week_end = MONDAY + timedelta(days=7)
    clock.at = week_end + timedelta(days=14) - timedelta(hours=1)
    with any_store.acting() as act:
        assert destroy_old_keys(act) == 0
        act.commit()
    clock.at = week_end + timedelta(days=14)
    with any_store.acting() as act:
        assert destroy_old_keys(act) == 1
        act.commit()
    with any_store.reading() as session:
        assert session.scalars(select(TagKey.week)).all() == [week_of_hour(hour_of(week_end))]


def test_a_clock_set_back_into_the_week_before_finds_that_weeks_key_again(any_store: Store) -> None:
    keys = TagKeys(any_store)
    keys.prepare(MONDAY - timedelta(hours=1))
    before = keys.at(hour_of(MONDAY - timedelta(hours=1)))
    keys.prepare(MONDAY + timedelta(hours=1))
    set_back = MONDAY - timedelta(hours=2)
    assert not keys.are_ready(set_back)
    keys.prepare(set_back)
    after = keys.at(hour_of(set_back))
    assert before is not None
    assert after is not None
    assert after.tag("203.0.113.7", "Chrome") == before.tag("203.0.113.7", "Chrome")

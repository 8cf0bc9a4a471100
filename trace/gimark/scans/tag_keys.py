"""The weekly random keys behind device tags: made once for all processes, destroyed 14 days after their week."""

import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from gimark.scans.devices import TagMaker
from gimark.scans.hours import hour_of, week_of_hour
from gimark.scans.model import TagKey
from gimark.store.unit_of_work import Act, Store

KEY_BYTES = 32
KEPT = timedelta(days=14)


class TagKeys:
    """The keys of this week and the next, at hand without a query."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._makers: dict[int, TagMaker] = {}
        self._own = TagMaker(secrets.token_bytes(KEY_BYTES))

    def at(self, hour: int) -> TagMaker | None:
        """Who makes tags in an hour; None when `prepare` has not reached its week."""
        return self._makers.get(week_of_hour(hour))

    def network_tag(self, network: bytes, minute: int) -> bytes:
        """8 bytes that stand for a network in one minute (since 1970), in every process that has the week's key."""
        return (self.at(minute // 60) or self._own).network_tag(network, minute)

    def are_ready(self, now: datetime) -> bool:
        """Whether the keys of this week and the next are at hand."""
        week = week_of_hour(hour_of(now))
        return week in self._makers and week + 1 in self._makers

    def prepare(self, now: datetime) -> None:
        """Read the keys of this week and the next, making those that no process has made yet."""
        week = week_of_hour(hour_of(now))
        with self._store.acting() as act:
            kept = select(TagKey.week, TagKey.secret).where(TagKey.week >= week)
            found = dict(act.session.execute(kept).all())
            for missing in {week, week + 1} - found.keys():
                found[missing] = _make(act, missing)
            act.commit()
        self._makers = {week: TagMaker(key) for week, key in found.items()}


def destroy_old_keys(act: Act) -> int:
    """Delete the keys whose week ended 14 days ago or longer; how many. The caller commits."""
    over = week_of_hour(hour_of(act.now - KEPT)) - 1
    ended = act.session.execute(delete(TagKey).where(TagKey.week <= over))
    return cast("CursorResult[Any]", ended).rowcount


def _make(act: Act, week: int) -> bytes:
    """A new key, or the one that another process made in the meantime."""
    dialect = postgresql if act.session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"week": week, "secret": secrets.token_bytes(KEY_BYTES), "made_at": act.now}
    act.session.execute(dialect.insert(TagKey).values(row).on_conflict_do_nothing())
    return act.session.scalars(select(TagKey.secret).where(TagKey.week == week)).one()

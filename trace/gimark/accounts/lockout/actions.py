"""Counting tries before they are looked at, so that of many at once no more are looked at than may be."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from gimark.accounts.lockout.model import SignInTries
from gimark.accounts.lockout.rules import FORGOTTEN_AFTER, Guarded, tries_with_next, wait_after
from gimark.errors import Fault, TooManyTriesError
from gimark.store.unit_of_work import Act, Store

Tags = Mapping[Guarded, bytes]


def count_try(store: Store, tags: Tags) -> None:
    """Count a try against everything in `tags`, or raise TooManyTriesError, and count nothing, when one must wait.

    It is committed before the password or code is looked at. Whoever was right is forgiven afterwards.
    """
    with store.acting() as act:
        rows = _held(act, tags)
        wait = max(wait_after(of, rows[tag].tries, rows[tag].last_at, act.now) for of, tag in tags.items())
        if wait > timedelta(0):
            raise _too_many(math.ceil(wait.total_seconds()))
        for row in rows.values():
            row.tries, row.last_at = tries_with_next(row.tries, row.last_at, act.now), act.now
        act.commit()


def forgive(act: Act, tags: Tags) -> None:
    """Forget the tries against what is the user's own, and take the one that was right from the network's."""
    networks = {Guarded.NETWORK, Guarded.CODE_FROM_NETWORK}
    own = [tag for of, tag in tags.items() if of not in networks]
    act.session.execute(delete(SignInTries).where(SignInTries.tag.in_(own)))
    for tag in sorted(tag for of, tag in tags.items() if of in networks):
        row = act.session.get(SignInTries, tag, with_for_update=True)
        if row is not None and row.tries > 1:
            row.tries -= 1
        elif row is not None:
            act.session.delete(row)


def forget_tries(act: Act, now: datetime) -> int:
    """Take away what counts no longer; how many there were."""
    done = act.session.execute(delete(SignInTries).where(SignInTries.last_at <= now - FORGOTTEN_AFTER))
    return cast("CursorResult[Any]", done).rowcount


def _held(act: Act, tags: Tags) -> dict[bytes, SignInTries]:
    """The rows of `tags`, made where they are missing and held in one order, so that two who try never wait in a ring.

    A row just made is of a try long ago: it has none that counts.
    """
    dialect = postgresql if act.session.get_bind().dialect.name == "postgresql" else sqlite
    fresh = [{"tag": tag, "tries": 1, "last_at": act.now - FORGOTTEN_AFTER} for tag in sorted(tags.values())]
    insert = dialect.insert(SignInTries).values(fresh)
    # An update that changes nothing holds the row that is there already.
    act.session.execute(insert.on_conflict_do_update(index_elements=["tag"], set_={"tries": SignInTries.tries}))
    rows = act.session.scalars(select(SignInTries).where(SignInTries.tag.in_(list(tags.values()))))
    return {bytes(row.tag): row for row in rows}


def _too_many(wait_s: int) -> TooManyTriesError:
    minutes = math.ceil(wait_s / 60)
    zh, en = (f"{wait_s} 秒", f"{wait_s} seconds") if wait_s <= 90 else (f"{minutes} 分钟", f"{minutes} minutes")
    return TooManyTriesError(
        (
            Fault(
                "password",
                "试错的次数太多，暂时不再核对",
                "there were too many wrong ones, and for a while none is looked at",
                f"请过 {zh}再试；忘记密码请找平台管理员",
                f"Try again in {en}; if it is forgotten, ask an administrator",
            ),
        ),
        {"wait_s": wait_s},
    )

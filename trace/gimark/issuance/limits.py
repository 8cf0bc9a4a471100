"""The number of labels a year that an authorization may set."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select

from gimark.clock import SHANGHAI, local_day
from gimark.errors import Fault, VolumeExceededError
from gimark.issuance.model import IssueRun, RunAuthorization
from gimark.registry.authorizations.queries import AuthorizationFacts
from gimark.store.unit_of_work import Act


def check_yearly_limit(act: Act, permitted: Sequence[AuthorizationFacts], count: int) -> None:
    """Refuse `count` more codes when they pass `labels_per_year` of an authorization they would be issued under.

    Counted are all codes issued under it since 1 January, Asia/Shanghai. Raises VolumeExceededError with what is left.
    """
    today = local_day(act.now)
    new_year = datetime(today.year, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)
    for authorization in permitted:
        limit = authorization.history.terms_on(today).labels_per_year
        if limit is None:
            continue
        used = act.session.scalar(
            select(func.coalesce(func.sum(IssueRun.count), 0))
            .join(RunAuthorization, RunAuthorization.run_id == IssueRun.id)
            .where(RunAuthorization.authorization_id == authorization.id, IssueRun.issued_at >= new_year)
        )
        left = limit - int(used or 0)
        if count > left:
            raise VolumeExceededError(
                (
                    Fault(
                        "count",
                        f"要 {count:,} 枚，而授权每年 {limit:,} 枚，今年只剩 {max(left, 0):,} 枚",
                        f"{count:,} codes asked for; of the {limit:,} a year authorised {max(left, 0):,} are left",
                        "请减少数量，或向监管部门申请变更授权",
                        "Ask for fewer, or apply for an amendment of the authorization",
                    ),
                ),
                {"wanted": count, "left": max(left, 0)},
            )

"""The two-person rule: some acts need somebody beside whoever asks, who may do the act too and was not asked by it.

The acts themselves ask (`require_second`), each behind all of its other checks: whoever is told that only the second
person is missing knows that the act is in order as it stands (docs/adr/0015).
"""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from gimark.accounts.model import User
from gimark.accounts.queries import as_actor
from gimark.accounts.rules import Actor, Permission, require
from gimark.errors import Fault, NotAllowedError, SecondPersonNeededError


def require_second(session: Session, first: Actor, second: Actor | None, permission: Permission) -> None:
    """Raise unless `second` may stand beside `first` for an act that needs `permission`.

    They are another person, active now, who has APPROVE and `permission` by the role they hold now. For an act of a
    regulator they belong to no enterprise, for one of an enterprise to it or to none: a regulator may help where an
    enterprise is one person. Raises SecondPersonNeededError without anybody, NotAllowedError or ScopeMissingError.
    """
    if second is None:
        raise SecondPersonNeededError(
            (
                Fault(
                    "",
                    "这件事须由第二人批准",
                    "this needs a second person's approval",
                    "请提交申请，由另一位有批准权限的用户批准",
                    "Ask for it; another user who may approve then decides",
                ),
            )
        )
    if second.user_id == first.user_id:
        raise _refused(
            "申请人不能批准自己的申请",
            "nobody approves what they asked for themselves",
            "请由另一位用户批准",
            "Ask another user",
        )
    row = session.scalar(select(User).where(User.id == second.user_id, User.is_active))
    if row is None:
        raise _refused(
            "批准人已停用", "the second person is switched off", "请由另一位用户批准", "Ask another active user"
        )
    now = replace(as_actor(row), scopes=second.scopes)
    require(now, Permission.APPROVE)
    require(now, permission)
    if now.enterprise_id not in (None, first.enterprise_id):
        raise _refused(
            "批准人不属于本单位",
            "the second person belongs to another office",
            "监管事项由监管人员批准，企业事项由本企业或监管人员批准",
            "A regulator approves what regulators do; an enterprise's own people, or a regulator, what it does",
        )


def _refused(reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> NotAllowedError:
    return NotAllowedError((Fault("", reason_zh, reason_en, remedy_zh, remedy_en),))

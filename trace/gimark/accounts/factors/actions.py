"""Setting up a second factor, showing it, and taking it away. The caller commits.

None of it is a ledger act, like all that concerns users.
"""

import base64
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, update

from gimark.accounts.factors.model import RecoveryCode, SecondFactor
from gimark.accounts.factors.rules import (
    NEED_SECOND_FACTOR,
    RECOVERY_CODE,
    new_recovery_codes,
    read_code,
    recovery_sha256,
)
from gimark.accounts.factors.totp import CODE, address_of, new_secret, step_of
from gimark.accounts.model import User
from gimark.accounts.queries import managed_user
from gimark.accounts.rules import Actor
from gimark.accounts.secrets import AccountSecrets
from gimark.errors import ConflictError, Fault, InvalidInputError, NotAllowedError
from gimark.store.unit_of_work import Act

# As long as a code that an authenticator shows.
SECOND_PRESS = timedelta(seconds=30)
# Whoever finds the page of one who went away must not share the authenticator that is set up another day.
PENDING_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An authenticator about to be set up: its `otpauth://` address, and its secret for typing. Shown, not kept."""

    address: str = field(repr=False)
    secret: str = field(repr=False)


def begin_enrolment(act: Act, actor: Actor, secrets: AccountSecrets, issuer: str) -> Enrolment:
    """A new secret to be confirmed by its first code, within `PENDING_FOR`. One that waits already is shown again.

    So a page that is loaded twice shows one symbol, and what was scanned from it holds. What is confirmed goes on until
    the new one is confirmed.
    """
    user, row = _rows(act, actor.user_id)
    if row is None:
        row = SecondFactor(user_id=user.id, last_step=0)
        act.session.add(row)
    sealed = _waiting(act, row)
    if sealed is None:
        sealed = secrets.sealed(new_secret(), user.ref)
        row.pending, row.pending_since = sealed, act.now
    secret = secrets.opened(sealed, user.ref)
    act.session.flush()
    typed = base64.b32encode(secret).decode()
    return Enrolment(
        address_of(secret, user.name, issuer), " ".join(typed[at : at + 4] for at in range(0, len(typed), 4))
    )


def confirm_enrolment(act: Act, actor: Actor, secrets: AccountSecrets, code: str) -> tuple[str, ...]:
    """Make the authenticator that waits the one that counts; new recovery codes, which are shown once.

    Raises InvalidInputError for a wrong code, ConflictError when none waits, or none any more.
    """
    user, row = _rows(act, actor.user_id)
    sealed = None if row is None else _waiting(act, row)
    if row is None or sealed is None:
        raise ConflictError((_NONE_WAITS,))
    step = step_of(secrets.opened(sealed, user.ref), read_code(code), act.now, 0)
    if step is None:
        raise InvalidInputError((_WRONG_FIRST_CODE,))
    row.sealed, row.last_step, row.since = sealed, step, act.now
    row.pending, row.pending_since = None, None
    return renew_recovery_codes(act, actor)


def codes_of_second_press(act: Act, actor: Actor, secrets: AccountSecrets, code: str) -> tuple[str, ...]:
    """New recovery codes for whoever sends again the very code that set the authenticator up a moment ago.

    A browser drops the answer to the first press of a button that is pressed twice, and so nobody saw its codes.
    Limiting guesses is the caller's. Raises ConflictError for anything else.
    """
    user, row = _rows(act, actor.user_id)
    if row is None or row.sealed is None or row.since is None or act.now - row.since >= SECOND_PRESS:
        raise ConflictError((_NONE_WAITS,))
    if step_of(secrets.opened(row.sealed, user.ref), read_code(code), act.now, 0) != row.last_step:
        raise ConflictError((_NONE_WAITS,))
    return renew_recovery_codes(act, actor)


def renew_recovery_codes(act: Act, actor: Actor) -> tuple[str, ...]:
    """New recovery codes in place of all old ones; shown once."""
    codes = new_recovery_codes()
    act.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == actor.user_id))
    act.session.add_all(RecoveryCode(user_id=actor.user_id, sha256=recovery_sha256(read_code(code))) for code in codes)
    act.session.flush()
    return codes


def prove_second_factor(act: Act, actor: Actor, secrets: AccountSecrets, code: str) -> None:
    """Take a code of the authenticator or a recovery code, each once.

    Raises NotAllowedError with the same words for a wrong code, a used one, and when there is no second factor.
    Limiting guesses is the caller's.
    """
    user, row = _rows(act, actor.user_id)
    read = read_code(code)
    if row is not None and row.sealed is not None and CODE.fullmatch(read):
        step = step_of(secrets.opened(row.sealed, user.ref), read, act.now, row.last_step)
        if step is not None:
            row.last_step = step
            act.session.flush()
            return
    elif RECOVERY_CODE.fullmatch(read) and _use(act, user.id, read):
        return
    raise NotAllowedError((_WRONG_CODE,))


def drop_second_factor(act: Act, actor: Actor, ref: str, *, may_be_own: bool = False) -> None:
    """Take away the second factor of somebody who lost it, recovery codes too. Needs to manage them.

    One's own is for whoever sits at the machine itself alone: a session that somebody found open must not do away with
    it. Raises NotFoundError, NotAllowedError for one's own.
    """
    user = managed_user(act.session, actor, ref)
    if user.id == actor.user_id and not may_be_own:
        raise NotAllowedError((_NOT_ONE_S_OWN,))
    _forget(act, user.id)


def give_up_second_factor(act: Act, actor: Actor) -> None:
    """Do without one's own second factor. Raises ConflictError when the role needs one."""
    if actor.role in NEED_SECOND_FACTOR:
        raise ConflictError((_NEEDED,))
    _forget(act, actor.user_id)


def _waiting(act: Act, row: SecondFactor) -> bytes | None:
    """The sealed secret that waits for its first code, if it waits still."""
    if row.pending_since is None or act.now - row.pending_since >= PENDING_FOR:
        return None
    return row.pending


def _forget(act: Act, user_id: int) -> None:
    act.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    act.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))


def _rows(act: Act, user_id: int) -> tuple[User, SecondFactor | None]:
    """The user's row, held, so that of two who show the same code at once one is refused; and the authenticator's."""
    user = act.session.get_one(User, user_id, with_for_update=True)
    return user, act.session.get(SecondFactor, user_id)


def _use(act: Act, user_id: int, code: str) -> bool:
    used = act.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.sha256 == recovery_sha256(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=act.now)
        .returning(RecoveryCode.user_id)
    )
    return used.first() is not None


_WRONG_CODE = Fault(
    "code",
    "验证码不对，或已经用过",
    "the code is wrong, or was used already",
    "请等应用里出现下一个验证码再输；手机不在身边时可用一个恢复码",
    "Wait for the next code of your application; without your telephone, use a recovery code",
)
_WRONG_FIRST_CODE = Fault(
    "code",
    "验证码不对",
    "the code is wrong",
    "请核对手机时间是否自动设置，再输应用里现在显示的 6 位数字",
    "See that your telephone sets its time by itself, then type the six digits that the application shows now",
)
_NONE_WAITS = Fault(
    "code",
    "没有等待确认的验证器：打开设置页面已超过 15 分钟，或刚设好了",
    "no authenticator waits: its page was opened over 15 minutes ago, or it was set up just now",
    "请用验证器应用扫描现在显示的二维码，再输里面的 6 位数字",
    "Scan the symbol that is shown now, then type the six digits that the application shows",
)
_NEEDED = Fault(
    "",
    "您的角色必须使用验证器",
    "your role needs an authenticator",
    "换手机时请重新设置",
    "Set it up anew to change telephones",
)
_NOT_ONE_S_OWN = Fault(
    "user",
    "不能在这里去掉自己的验证器",
    "nobody takes their own second factor away here",
    "换手机请在“我的账户”里重新设置；都丢了请找另一位平台管理员",
    "To change telephones, set it up anew in your account; if all is lost, ask another administrator",
)

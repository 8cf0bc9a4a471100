"""Who may do what: roles, permissions, and the refusals. Pure; an act calls these before anything else."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from gimark.errors import Fault, NotAllowedError, NotFoundError, invalid

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
SHORTEST_NAME, LONGEST_NAME = 2, 32


class Role(StrEnum):
    """What a user is here for. Nobody has two: whoever runs the platform must not be able to grant a right."""

    ADMINISTRATOR = "administrator"
    REGULATOR = "regulator"
    PRODUCER = "producer"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """An act, or a kind of reading, that needs leave."""

    SET_RIGHT = "set_right"
    REGISTER_ENTERPRISE = "register_enterprise"
    GRANT_AUTHORIZATION = "grant_authorization"
    CHANGE_AUTHORIZATION = "change_authorization"
    SET_RULE = "set_rule"
    GRANT_OVERRIDE = "grant_override"
    CORRECT_ENTRY = "correct_entry"
    JUDGE_SCANS = "judge_scans"
    REGISTER_ITEM = "register_item"
    REGISTER_BATCH = "register_batch"
    CONFIRM_BATCH = "confirm_batch"
    AMEND_BATCH = "amend_batch"
    RECALL_BATCH = "recall_batch"
    ISSUE_CODES = "issue_codes"
    PRINT_CODES = "print_codes"
    ACTIVATE_CODES = "activate_codes"
    VOID_CODES = "void_codes"
    RETURN_CODES = "return_codes"
    MANAGE_USERS = "manage_users"
    MANAGE_KEYS = "manage_keys"
    MANAGE_JOBS = "manage_jobs"
    READ_OWN = "read_own"
    READ_ALL = "read_all"


MAY: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {Permission.MANAGE_USERS, Permission.MANAGE_KEYS, Permission.MANAGE_JOBS, Permission.READ_ALL}
    ),
    Role.REGULATOR: frozenset(
        {
            Permission.SET_RIGHT,
            Permission.REGISTER_ENTERPRISE,
            Permission.GRANT_AUTHORIZATION,
            Permission.CHANGE_AUTHORIZATION,
            Permission.SET_RULE,
            Permission.GRANT_OVERRIDE,
            Permission.CORRECT_ENTRY,
            Permission.JUDGE_SCANS,
            Permission.REGISTER_ITEM,
            Permission.RECALL_BATCH,
            Permission.VOID_CODES,
            Permission.READ_ALL,
        }
    ),
    Role.PRODUCER: frozenset(
        {
            Permission.REGISTER_ITEM,
            Permission.REGISTER_BATCH,
            Permission.CONFIRM_BATCH,
            Permission.AMEND_BATCH,
            Permission.RECALL_BATCH,
            Permission.ISSUE_CODES,
            Permission.PRINT_CODES,
            Permission.ACTIVATE_CODES,
            Permission.VOID_CODES,
            Permission.RETURN_CODES,
            Permission.READ_OWN,
        }
    ),
    Role.AUDITOR: frozenset({Permission.READ_ALL}),
}

# The word that a ledger entry's `by` holds. An auditor only reads, so nothing official is ever by one.
LEDGER_NAMES = {Role.ADMINISTRATOR: "platform", Role.REGULATOR: "regulator", Role.PRODUCER: "producer"}

ROLE_NAMES_ZH = {
    Role.ADMINISTRATOR: "平台管理员",
    Role.REGULATOR: "监管人员",
    Role.PRODUCER: "生产企业",
    Role.AUDITOR: "审计人员",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an active user as the act sees them. `enterprise_id` is set for a producer and None for all others."""

    user_id: int
    name: str
    role: Role
    enterprise_id: int | None


def may(actor: Actor, permission: Permission) -> bool:
    """Whether `actor`'s role has `permission`."""
    return permission in MAY[actor.role]


def require(actor: Actor, permission: Permission) -> None:
    """Refuse with NotAllowedError unless `actor`'s role has `permission`."""
    if may(actor, permission):
        return
    holders = [role for role, permissions in MAY.items() if permission in permissions]
    raise NotAllowedError(
        (
            Fault(
                "",
                f"{ROLE_NAMES_ZH[actor.role]}不能做这项操作（{permission.value}）",
                f"the role {actor.role.value} may not {permission.value.replace('_', ' ')}",
                f"请由{'或'.join(ROLE_NAMES_ZH[role] for role in holders)}办理",
                f"Ask a user with the role {' or '.join(role.value for role in holders)}",
            ),
        ),
        {"permission": permission.value},
    )


def require_enterprise(actor: Actor, enterprise_id: int) -> None:
    """Refuse with NotFoundError when `enterprise_id` is not the actor's to see.

    Another enterprise's things look like things that are not there, so that asking tells nothing.
    """
    if may(actor, Permission.READ_ALL) or actor.enterprise_id == enterprise_id:
        return
    raise NotFoundError(
        (
            Fault(
                "",
                "没有找到，或不属于您的企业",
                "it was not found, or is not your enterprise's",
                "请核对地址或编号",
                "Check the address or the number",
            ),
        )
    )


def ledger_name(role: Role) -> str:
    """The `by` word of a ledger entry that `role` makes: platform, regulator or producer. An auditor has none."""
    return LEDGER_NAMES[role]


def checked_name(name: str) -> str:
    """`name` itself when it can be a login name: 2–32 letters (Chinese too), digits, or . _ - in one spelling only.

    Raises InvalidInputError; a name that looks like another (upper case, full width) is refused, never folded.
    """
    allowed = all(character.isalnum() or character in "._-" for character in name)
    one_spelling = unicodedata.normalize("NFKC", name.casefold()) == name
    if allowed and one_spelling and SHORTEST_NAME <= len(name) <= LONGEST_NAME:
        return name
    raise invalid(
        "name",
        "登录名只能用汉字、小写字母、数字和 . _ -，2 至 32 个字符",
        "a login name has 2 to 32 Chinese or lower-case letters, digits, or . _ -",
        "请换一个登录名，例如 songwu-01",
        "Choose another, such as songwu-01",
    )


def checked_password(password: str, name: str) -> str:
    """`password` itself when it is 12–128 characters and neither holds `name` nor is one character repeated."""
    reason: tuple[str, str] | None = None
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        reason = ("密码应有 12 至 128 个字符", "a password has 12 to 128 characters")
    elif len(set(password)) == 1:
        reason = ("密码只是一个字符的重复", "the password is one character repeated")
    elif name in password.casefold():
        reason = ("密码里含有登录名", "the password holds the login name")
    if reason is None:
        return password
    raise invalid(
        "password",
        *reason,
        "请用三四个互不相干的词连成一句，不必有特殊符号",
        "Put three or four unrelated words together; special characters are not needed",
    )


def checked_membership(role: Role, enterprise_id: int | None) -> None:
    """A producer belongs to an enterprise, and nobody else does. Raises InvalidInputError."""
    if (role is Role.PRODUCER) == (enterprise_id is not None):
        return
    if role is Role.PRODUCER:
        raise invalid(
            "enterprise",
            "生产企业用户必须属于一家企业",
            "a producer's user belongs to an enterprise",
            "请先登记企业，再为它建用户",
            "Register the enterprise first, then make its user",
        )
    raise invalid(
        "enterprise",
        f"{ROLE_NAMES_ZH[role]}不能属于企业",
        f"a user with the role {role.value} cannot belong to an enterprise",
        "请去掉企业，或把角色改为生产企业",
        "Leave the enterprise out, or make the role producer",
    )

"""Roles, what each may do, and the two refusals: not allowed, and not found for what belongs to another.

Also what a user must be: the form of a name and of a password, and who belongs to an enterprise.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from gimark.errors import Fault, NotAllowedError, NotFoundError, ScopeMissingError, invalid

LONGEST_NAME = 32
NAME = re.compile(r"[a-z0-9._\-\u4e00-\u9fff]{2,32}")
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128


class Role(StrEnum):
    """Who somebody is to this installation. Nobody is two: whoever runs the platform must not grant a right."""

    ADMINISTRATOR = "administrator"
    REGULATOR = "regulator"
    PRODUCER = "producer"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a role may do; also the scopes of an access key. MANAGE_ACCESS is about one's own keys alone.

    APPROVE is to be the second person of an act that the approver may do too (`gimark.accounts.seconds`).
    """

    MANAGE_ACCESS = "manage_access"
    MANAGE_USERS = "manage_users"
    MANAGE_KEYS = "manage_keys"
    MANAGE_JOBS = "manage_jobs"
    MANAGE_REGISTRY = "manage_registry"
    ERASE_PERSONS = "erase_persons"
    MANAGE_AUTHORIZATIONS = "manage_authorizations"
    MANAGE_ITEMS = "manage_items"
    MANAGE_BATCHES = "manage_batches"
    RECALL_BATCHES = "recall_batches"
    OVERRIDE_VOLUME = "override_volume"
    ISSUE_CODES = "issue_codes"
    CHANGE_CODES = "change_codes"
    VOID_CODES = "void_codes"
    MARK_CODES = "mark_codes"
    APPROVE = "approve"
    READ = "read"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_ACCESS,
            Permission.MANAGE_USERS,
            Permission.MANAGE_KEYS,
            Permission.MANAGE_JOBS,
            Permission.READ,
        }
    ),
    Role.REGULATOR: frozenset(
        {
            Permission.MANAGE_ACCESS,
            Permission.MANAGE_REGISTRY,
            Permission.ERASE_PERSONS,
            Permission.MANAGE_AUTHORIZATIONS,
            Permission.RECALL_BATCHES,
            Permission.OVERRIDE_VOLUME,
            Permission.VOID_CODES,
            Permission.MARK_CODES,
            Permission.APPROVE,
            Permission.READ,
        }
    ),
    Role.PRODUCER: frozenset(
        {
            Permission.MANAGE_ACCESS,
            Permission.MANAGE_ITEMS,
            Permission.MANAGE_BATCHES,
            Permission.RECALL_BATCHES,
            Permission.ISSUE_CODES,
            Permission.CHANGE_CODES,
            Permission.VOID_CODES,
            Permission.APPROVE,
            Permission.READ,
        }
    ),
    Role.AUDITOR: frozenset({Permission.MANAGE_ACCESS, Permission.READ}),
}

# The word for `by` in a ledger entry; an auditor only reads, so no official act is ever by one.
LEDGER_WORDS = {Role.ADMINISTRATOR: "platform", Role.REGULATOR: "regulator", Role.PRODUCER: "producer"}

ROLE_NAMES_ZH = {
    Role.ADMINISTRATOR: "平台管理员",
    Role.REGULATOR: "监管人员",
    Role.PRODUCER: "生产企业",
    Role.AUDITOR: "审计人员",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting. `enterprise_id` is set for a producer and for nobody else.

    `scopes` are those of the access key that is used, which never add to what the role permits; None without a key.
    """

    user_id: int
    name: str
    role: Role
    enterprise_id: int | None = None
    scopes: frozenset[Permission] | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What may be done now: the role's, narrowed to the key's scopes."""
        granted = GRANTS[self.role]
        return granted if self.scopes is None else granted & self.scopes

    @property
    def ledger_word(self) -> str:
        """The `by` of the entries this actor causes."""
        return LEDGER_WORDS[self.role]


def require(actor: Actor, permission: Permission) -> None:
    """Raise unless the actor has `permission`.

    NotAllowedError, naming the roles that may, when the role does not grant it; ScopeMissingError, naming the scope,
    when the role does and the access key in use does not.
    """
    if permission in actor.permissions:
        return
    if permission in GRANTS[actor.role]:
        raise ScopeMissingError(
            (
                Fault(
                    "",
                    f"访问密钥没有“{permission.value}”权限",
                    f"the access key lacks the scope “{permission.value}”",
                    "请换用有此权限的密钥，或另建一个",
                    "Use a key that has it, or make another",
                ),
            ),
            {"permission": permission.value},
        )
    holders = [role for role, permissions in GRANTS.items() if permission in permissions]
    raise NotAllowedError(
        (
            Fault(
                "",
                f"{ROLE_NAMES_ZH[actor.role]}“{actor.name}”不能做这件事",
                f"“{actor.name}” ({actor.role}) may not do this",
                f"请由{'或'.join(ROLE_NAMES_ZH[role] for role in holders)}办理",
                f"Ask a user whose role is {' or '.join(holders)}",
            ),
        ),
        {"permission": permission.value},
    )


def require_enterprise(actor: Actor, enterprise_id: int, where: str) -> None:
    """Raise NotFoundError when a producer reaches for what belongs to another enterprise."""
    if actor.enterprise_id is not None and actor.enterprise_id != enterprise_id:
        raise not_found(where)


def not_found(where: str) -> NotFoundError:
    """The same words for what does not exist and for what this actor may not see."""
    return NotFoundError(
        (
            Fault(
                where,
                "没有找到",
                "not found",
                "请核对编号，或确认您有权查看",
                "Check the reference, or that you may see it",
            ),
        )
    )


def checked_name(name: str) -> str:
    """`name` itself when it can be a login name: 2–32 Chinese characters, letters a–z, digits, or . _ -

    Raises InvalidInputError. Capitals, full-width forms and other alphabets are refused, never folded: no two names
    look alike.
    """
    if NAME.fullmatch(name):
        return name
    raise invalid(
        "name",
        "登录名只能用汉字、小写字母、数字和 . _ -，2 至 32 个字符",
        "a login name has 2 to 32 Chinese characters, lower-case letters, digits, or . _ -",
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

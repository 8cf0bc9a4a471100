"""Roles, what each may do, and the two refusals: not allowed, and not found for what belongs to another."""

from dataclasses import dataclass
from enum import StrEnum

from gimark.errors import Fault, NotAllowedError, NotFoundError, ScopeMissingError


class Role(StrEnum):
    """Who somebody is to this installation. Nobody is two: whoever runs the platform must not grant a right.

    At the authority: who decides, who asks for it (`REGULATOR`), who looks at goods on the spot. At an enterprise: who
    answers for it, and who does the daily work.
    """

    ADMINISTRATOR = "administrator"
    REGULATOR_LEAD = "regulator_lead"
    REGULATOR = "regulator"
    INSPECTOR = "inspector"
    PRODUCER_MANAGER = "producer_manager"
    PRODUCER_CLERK = "producer_clerk"
    AUDITOR = "auditor"


AUTHORITY = frozenset({Role.REGULATOR_LEAD, Role.REGULATOR, Role.INSPECTOR})
PRODUCERS = frozenset({Role.PRODUCER_MANAGER, Role.PRODUCER_CLERK})


class Permission(StrEnum):
    """What a role may do; also the scopes of an access key. MANAGE_ACCESS is about one's own keys alone, MANAGE_STAFF
    about the users of one's own enterprise.

    MANAGE_LABELS is to keep label templates and the special mark. CHANGE_CODES is to print and activate labels,
    RETURN_CODES to hand back unused ones. APPROVE is to be the second person of an act that the approver may do too
    (`gimark.accounts.seconds`).
    """

    MANAGE_ACCESS = "manage_access"
    MANAGE_USERS = "manage_users"
    MANAGE_STAFF = "manage_staff"
    MANAGE_KEYS = "manage_keys"
    MANAGE_JOBS = "manage_jobs"
    MANAGE_REGISTRY = "manage_registry"
    ERASE_PERSONS = "erase_persons"
    MANAGE_AUTHORIZATIONS = "manage_authorizations"
    MANAGE_ITEMS = "manage_items"
    MANAGE_LABELS = "manage_labels"
    MANAGE_BATCHES = "manage_batches"
    RECALL_BATCHES = "recall_batches"
    OVERRIDE_VOLUME = "override_volume"
    ISSUE_CODES = "issue_codes"
    CHANGE_CODES = "change_codes"
    RETURN_CODES = "return_codes"
    VOID_CODES = "void_codes"
    MARK_CODES = "mark_codes"
    APPROVE = "approve"
    READ = "read"


_REGULATOR = frozenset(
    {
        Permission.MANAGE_ACCESS,
        Permission.MANAGE_REGISTRY,
        Permission.ERASE_PERSONS,
        Permission.MANAGE_AUTHORIZATIONS,
        Permission.RECALL_BATCHES,
        Permission.OVERRIDE_VOLUME,
        Permission.VOID_CODES,
        Permission.MARK_CODES,
        Permission.READ,
    }
)
_CLERK = frozenset({Permission.MANAGE_BATCHES, Permission.ISSUE_CODES, Permission.CHANGE_CODES, Permission.READ})

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_ACCESS,
            Permission.MANAGE_USERS,
            Permission.MANAGE_KEYS,
            Permission.MANAGE_JOBS,
            Permission.MANAGE_LABELS,
            Permission.READ,
        }
    ),
    Role.REGULATOR_LEAD: _REGULATOR | {Permission.APPROVE},
    Role.REGULATOR: _REGULATOR,
    Role.INSPECTOR: frozenset({Permission.MARK_CODES, Permission.READ}),
    Role.PRODUCER_MANAGER: _CLERK
    | {
        Permission.MANAGE_ACCESS,
        Permission.MANAGE_STAFF,
        Permission.MANAGE_ITEMS,
        Permission.MANAGE_LABELS,
        Permission.RECALL_BATCHES,
        Permission.RETURN_CODES,
        Permission.VOID_CODES,
        Permission.APPROVE,
    },
    Role.PRODUCER_CLERK: _CLERK,
    Role.AUDITOR: frozenset({Permission.MANAGE_ACCESS, Permission.READ}),
}

# The word for `by` in a ledger entry; an auditor only reads, so no official act is ever by one.
LEDGER_WORDS = {
    Role.ADMINISTRATOR: "platform",
    **dict.fromkeys(AUTHORITY, "regulator"),
    **dict.fromkeys(PRODUCERS, "producer"),
}

ROLE_NAMES_ZH = {
    Role.ADMINISTRATOR: "平台管理员",
    Role.REGULATOR_LEAD: "监管负责人",
    Role.REGULATOR: "监管人员",
    Role.INSPECTOR: "检查人员",
    Role.PRODUCER_MANAGER: "企业负责人",
    Role.PRODUCER_CLERK: "企业操作员",
    Role.AUDITOR: "审计人员",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting. `enterprise_id` is set for people of an enterprise and for nobody else.

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

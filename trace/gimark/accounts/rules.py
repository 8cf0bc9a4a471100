"""Roles, what each may do, and the two refusals: not allowed, and not found for what belongs to another."""

from dataclasses import dataclass
from enum import StrEnum

from gimark.errors import Fault, NotAllowedError, NotFoundError


class Role(StrEnum):
    """Who somebody is to this installation."""

    ADMINISTRATOR = "administrator"
    REGULATOR = "regulator"
    PRODUCER = "producer"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a role may do."""

    MANAGE_USERS = "manage_users"
    MANAGE_REGISTRY = "manage_registry"
    MANAGE_AUTHORIZATIONS = "manage_authorizations"
    MANAGE_ITEMS = "manage_items"
    MANAGE_BATCHES = "manage_batches"
    RECALL_BATCHES = "recall_batches"
    ISSUE_CODES = "issue_codes"
    CHANGE_CODES = "change_codes"
    VOID_CODES = "void_codes"
    READ = "read"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset({Permission.MANAGE_USERS}),
    Role.REGULATOR: frozenset(
        {
            Permission.MANAGE_REGISTRY,
            Permission.MANAGE_AUTHORIZATIONS,
            Permission.RECALL_BATCHES,
            Permission.VOID_CODES,
            Permission.READ,
        }
    ),
    Role.PRODUCER: frozenset(
        {
            Permission.MANAGE_ITEMS,
            Permission.MANAGE_BATCHES,
            Permission.RECALL_BATCHES,
            Permission.ISSUE_CODES,
            Permission.CHANGE_CODES,
            Permission.VOID_CODES,
            Permission.READ,
        }
    ),
    Role.AUDITOR: frozenset({Permission.READ}),
}

# The word for `by` in a ledger entry; a role that signs no official act has none.
LEDGER_WORDS = {Role.REGULATOR: "regulator", Role.PRODUCER: "producer"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting. `enterprise_id` is set for a producer and for nobody else."""

    user_id: int
    name: str
    role: Role
    enterprise_id: int | None = None

    @property
    def ledger_word(self) -> str:
        """The `by` of the entries this actor causes."""
        return LEDGER_WORDS[self.role]


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotAllowedError unless the actor's role grants `permission`."""
    if permission not in GRANTS[actor.role]:
        raise NotAllowedError(
            (
                Fault(
                    "",
                    f"“{actor.name}”的角色（{actor.role}）不能做这件事",
                    f"“{actor.name}” ({actor.role}) may not do this",
                    "请由有权限的人员操作",
                    "Ask somebody whose role permits it",
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

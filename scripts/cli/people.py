"""`gimark user role`, `gimark user link` and `gimark user unpair`."""

from sqlalchemy import select

from api.web.desk.places import RESET
from gimark.accounts.actions import change_role
from gimark.accounts.factors.actions import drop_second_factor
from gimark.accounts.links.actions import make_reset_link
from gimark.accounts.queries import ref_of
from gimark.accounts.rules import Role, not_found
from gimark.errors import invalid
from gimark.registry.enterprises.model import Enterprise
from gimark.store.unit_of_work import Act
from scripts.cli.office import acting_as, console, installation


def role_named(word: str) -> Role:
    """The role that a word names. Raises InvalidInputError."""
    try:
        return Role(word)
    except ValueError:
        raise invalid(
            "role",
            f"没有“{word}”这种角色",
            f"there is no role “{word}”",
            f"可选：{'、'.join(Role)}",
            f"Choose {', '.join(Role)}",
        ) from None


def enterprise_id_of(act: Act, uscc: str | None) -> int | None:
    """The enterprise with a USCC, None without one. Raises NotFoundError."""
    if uscc is None:
        return None
    found = act.session.scalar(select(Enterprise.id).where(Enterprise.uscc == uscc))
    if found is None:
        raise not_found("enterprise")
    return found


def give_role(name: str, word: str, actor_name: str, uscc: str | None) -> None:
    """Give a user another role, at once."""
    role, actor = role_named(word), acting_as(actor_name)
    with installation().store.acting() as act:
        change_role(act, actor, ref_of(act.session, actor, name), role, enterprise_id_of(act, uscc))
        act.commit()
    console.print(f"{name}  {role}", highlight=False)


def link(name: str, actor_name: str) -> None:
    """Make a link by which a user sets a password, and show it."""
    here, actor = installation(), acting_as(actor_name)
    with here.store.acting() as act:
        made = make_reset_link(act, actor, ref_of(act.session, actor, name), may_be_own=True)
        act.commit()
    address = f"{here.settings.public_base}{RESET}/{made.token}"
    console.print(f"{name}  24 小时内一次有效 / works once within 24 hours", highlight=False)
    console.print(address, highlight=False, soft_wrap=True)


def unpair(name: str, actor_name: str) -> None:
    """Take away the authenticator and the recovery codes of somebody who lost both, who may be oneself."""
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        drop_second_factor(act, actor, ref_of(act.session, actor, name), may_be_own=True)
        act.commit()
    console.print(f"{name}  验证器已去掉 / the authenticator is gone", highlight=False)

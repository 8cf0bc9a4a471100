"""`gimark access …`."""

from collections.abc import Sequence

from rich.table import Table

from gimark.accounts.access.actions import AccessKeyForm, create_access_key, revoke_access_key
from gimark.accounts.access.queries import AccessKeyFacts, access_keys
from gimark.accounts.rules import Permission
from gimark.errors import invalid
from gimark.store.paging import MOST, Wanted
from scripts.cli.days import day_of
from scripts.cli.office import acting_as, console, installation, show


def create(name: str, scopes: Sequence[str], until: str, actor_name: str) -> None:
    """Make a key and show it, once."""
    actor = acting_as(actor_name)
    form = AccessKeyForm(name, tuple(_scope(scope) for scope in scopes), day_of(until, "until"))
    with installation().store.acting() as act:
        made = create_access_key(act, actor, form)
        act.commit()
    console.print(f"密钥编号 / key {made.facts.ref}")
    console.print(f"访问密钥，只显示这一次 / the key, shown this once  [bold]{made.token}[/]", highlight=False)


def show_keys(actor_name: str) -> None:
    """List keys, revoked and ended ones too."""
    actor = acting_as(actor_name)
    table = Table(
        "编号 / ref", "用户 / user", "名称 / name", "前缀 / prefix", "权限 / scopes", "至 / until", "状态 / state"
    )
    wanted = Wanted(MOST)
    with installation().store.reading() as session:
        while True:
            found = access_keys(session, actor, wanted)
            for key in found.items:
                scopes = " ".join(key.scopes)
                table.add_row(key.ref, key.owner, key.name, key.prefix, scopes, str(key.expires_on), _state(key))
            if found.next is None:
                break
            wanted = Wanted(MOST, found.next)
    show(table)


def revoke(ref: str, actor_name: str) -> None:
    """End a key."""
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        facts = revoke_access_key(act, actor, ref)
        act.commit()
    console.print(f"已吊销 / revoked  {facts.ref}  {facts.owner}  {facts.name}")


def _state(key: AccessKeyFacts) -> str:
    if key.revoked_at is not None:
        return "吊销 / revoked"
    return "未用 / unused" if key.last_used_on is None else f"用于 / used {key.last_used_on}"


def _scope(text: str) -> Permission:
    try:
        return Permission(text)
    except ValueError:
        raise invalid(
            "scope",
            f"没有“{text[:40]}”这种权限",
            f"there is no scope “{text[:40]}”",
            f"可选：{'、'.join(Permission)}",
            f"Choose among {', '.join(Permission)}",
        ) from None

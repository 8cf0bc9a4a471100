"""`gimark init`, `gimark keys …`, `gimark user …`."""

from pathlib import Path

from rich.table import Table
from sqlalchemy import select

from api.founding import found
from api.settings import Settings
from gimark.accounts.actions import UserForm, create_user
from gimark.accounts.rules import Role, not_found
from gimark.errors import invalid
from gimark.registry.enterprises.model import Enterprise
from scripts.cli.office import acting_as, console, installation


def init(profile: Path, origin: str, host: str) -> None:
    """Found the installation and say, once, what is said only once."""
    settings = Settings()
    with console.status("生成密钥、建库、载入县情资料 / keys, database, profile"):
        founded = found(settings, profile, origin, host)
    console.print(f"数据文件夹 / data folder  {settings.data_dir}")
    console.print(f"根公钥 / root key        [bold]{founded.root_vkey}[/]", soft_wrap=True, highlight=False)
    for name, password in founded.passwords.items():
        console.print(f"一次性密码 / one-time password  {name}  [bold]{password}[/]", highlight=False)
    console.print(
        "请抄下密码；把 keys/root.pem 移到离线介质，并备份 keys 文件夹两份。\n"
        "Note the passwords; move keys/root.pem off line, and keep two backups of the keys folder."
    )


def show_keys() -> None:
    """The key set, as published."""
    here = installation()
    keyset = here.keyset
    table = Table(title=f"{keyset.origin}  seq {keyset.seq}  → {keyset.expires_at:%Y-%m-%d}")
    for column in ("kid", "alg", "from", "until", "state", "private half"):
        table.add_column(column)
    for key in keyset.keys:
        held = "here" if (here.keys_folder / f"issuing-{key.kid}.pem").exists() else "—"
        table.add_row(key.kid, key.alg, str(key.from_on), str(key.until_on), key.state.value, held)
    console.print(table)
    console.print(f"root  {here.root_key}", soft_wrap=True, highlight=False)


def add_user(name: str, role: str, actor_name: str, enterprise: str | None) -> None:
    """Make a user and show the one-time password."""
    try:
        wanted = Role(role)
    except ValueError:
        raise invalid(
            "role",
            f"没有“{role}”这种角色",
            f"there is no role “{role}”",
            f"可选：{'、'.join(Role)}",
            f"Choose {', '.join(Role)}",
        ) from None
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        enterprise_id = None
        if enterprise is not None:
            enterprise_id = act.session.scalar(select(Enterprise.id).where(Enterprise.uscc == enterprise))
            if enterprise_id is None:
                raise not_found("enterprise")
        user = create_user(act, actor, UserForm(name, wanted, enterprise_id))
        act.commit()
    console.print(f"{user.name}  一次性密码 / one-time password  [bold]{user.one_time_password}[/]", highlight=False)

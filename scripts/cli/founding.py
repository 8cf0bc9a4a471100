"""`gimark init` and `gimark user …`."""

from pathlib import Path

from api.ceremony import RootPlace, recovery_beside
from api.founding import found
from api.settings import Settings, passphrase_in
from gimark.accounts.actions import UserForm, create_user
from gimark.errors import invalid
from gimark.registry.profiles.reading import read_profile
from scripts.cli.office import acting_as, console, installation
from scripts.cli.people import enterprise_id_of, role_named
from scripts.cli.profiles import say_open


def init(profile: Path, origin: str, host: str, root_out: Path | None, root_passphrase_file: Path | None) -> None:
    """Found the installation and say, once, what is said only once."""
    settings = Settings()
    root = _root_outside(root_out, root_passphrase_file)
    with console.status("生成密钥、建库、载入县情资料 / keys, database, profile"):
        founded = found(settings, profile, origin, host, root=root)
    console.print(f"数据文件夹 / data folder  {settings.data_dir}")
    console.print(f"根公钥 / root key        [bold]{founded.root_vkey}[/]", soft_wrap=True, highlight=False)
    for name, password in founded.passwords.items():
        console.print(f"一次性密码 / one-time password  {name}  [bold]{password}[/]", highlight=False)
    console.print(
        "请抄下密码，并把 keys 文件夹备份两份。\nNote the passwords, and keep two backups of the keys folder."
    )
    if root is None:
        console.print(
            "[bold red]根私钥还在 keys/root.pem，恢复密钥还在 keys/recovery.age：请立即把两者移到离线介质，"
            "密钥变动（--root）或赋码主密钥丢失时才取用。\n"
            "The root's private key is still in keys/root.pem, the recovery key in keys/recovery.age: move both off "
            "line now; they are needed only when keys change (--root) or the serial master is lost.[/]"
        )
    else:
        console.print(
            f"根私钥 / the root's private key  {root.path}\n"
            f"恢复密钥 / the recovery key  {recovery_beside(root).path}\n"
            "请与其口令一起离线保管两份。 / Keep two copies of both off line, with their passphrase.",
            highlight=False,
        )
    say_open(read_profile(profile))


def _root_outside(path: Path | None, passphrase_file: Path | None) -> RootPlace | None:
    if (path is None) != (passphrase_file is None):
        raise invalid(
            "root_out",
            "--root-out 与 --root-passphrase-file 须一起给出",
            "--root-out and --root-passphrase-file go together",
            "根密钥写到别处时须有自己的口令",
            "A root key that is kept elsewhere has a passphrase of its own",
        )
    return None if path is None or passphrase_file is None else RootPlace(path, passphrase_in(passphrase_file))


def add_user(name: str, role: str, actor_name: str, enterprise: str | None) -> None:
    """Make a user and show the one-time password."""
    wanted = role_named(role)
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        user = create_user(act, actor, UserForm(name, wanted, enterprise_id_of(act, enterprise)))
        act.commit()
    console.print(f"{user.name}  一次性密码 / one-time password  [bold]{user.one_time_password}[/]", highlight=False)

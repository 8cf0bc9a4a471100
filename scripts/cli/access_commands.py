"""The tree of `gimark access …`. Only typer is imported here, so that `gimark --help` answers at once."""

from typing import Annotated

import typer

from scripts.cli.failing import said_plainly
from scripts.cli.options import ActorName

access = typer.Typer(
    no_args_is_help=True, help="访问密钥，供程序调用接口 / Access keys, for programs that use the API."
)


@access.command("create")
def access_create(
    name: Annotated[str, typer.Argument(help="名称，例如所用系统 / A name, such as the program's.")],
    scope: Annotated[list[str], typer.Option(metavar="SCOPE", help="权限，可写多次 / A scope; may be repeated.")],
    until: Annotated[str, typer.Option(help="最后有效日，最长一年 / Last day, a year away at most.")],
    as_: ActorName,
) -> None:
    """新建自己的访问密钥，只显示一次。 / Make a key of one's own; it is shown once."""
    from scripts.cli import access

    with said_plainly():
        access.create(name, scope, until, as_)


@access.command("list")
def access_list(as_: ActorName) -> None:
    """自己的访问密钥；平台管理员可见全部。 / One's own keys; an administrator sees everybody's."""
    from scripts.cli import access

    with said_plainly():
        access.show_keys(as_)


@access.command("revoke")
def access_revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", help="密钥编号 / The key's reference.")], as_: ActorName
) -> None:
    """吊销，立即生效，不可恢复。 / End a key at once, for good."""
    from scripts.cli import access

    with said_plainly():
        access.revoke(key, as_)

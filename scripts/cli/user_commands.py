"""The tree of `gimark user …`. Only typer is imported here, so that `gimark --help` answers at once."""

from typing import Annotated

import typer

from scripts.cli.failing import said_plainly
from scripts.cli.options import ActorName

user = typer.Typer(no_args_is_help=True, help="用户 / Users.")

ROLES = "regulator_lead | regulator | inspector | producer_manager | producer_clerk | auditor | administrator"
Role = Annotated[str, typer.Option(help=f"角色 / Role: {ROLES}.")]
LoginName = Annotated[str, typer.Argument(help="登录名 / Login name.")]


@user.command("add")
def user_add(
    name: LoginName,
    role: Role,
    as_: ActorName,
    enterprise: Annotated[str | None, typer.Option(help="信用代码 / USCC of the producer's enterprise.")] = None,
) -> None:
    """新建用户，给出一次性密码。 / Make a user with a one-time password."""
    from scripts.cli import founding

    with said_plainly():
        founding.add_user(name, role, as_, enterprise)


@user.command("role")
def user_role(
    name: LoginName,
    role: Role,
    as_: ActorName,
    enterprise: Annotated[str | None, typer.Option(help="信用代码 / USCC of the producer's enterprise.")] = None,
) -> None:
    """更改用户的角色，立即生效。 / Give a user another role, at once."""
    from scripts.cli import people

    with said_plainly():
        people.give_role(name, role, as_, enterprise)


@user.command("link")
def user_link(name: LoginName, as_: ActorName) -> None:
    """生成一次性链接，由本人设置密码。 / Make a one-time link by which a user sets a password."""
    from scripts.cli import people

    with said_plainly():
        people.link(name, as_)


@user.command("unpair")
def user_unpair(name: LoginName, as_: ActorName) -> None:
    """去掉丢失的验证器和恢复码。 / Take a lost authenticator and its recovery codes away."""
    from scripts.cli import people

    with said_plainly():
        people.unpair(name, as_)


@user.command("reset")
def user_reset(name: LoginName, as_: ActorName) -> None:
    """忘记密码的用户：重发一次性密码，旧密码立即失效。 / Give whoever forgot theirs a new one-time password."""
    from scripts.cli import passwords

    with said_plainly():
        passwords.reset(name, as_)


@user.command("password")
def user_password(name: LoginName) -> None:
    """更改自己的密码：先输原密码（或一次性密码），再输新密码。 / Change one's password: the old one, then the new."""
    from scripts.cli import passwords

    with said_plainly():
        passwords.change(name)

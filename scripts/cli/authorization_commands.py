"""The tree of `gimark authorization …`. Only typer is imported here, so that `gimark --help` answers at once."""

from typing import Annotated

import typer

from scripts.cli.failing import said_plainly
from scripts.cli.options import ActorName, Reason

authorization = typer.Typer(no_args_is_help=True, help="用标授权 / Authorizations.")

Authorization = Annotated[
    str, typer.Argument(metavar="AUTHORIZATION", help="授权编号 / The authorization's reference.")
]
FirstDay = Annotated[str | None, typer.Option("--from", help="生效日，默认今天 / The day it takes effect; today.")]


@authorization.command("list")
def authorization_list(
    as_: ActorName,
    enterprise: Annotated[str | None, typer.Option(help="信用代码 / Of the enterprise with this USCC.")] = None,
) -> None:
    """列出授权、编号和现状。 / Authorizations with their references and how they stand."""
    from scripts.cli import authorizations

    with said_plainly():
        authorizations.show(as_, enterprise)


@authorization.command("grant")
def authorization_grant(
    enterprise: Annotated[str, typer.Argument(help="企业编号或信用代码 / Enterprise: reference or USCC.")],
    right: Annotated[str, typer.Argument(help="权利编号，或 产品名/种类 / Right: reference, or product/kind.")],
    class_: Annotated[list[str], typer.Option("--class", help="产品类别，可多次 / A class; may be repeated.")],
    number: Annotated[str, typer.Option(help="文号 / Number of the document.")],
    from_: Annotated[str, typer.Option("--from", help="起始日 2026-03-02 / First day.")],
    as_: ActorName,
    until: Annotated[str | None, typer.Option(help="截止日，不填为长期 / Last day; open when left out.")] = None,
    labels_per_year: Annotated[int | None, typer.Option(help="每年枚数上限 / At most so many a year.")] = None,
) -> None:
    """授权企业使用一项权利。 / Authorise an enterprise to use a right."""
    from scripts.cli import authorizations

    with said_plainly():
        authorizations.grant(enterprise, right, class_, number, from_, until, labels_per_year, as_)


@authorization.command("suspend")
def authorization_suspend(ref: Authorization, reason: Reason, as_: ActorName, from_: FirstDay = None) -> None:
    """暂停。 / Suspend."""
    _change("suspend", ref, reason, from_, as_)


@authorization.command("restore")
def authorization_restore(ref: Authorization, reason: Reason, as_: ActorName, from_: FirstDay = None) -> None:
    """恢复暂停的授权。 / Restore a suspended authorization."""
    _change("restore", ref, reason, from_, as_)


@authorization.command("revoke")
def authorization_revoke(ref: Authorization, reason: Reason, as_: ActorName, from_: FirstDay = None) -> None:
    """撤销，不可恢复。 / Revoke, for good."""
    _change("revoke", ref, reason, from_, as_)


@authorization.command("amend")
def authorization_amend(
    ref: Authorization,
    reason: Reason,
    as_: ActorName,
    class_: Annotated[list[str] | None, typer.Option("--class", help="全部类别 / Every class.")] = None,
    number: Annotated[str | None, typer.Option(help="文号 / Number of the document.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="起始日 / First day.")] = None,
    until: Annotated[str | None, typer.Option(help="截止日，或 open 表示长期 / Last day, or open.")] = None,
    labels_per_year: Annotated[str | None, typer.Option(help="每年枚数，或 none 表示不限 / A year, or none.")] = None,
) -> None:
    """变更条款，没有写的保持不变；自今日起生效。 / Change terms, the others stay; in force from today."""
    from scripts.cli import authorizations

    with said_plainly():
        authorizations.amend(ref, reason, as_, class_, number, from_, until, labels_per_year)


def _change(kind: str, ref: str, reason: str, from_: str | None, actor: str) -> None:
    from scripts.cli import authorizations

    with said_plainly():
        authorizations.change(kind, ref, reason, from_, actor)

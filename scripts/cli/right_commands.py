"""The tree of `gimark right …`. Only typer is imported here, so that `gimark --help` answers at once."""

from typing import Annotated

import typer

from scripts.cli.failing import said_plainly
from scripts.cli.options import ActorName, Reason

right = typer.Typer(no_args_is_help=True, help="地理标志权利 / Rights over products' names.")

Right = Annotated[
    str, typer.Argument(metavar="RIGHT", help="权利编号，或 产品名/种类 / Right: reference, or product/kind.")
]


@right.command("list")
def right_list(as_: ActorName) -> None:
    """列出各项权利、编号和现在的事实。 / Rights with their references and facts as they are now."""
    from scripts.cli import rights

    with said_plainly():
        rights.show(as_)


@right.command("amend")
def right_amend(
    ref: Right,
    source: Annotated[str, typer.Option(help="新事实的出处 / Where the new facts are known from.")],
    tag: Annotated[str, typer.Option(help="statute、publication 等 / How they were found: statute, publication, …")],
    reason: Reason,
    as_: ActorName,
    announcement: Annotated[
        str | None, typer.Option(help="批准公告号，或 unknown / Announcement number, or unknown.")
    ] = None,
    standard: Annotated[str | None, typer.Option(help="执行标准代号，或 unknown / Standard, or unknown.")] = None,
    trademark: Annotated[
        str | None, typer.Option(help="商标注册号，或 unknown / Trademark number, or unknown.")
    ] = None,
    holder: Annotated[str | None, typer.Option(help="权利人，或 unknown / Holder, or unknown.")] = None,
    area: Annotated[list[str] | None, typer.Option(help="全部乡镇代码，可多次 / Every town's code.")] = None,
    grade: Annotated[list[str] | None, typer.Option(help="标准的全部等级，可多次 / Every grade.")] = None,
    printed_text: Annotated[list[str] | None, typer.Option(help="全部须印文字，可多次 / Every printed text.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="生效日 / In force from.")] = None,
    until: Annotated[str | None, typer.Option(help="有效期至，或 open 表示长期 / Last day, or open.")] = None,
    confirmed_by: Annotated[str | None, typer.Option(help="县里的确认人 / Who confirmed it for the county.")] = None,
    confirmed_on: Annotated[str | None, typer.Option(help="确认日 / On which day.")] = None,
) -> None:
    """变更权利的事实，没有写的保持不变；新印的标签随之改变。 / Change facts of a right; new labels follow them."""
    from scripts.cli import rights

    changes = {
        "announcement": announcement,
        "standard": standard,
        "trademark": trademark,
        "holder": holder,
        "towns": area,
        "defined_grades": grade,
        "printed_texts": printed_text,
        "valid_from": from_,
        "valid_until": until,
    }
    given = {name: value for name, value in changes.items() if value is not None}
    with said_plainly():
        rights.amend(ref, given, rights.Known(source, tag, confirmed_by, confirmed_on), reason, as_)

"""The command tree of `gimark scans …`. Only typer is imported here."""

from enum import StrEnum
from typing import Annotated

import typer

from scripts.cli.failing import said_plainly

scans = typer.Typer(no_args_is_help=True, help="查验记录 / Checks of codes.")


class By(StrEnum):
    """What one line stands for."""

    ENTERPRISE = "enterprise"
    BATCH = "batch"
    RUN = "run"
    PROVINCE = "province"
    MONTH = "month"
    REASON = "reason"


@scans.callback()
def _scans() -> None:
    """Keep `statistics` a command of its own, although it is the only one."""


@scans.command("statistics")
def scans_statistics(
    as_: Annotated[str, typer.Option("--as", metavar="USER", help="以谁的名义查看 / On whose behalf.")],
    by: Annotated[By, typer.Option(help="按什么分列 / What a line stands for.")] = By.ENTERPRISE,
    enterprise: Annotated[str | None, typer.Option(help="只看一家企业：信用代码 / One enterprise's USCC.")] = None,
    batch: Annotated[str | None, typer.Option(help="只看一个批次 / One batch.")] = None,
    run: Annotated[str | None, typer.Option(help="只看一个赋码批 / One run.")] = None,
    json: Annotated[bool, typer.Option("--json", help="JSON 输出 / JSON output.")] = False,
) -> None:
    """查验次数统计，企业只能看自己的。 / How often codes were checked; a producer sees its own."""
    from gimark.scans.statistics.scope import Scope
    from scripts.cli import scan_figures

    with said_plainly():
        scan_figures.show(as_, by.value, Scope(enterprise, batch, run), as_json=json)

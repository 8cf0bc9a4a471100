"""The command tree. Only typer is imported here, so that `gimark --help` answers at once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.access_commands import access
from scripts.cli.authorization_commands import authorization
from scripts.cli.batch_commands import batch
from scripts.cli.code_commands import codes
from scripts.cli.enterprise_commands import enterprise
from scripts.cli.failing import said_plainly
from scripts.cli.key_commands import RootPassphrase, keys
from scripts.cli.loading import loading
from scripts.cli.options import ActorName
from scripts.cli.profile_commands import profile as profiles
from scripts.cli.proposal_commands import proposal
from scripts.cli.reading import Commands
from scripts.cli.right_commands import right as rights
from scripts.cli.scan_commands import scans
from scripts.cli.upkeep_commands import store, upkeep
from scripts.cli.user_commands import user

app = typer.Typer(
    name="gimark",
    cls=Commands,
    help="地理标志专用标志追溯：登记、赋码、印标、查验、公示账本。 / Traceability for geographical-indication marks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
ledger = typer.Typer(no_args_is_help=True, help="公示账本 / The public ledger.")
app.add_typer(access, name="access")
app.add_typer(authorization, name="authorization")
app.add_typer(batch, name="batch")
app.add_typer(codes, name="codes")
app.add_typer(enterprise, name="enterprise")
app.add_typer(keys, name="keys")
app.add_typer(ledger, name="ledger")
app.add_typer(profiles, name="profile")
app.add_typer(proposal)
app.add_typer(rights, name="right")
app.add_typer(scans, name="scans")
app.add_typer(store, name="store")
app.add_typer(upkeep)
app.add_typer(user, name="user")


class LabelFormat(StrEnum):
    """The kinds of label files (`gimark.issuance.rules.PrintFormat`, which takes long to import)."""

    PDF = "pdf"
    ZPL = "zpl"
    TSPL = "tspl"
    SVG = "svg"
    PNG = "png"


@app.command()
def init(
    profile: Annotated[Path, typer.Option(help="县情资料文件夹 / Folder of a county profile.")],
    origin: Annotated[str, typer.Option(help="签名来源名，一经确定不再改变 / Name signed into every code, for life.")],
    host: Annotated[str, typer.Option(help="印在二维码里的网址主机 / Host printed in every code.")],
    root_out: Annotated[Path | None, typer.Option(help="根私钥写到这里 / Where the root's private key goes.")] = None,
    root_passphrase_file: RootPassphrase = None,
) -> None:
    """建库、生成密钥、载入县情资料，并给出首位管理员的一次性密码。 / Make the database, the keys and the first user."""
    from scripts.cli import founding

    with said_plainly():
        founding.init(profile, origin, host, root_out, root_passphrase_file)


@app.command()
def serve(
    bind: Annotated[str, typer.Option(help="监听地址 / Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口 / Port.")] = 8000,
    processes: Annotated[
        int | None, typer.Option(min=1, max=64, help="网页进程数 / Web processes (GIMARK_PROCESSES).")
    ] = None,
    worker: Annotated[bool, typer.Option(help="同时运行后台作业 / Run the worker too.")] = True,
) -> None:
    """提供网页、查验和公示账本。 / Serve the pages, the look-up and the ledger."""
    from scripts.cli import serving

    with said_plainly():
        serving.serve(bind, port, processes, with_worker=worker)


@app.command(hidden=True)
def web(
    listening: Annotated[int, typer.Option(help="The listening socket's number.")],
    name: Annotated[str, typer.Option(help="The process's name in the log.")],
) -> None:
    """One web process of `serve`, started by it."""
    with loading():
        from scripts.cli import answering

    with said_plainly():
        answering.web(listening, name)


@app.command()
def worker(
    attached: Annotated[bool, typer.Option("--attached", hidden=True, help="End with standard input.")] = False,
) -> None:
    """只运行后台作业：存证快照、印标文件、作废名单。 / Run the worker alone."""
    with loading():
        from scripts.cli import running

    with said_plainly():
        running.work(attached=attached)


@app.command()
def sweep() -> None:
    """立即清理到期内容：设备密钥、查验明细、逾期占用、旧作业。 / Take away what was kept long enough."""
    from scripts.cli import running

    with said_plainly():
        running.sweep()


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="演示后退出 / Stop after the demonstration.")] = False,
    folder: Annotated[Path, typer.Option(help="数据文件夹 / Data folder.")] = Path("var/demo"),
    bind: Annotated[str, typer.Option(help="监听地址 / Address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口 / Port.")] = 8000,
    season: Annotated[int, typer.Option(min=1, max=100, hidden=True, help="Size of the season in percent.")] = 100,
) -> None:
    """用虚构的云溪县走完主线：登记、赋码、印标、扫码、查伪。 / The main job on an invented county, end to end."""
    from scripts.demonstration import story

    with said_plainly():
        raise typer.Exit(story.run(folder, bind, port, once=once, percent=season))


@app.command()
def issue(
    batch_ref: Annotated[str, typer.Argument(metavar="BATCH", help="批次编号 / The batch's reference.")],
    count: Annotated[int, typer.Argument(help="枚数 / How many codes.")],
    as_: ActorName,
    key: Annotated[str | None, typer.Option(help="幂等键，重试时保持不变 / Idempotency key.")] = None,
) -> None:
    """为一个批次赋码。 / Issue codes for a batch."""
    from scripts.cli import issuing

    with said_plainly():
        issuing.issue(batch_ref, count, as_, key)


@app.command()
def labels(
    run: Annotated[str, typer.Argument(metavar="RUN", help="赋码批编号 / The run's reference.")],
    as_: ActorName,
    out: Annotated[Path, typer.Option(help="文件存放处 / Where the files go.")] = Path(),
    first: Annotated[int, typer.Option(help="首枚序号 / First index.")] = 0,
    last: Annotated[int | None, typer.Option(help="末枚序号 / Last index.")] = None,
    template: Annotated[str, typer.Option(help="版式 / Template.")] = "a4-3x8",
    dpi: Annotated[int, typer.Option(help="打印机分辨率 203/300/600 / The printer's dpi.")] = 300,
    on_pack: Annotated[
        list[str] | None,
        typer.Option(metavar="ITEM", help="已印在包装上的项目 / Items that the package itself carries."),
    ] = None,
    reprint: Annotated[str | None, typer.Option(metavar="REASON", help="补印理由 / Why they are reprinted.")] = None,
    format_: Annotated[
        LabelFormat,
        typer.Option("--format", help="pdf；卷装热敏：zpl（Zebra）、tspl（TSC 等）；逐枚：svg、png / Kind of file."),
    ] = LabelFormat.PDF,
    skip: Annotated[int, typer.Option(help="首张标签纸已用的位置数 / Places used on the first sheet.")] = 0,
    right: Annotated[
        float, typer.Option(min=-10, max=10, metavar="MM", help="整体右移（毫米） / Move everything right.")
    ] = 0.0,
    down: Annotated[
        float, typer.Option(min=-10, max=10, metavar="MM", help="整体下移（毫米） / Move everything down.")
    ] = 0.0,
) -> None:
    """印标文件和 CSV，抽样解码合格并公布存证后放行。 / Label files and CSV, released once proven."""
    from gimark.issuance.rules import PrintFormat
    from scripts.cli import issuing

    printer = issuing.Printer(PrintFormat(format_.value), skip, right, down)
    with said_plainly():
        issuing.labels(run, as_, out, first, last, template, dpi, tuple(on_pack or ()), reprint, printer)


@app.command()
def verify(
    code: Annotated[
        str,
        typer.Argument(help="网址、13 位号码、图片或证明文件 / A URL, a typed code, an image or a .gi-proof file."),
    ],
    keyset: Annotated[Path | None, typer.Option(help="离线：密钥公告 gi-keys / Offline, against a key set.")] = None,
    root: Annotated[str | None, typer.Option(metavar="VKEY", help="根公钥 / The root's public key.")] = None,
    status: Annotated[Path | None, typer.Option(help="离线：作废名单 gi-status / Status list.")] = None,
    server: Annotated[str | None, typer.Option(help="在线：查验网址 / Online, at this address.")] = None,
) -> None:
    """查验一枚标识，在线或离线；或核对证明文件。 / Check a code, online or offline, or a proof file."""
    from scripts.cli import verifying

    with said_plainly():
        raise typer.Exit(verifying.verify(code, keyset, root, status, server))


@ledger.command("check")
def ledger_check() -> None:
    """把全部条目与数据表逐一核对。 / Compare every entry with the tables."""
    from scripts.cli import ledgers

    with said_plainly():
        raise typer.Exit(ledgers.check())


@ledger.command("show")
def ledger_show(index: Annotated[int, typer.Argument(help="条目序号 / Entry index.")]) -> None:
    """显示一条。 / Show one entry."""
    from scripts.cli import ledgers

    with said_plainly():
        ledgers.show(index)


@ledger.command("publish")
def ledger_publish() -> None:
    """立即签发存证快照。 / Sign and publish a checkpoint now."""
    from scripts.cli import ledgers

    with said_plainly():
        ledgers.publish()


@ledger.command("rebuild")
def ledger_rebuild(
    folder: Annotated[Path, typer.Argument(help="公布的账本文件夹 / Folder of a published ledger.")],
) -> None:
    """从公布的条目恢复账本。 / Rebuild the log from its published entries."""
    from scripts.cli import ledgers

    with said_plainly():
        ledgers.rebuild(folder)


@ledger.command("adopt")
def ledger_adopt(
    yes: Annotated[
        bool, typer.Option("--yes", help="已与见证方核对，不再询问 / Compared with the witnesses; do not ask.")
    ] = False,
) -> None:
    """签名状态丢失后，从已公布的快照继续。 / Go on from the published checkpoint when the signer's state is lost."""
    from scripts.cli import ledgers

    with said_plainly():
        ledgers.adopt(is_confirmed=yes)


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="qr issue labels verify ledger page …")] = None,
    n: Annotated[int | None, typer.Option(help="数量 / How many.")] = None,
    quick: Annotated[bool, typer.Option(help="缩小规模 / A small run.")] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON 输出 / JSON output.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="docs/performance.md 的段落 / Its sections.")] = False,
    postgres: Annotated[
        str, typer.Option(metavar="URL", help="也在这台 PostgreSQL 上测量 / Measure on this PostgreSQL server too.")
    ] = "",
) -> None:
    """性能测量，与同类软件在同一次运行里比较。 / Measure, beside a peer, in the same run."""
    from scripts.bench import running
    from scripts.bench.report import BenchOptions

    style: running.Style = "json" if json else "markdown" if markdown else "table"
    with said_plainly():
        running.run(names or [], BenchOptions(n, quick, postgres), style)


@app.command()
def screenshots(
    out: Annotated[Path, typer.Argument(help="图片文件夹 / Folder for the pictures.")] = Path("var/screenshots"),
    server: Annotated[str, typer.Option(help="演示网址 / The demo's address.")] = "http://127.0.0.1:8000",
    verdicts: Annotated[Path, typer.Option(help="演示留下的查验记录 / What the demo looked up.")] = Path(
        "var/demo/verdicts.json"
    ),
) -> None:
    """每个页面两种尺寸、两种语言的截图。 / Every page, in two sizes and two languages."""
    from scripts.cli import picturing

    with said_plainly():
        picturing.take(out, server, verdicts)

"""The tree of `gimark keys recovery …`. Only typer is imported here, so that `gimark --help` answers at once."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.failing import said_plainly

recovery = typer.Typer(
    no_args_is_help=True, help="恢复密钥：赋码主密钥丢失后仍能出具证明 / For the day the serial master is lost."
)

KeyFile = Annotated[Path, typer.Option("--key", help="恢复密钥文件 / File of the recovery key.")]
KeyPassphrase = Annotated[Path | None, typer.Option(help="它的口令文件 / File with its passphrase.")]


@recovery.command("new")
def recovery_new(
    out: Annotated[Path, typer.Option("--out", help="私钥写到这里 / Where its private half goes.")],
    passphrase_file: KeyPassphrase = None,
) -> None:
    """生成恢复密钥，私钥离线保管。 / Make a recovery key; its private half is kept off line."""
    from scripts.cli import recovering

    with said_plainly():
        recovering.new(out, passphrase_file)


@recovery.command("export")
def recovery_export() -> None:
    """立即导出各赋码批的随机数（平时由后台作业完成）。 / Seal the nonces of all runs now, as the worker does."""
    from scripts.cli import recovering

    with said_plainly():
        recovering.export()


@recovery.command("check")
def recovery_check(key: KeyFile, passphrase_file: KeyPassphrase = None) -> None:
    """演练：打开全部导出文件，与账本核对。 / A drill: open every export and hold it against the ledger."""
    from scripts.cli import recovering

    with said_plainly():
        raise typer.Exit(recovering.check(key, passphrase_file))


@recovery.command("prove")
def recovery_prove(
    url: Annotated[str, typer.Argument(metavar="URL", help="包装上的网址 / The URL on the package.")],
    key: KeyFile,
    passphrase_file: KeyPassphrase = None,
    out: Annotated[Path, typer.Option(help="证明文件写到这里 / Where the proof file goes.")] = Path("code.gi-proof"),
) -> None:
    """不用赋码主密钥，凭导出文件出具一枚标识的证明。 / Prove a code from its run's export alone."""
    from scripts.cli import recovering

    with said_plainly():
        recovering.prove(url, key, passphrase_file, out)

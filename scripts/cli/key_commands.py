"""The tree of `gimark keys …`. Only typer is imported here, so that `gimark --help` answers at once."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.failing import said_plainly
from scripts.cli.recovery_commands import recovery

keys = typer.Typer(no_args_is_help=True, help="密钥 / Keys.")
keys.add_typer(recovery, name="recovery")

RootFile = Annotated[Path | None, typer.Option("--root", help="根私钥文件 / File of the root's private key.")]
RootPassphrase = Annotated[Path | None, typer.Option(help="根私钥的口令文件 / File with the root key's passphrase.")]
Kid = Annotated[str, typer.Argument(metavar="KID", help="密钥编号 / The key's id.")]


@keys.command("show")
def keys_show() -> None:
    """公布的密钥、期限和根公钥。 / The published keys, their terms and the root's public key."""
    from scripts.cli import ceremonies

    with said_plainly():
        ceremonies.show_keys()


@keys.command("add")
def keys_add(
    from_: Annotated[str | None, typer.Option("--from", help="起始日，默认今天 / First day; today.")] = None,
    until: Annotated[str | None, typer.Option(help="截止日，最长 13 个月 / Last day, 13 months at most.")] = None,
    root: RootFile = None,
    root_passphrase_file: RootPassphrase = None,
) -> None:
    """生成并公布新的签发密钥。 / Make and publish a new issuing key."""
    from scripts.cli import ceremonies

    with said_plainly():
        ceremonies.add(from_, until, root, root_passphrase_file)


@keys.command("retire")
def keys_retire(kid: Kid, root: RootFile = None, root_passphrase_file: RootPassphrase = None) -> None:
    """停用签发密钥：不再签新标识，已签的仍有效。 / Let a key sign no more; what it signed stays good."""
    from scripts.cli import ceremonies

    with said_plainly():
        ceremonies.retire(kid, root, root_passphrase_file)


@keys.command("revoke")
def keys_revoke(kid: Kid, root: RootFile = None, root_passphrase_file: RootPassphrase = None) -> None:
    """吊销可能泄露的密钥：只认吊销前已存证的标识。 / Withdraw a key that others may have."""
    from scripts.cli import ceremonies

    with said_plainly():
        ceremonies.revoke(kid, root, root_passphrase_file)


@keys.command("epoch")
def keys_epoch() -> None:
    """启用新的赋码主密钥：新批次用新纪元，旧标识照常。 / Begin a new serial epoch for the runs to come."""
    from scripts.cli import ceremonies

    with said_plainly():
        ceremonies.epoch()


@keys.command("publish")
def keys_publish(root: RootFile = None, root_passphrase_file: RootPassphrase = None) -> None:
    """重新签发密钥公告，延长有效期。 / Sign the key set again, with a new end."""
    from scripts.cli import ceremonies

    with said_plainly():
        ceremonies.publish(root, root_passphrase_file)

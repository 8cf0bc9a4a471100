"""`gimark keys recovery …`: sealing nonces to the recovery key, and proving codes with it."""

from pathlib import Path

from rich.markup import escape

from api.ceremony import RootPlace, new_recovery_key
from api.installation import Installation
from api.jobs.exporting import export_missing, exported, exports_folder, reader
from api.logs import configure
from api.settings import passphrase_in
from gimark.codes.uri import Malformed, parse_uri
from gimark.errors import Fault, InvalidInputError, KeyFileError, NotFoundError, invalid
from gimark.issuance.recovering import check_export, logged_runs, prove_from_export
from gimark.keys.recovery import load_recovery
from scripts.cli.office import console, installation


def new(out: Path, passphrase_file: Path | None) -> None:
    """Make a recovery key, and say what to do with it."""
    here = installation()
    if out.absolute().is_relative_to(here.settings.data_dir.absolute()):
        raise invalid(
            "out",
            f"{out} 在数据文件夹里",
            f"{out} lies in the data folder",
            "请写到数据文件夹以外，最好是可移走的介质",
            "Write it elsewhere, best to a medium that can be taken away",
        )
    recipient = new_recovery_key(here, RootPlace(out, _passphrase(here, passphrase_file)))
    console.print(f"恢复密钥 / recovery key  {recipient}", highlight=False)
    console.print(f"请离线保管两份 / Keep two copies of it off line  {out}", highlight=False, markup=False)


def export() -> None:
    """Do at once what the worker does every minute."""
    configure("warning")
    here = installation()
    recipient = here.recovery_key
    if recipient is None:
        raise KeyFileError(
            (
                Fault(
                    "recovery.pub",
                    "没有恢复密钥",
                    "there is no recovery key",
                    "请运行 gimark keys recovery new",
                    "Run gimark keys recovery new",
                ),
            )
        )
    made = export_missing(here)
    folder = exports_folder(here, recipient)
    console.print(
        f"{folder}  新导出 / made {made:,}  共 / in all {len(exported(folder)):,}", markup=False, highlight=False
    )


def check(key: Path, passphrase_file: Path | None) -> int:
    """Open every export; 1 when one does not hold or is missing."""
    here = installation()
    identity = load_recovery(key, _passphrase(here, passphrase_file))
    read = reader(exports_folder(here, identity.recipient), identity)
    failed = codes = 0
    with here.store.reading() as session:
        numbers = [said["run"] for _, said in logged_runs(session)]
        for number in numbers:
            try:
                codes += check_export(session, read, number, here.keyset.hosts[0])
            except (InvalidInputError, NotFoundError) as error:
                failed += 1
                console.print(f"[red]✗[/] {escape(str(error))}", highlight=False)
    mark = "[red]✗[/]" if failed else "[green]✓[/]"
    console.print(f"{mark} {len(numbers) - failed:,}/{len(numbers):,} 批 / runs  {codes:,} 枚 / codes", highlight=False)
    return 1 if failed else 0


def prove(url: str, key: Path, passphrase_file: Path | None, out: Path) -> None:
    """Write the proof file of one code."""
    here = installation()
    code = parse_uri(url)
    if isinstance(code, Malformed):
        raise invalid(
            "url",
            f"不是标识的网址（{code.part}）",
            f"it is not the URL of a code ({code.part})",
            "请给出二维码里的完整网址，并用引号括起",
            "Give the whole URL in the symbol, in quotes",
        )
    identity = load_recovery(key, _passphrase(here, passphrase_file))
    read = reader(exports_folder(here, identity.recipient), identity)
    with here.store.reading() as session:
        proof = prove_from_export(session, read, here.keyset_note, code, here.store.clock.now())
    try:
        out.write_bytes(proof)
    except OSError as error:
        raise invalid(
            "out",
            f"写不进 {out}（{error.strerror}）",
            f"{out} cannot be written ({error.strerror})",
            "请换一个位置",
            "Choose another place",
        ) from error
    console.print(f"{out}  {len(proof):,} B", markup=False, highlight=False)


def _passphrase(here: Installation, file: Path | None) -> bytes:
    return here.settings.secret() if file is None else passphrase_in(file)

"""`gimark ledger …`."""

import json
from pathlib import Path

import typer
from rich.markup import escape

from api.installation import Installation
from gimark import audit
from gimark.errors import LedgerError, NotFoundError, say
from gimark.ledger import book, entries
from gimark.ledger.check import check_folder, check_log
from gimark.ledger.checkpoints import Checkpoint, open_checkpoint
from gimark.ledger.publishing import CHECKPOINT
from gimark.ledger.rebuild import rebuild as rebuild_log
from gimark.ledger.refusal import refusal
from gimark.ledger.signing import adopt_state
from scripts.cli.office import console, installation

WARNING = """\
警告：签名状态已失，这里无从得知上次签到何处。采用已公布的快照，就是认定此后再没有签过；万一签过，账本就会签出两份历史，
谁都可以拿来作证。请先与见证方核对条数和根散列；没有见证方时，与别处保存的快照核对。
Warning: the signer's state is gone, so nothing here tells what was signed last. To adopt the published checkpoint is
to say that nothing was signed after it; if something was, the log will sign two histories, and anyone can show it.
First compare size and root with what the witnesses saw last; where there are none, with a copy kept elsewhere."""


def check(here: Installation | None = None) -> int:
    """Recompute the log, replay its entries against the tables, and say what differs; 1 when anything does.

    Of the installation that the environment names, unless another is given.
    """
    here = here or installation()
    with here.store.reading() as session:
        size = book.size(session)
        found = [f"{say(fault, 'zh')} / {say(fault, 'en')}" for fault in check_log(session)]
        found += [
            f"{say(fault, 'zh')} / {say(fault, 'en')}"
            for fault in check_folder(session, here.settings.published, here.trust)
        ]
        try:
            found += [f"{difference.index}: {difference.what}" for difference in audit.differences(session)]
        except (LedgerError, NotFoundError) as error:  # an entry that cannot be read: named above, and here again
            found.append(str(error))
    for line in found:
        console.print(f"[red]✗[/] {escape(line)}", highlight=False)
    if found:
        console.print(f"[red]{size:,} 条中 {len(found)} 处不符 / {len(found)} differences in {size:,} entries[/]")
        return 1
    console.print(f"[green]✓[/] {size:,} 条全部相符 / {size:,} entries agree with the tables")
    return 0


def show(index: int) -> None:
    """Print one entry, readable."""
    with installation().store.reading() as session:
        fields = entries.decode(book.entry(session, index))
    console.print_json(json.dumps(fields, ensure_ascii=False))


def publish() -> None:
    """Sign and publish a checkpoint now."""
    note = installation().publish_checkpoint()
    console.print(note.decode(), highlight=False, markup=False)


def rebuild(folder: Path) -> None:
    """Bring a published log back into an empty database."""
    here = installation()
    checkpoint = rebuild_log(here.store, folder, here.trust)
    console.print(f"{checkpoint.size:,} 条已恢复 / entries rebuilt")


def adopt(*, is_confirmed: bool) -> None:
    """Begin the signer's memory anew from the last published checkpoint, after saying what that takes for granted."""
    here = installation()
    checkpoint, note = _last_published(here)
    size, root = f"{checkpoint.size:,}", checkpoint.text.splitlines()[2]
    witnesses = ", ".join(key.name for key in here.trust.witnesses) or "没有 / none"
    told = (WARNING, f"快照 / checkpoint  {size} 条 / entries  {root}", f"见证方 / witnesses  {witnesses}")
    console.print("\n".join(told), highlight=False, markup=False, soft_wrap=True)
    if not is_confirmed:
        typer.confirm("已核对，采用这份快照？ / Compared; adopt this checkpoint?", abort=True)
    adopt_state(here.checkpoint_signer.state_path, note, here.trust)
    console.print(f"[green]✓[/] 从 {size} 条继续签发 / signing goes on from {size} entries", highlight=False)


def _last_published(here: Installation) -> tuple[Checkpoint, bytes]:
    """The larger of the checkpoints in the published folder and in the database, and its note; both are believed first.

    Raises LedgerError when there is none, or when the two contradict each other.
    """
    file = here.settings.published / CHECKPOINT
    with here.store.reading() as session:
        recorded = book.published(session)
    notes = [file.read_bytes()] if file.exists() else []
    notes += [recorded.note] if recorded is not None else []
    found = sorted(((open_checkpoint(note, here.trust), note) for note in notes), key=lambda each: each[0].size)
    if not found:
        raise refusal(
            "checkpoint",
            "没有已公布的快照可以采用",
            "there is no published checkpoint to adopt",
            "请先从备份或镜像恢复公布的文件夹",
            "Restore the published folder from a backup or a mirror first",
        )
    if found[0][0].size == found[-1][0].size and found[0][0] != found[-1][0]:
        raise refusal(
            "checkpoint",
            "公布的文件夹与数据库里的快照条数相同而根散列不同：已签过两份历史",
            "the checkpoints in the published folder and in the database have one size and two roots: "
            "two histories were signed",
            "不要再签；保留两处的全部文件，并请见证方查明",
            "Sign nothing; keep all files of both places, and ask the witnesses",
        )
    return found[-1]

"""`gimark ledger …`."""

import json
from pathlib import Path

from gimark import audit
from gimark.errors import say
from gimark.ledger import book, entries
from gimark.ledger.check import check_folder, check_log
from gimark.ledger.rebuild import rebuild as rebuild_log
from scripts.cli.office import console, installation


def check() -> int:
    """Recompute the log, replay its entries against the tables, and say what differs; 1 when anything does."""
    here = installation()
    with here.store.reading() as session:
        size = book.size(session)
        found = [f"{say(fault, 'zh')} / {say(fault, 'en')}" for fault in check_log(session)]
        found += [say(fault, "zh") for fault in check_folder(session, here.settings.published, here.trust)]
        found += [f"{difference.index}: {difference.what}" for difference in audit.differences(session)]
    for line in found:
        console.print(f"[red]✗[/] {line}", highlight=False)
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
    console.print(note.decode(), highlight=False)


def rebuild(folder: Path) -> None:
    """Bring a published log back into an empty database."""
    here = installation()
    checkpoint = rebuild_log(here.store, folder, here.trust)
    console.print(f"{checkpoint.size:,} 条已恢复 / entries rebuilt")

"""`gimark issue`, `gimark codes …`, `gimark labels`."""

import hashlib
import secrets
from pathlib import Path

from api.jobs.labelling import order_labels
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.printing import PrintForm
from gimark.issuance.queries import visible_run
from gimark.issuance.ranges import RangeForm, change_ranges, span_of_codes
from gimark.issuance.rules import RangeKind, Span
from scripts.cli.office import acting_as, console, installation
from scripts.printing import finish


def issue(batch_ref: str, count: int, actor_name: str, key: str | None) -> None:
    """Issue codes and print the run; a missing key is made up and shown, so that a retry can name it."""
    key = key or f"cli-{secrets.token_hex(8)}"
    console.print(f"幂等键 / idempotency key {key}")
    here = installation()
    with console.status("计算编码集合承诺 / committing to the set of codes"):
        run = issue_codes(here.store, here.keyring, acting_as(actor_name), IssueForm(batch_ref, count, key))
    console.print(
        f"赋码批 / run [bold]{run.ref}[/] No. {run.number}  {run.count:,} 枚 / codes  账本 / ledger {run.ledger_index}"
    )


def change(kind: str, run_ref: str, first: str, last: str, actor_name: str, reason: str | None) -> None:
    """Activate, void or return the codes between two indices or two codes, both included."""
    here = installation()
    actor = acting_as(actor_name)
    with here.store.acting() as act:
        run = visible_run(act.session, actor, run_ref)
        numbers = first.isascii() and first.isdigit() and last.isascii() and last.isdigit()
        span: Span = (int(first), int(last)) if numbers else span_of_codes(run, here.keyring, first, last)
        done = change_ranges(act, actor, run_ref, RangeForm(RangeKind(kind), (span,), reason))
        act.commit()
    console.print(f"{span[1] - span[0] + 1:,} 枚 / codes  账本 / ledger {done.ledger_index}")


def labels(
    run_ref: str,
    actor_name: str,
    out: Path,
    first: int,
    last: int | None,
    template: str,
    dpi: int,
    on_pack: tuple[str, ...],
    reprint: str | None,
) -> None:
    """Order the label files, make them here and now, and copy the released ones to `out`."""
    here = installation()
    actor = acting_as(actor_name)
    if last is None:
        with here.store.reading() as session:
            last = visible_run(session, actor, run_ref).count - 1
    asked = repr((run_ref, first, last, template, dpi, on_pack, reprint))
    form = PrintForm(
        run_ref=run_ref,
        first=first,
        last=last,
        template=template,
        dpi=dpi,
        idempotency_key=f"cli-{hashlib.sha256(asked.encode()).hexdigest()}",
        on_pack=on_pack,
        reprint_reason=reprint,
    )
    order = order_labels(here, actor, form)
    order = finish(here, order.ref, console)
    out.mkdir(parents=True, exist_ok=True)
    for file in order.leaving:
        target = out / file.name
        with here.files.open(file.sha256) as source, target.open("wb") as copy:
            while block := source.read(1 << 20):
                copy.write(block)
        console.print(f"{target}  {file.size:,} B  SHA-256 {file.sha256}")

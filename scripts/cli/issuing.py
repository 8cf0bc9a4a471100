"""`gimark issue`, `gimark codes …`, `gimark labels`."""

import hashlib
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from api.installation import Installation
from api.jobs.labelling import order_labels
from gimark.approvals.asked import Ending
from gimark.errors import Fault, StoreFailedError, invalid
from gimark.issuance.custody.actions import hand_out
from gimark.issuance.issuing import MOST_AT_ONCE, IssueForm, issue_job, issue_order, order_codes
from gimark.issuance.printing import PrintForm
from gimark.issuance.queries import FileFacts, visible_run
from gimark.issuance.ranges import RangeForm, change_ranges, span_of_codes
from gimark.issuance.rules import PrintFormat, RangeKind, Span
from gimark.jobs.queries import JobFacts
from gimark.jobs.rules import JobState
from scripts.cli.office import acting_as, console, installation
from scripts.cli.proposals import ask
from scripts.foreground import work_off
from scripts.printing import finish

DONE = {
    RangeKind.ACTIVATE: "已激活 / activated",
    RangeKind.VOID: "已作废 / voided",
    RangeKind.RETURN: "已退回 / returned",
}
# Shorter than a code, which may be of digits alone.
INDEX = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Printer:
    """What files are for, and how its paper lies (millimetres to the right and down)."""

    format: PrintFormat = PrintFormat.PDF
    skip: int = 0
    right_mm: float = 0.0
    down_mm: float = 0.0

    @property
    def offset_um(self) -> tuple[int, int]:
        """The offset in micrometres."""
        return round(self.right_mm * 1_000), round(self.down_mm * 1_000)

    @property
    def asked(self) -> tuple[object, ...]:
        """What tells an order for this printer from one for a plain sheet."""
        return () if self == Printer() else (self.format.value, self.skip, *self.offset_um)


def issue(batch_ref: str, count: int, actor_name: str, key: str | None) -> None:
    """Issue codes and print the run; a missing key is made up and shown, so that a retry can name it."""
    key = f"cli-{secrets.token_hex(8)}" if key is None else key
    console.print(f"幂等键 / idempotency key {key}")
    here, actor = installation(), acting_as(actor_name)
    keyring = here.keyring  # before the order: without keys it would hold its volume for nothing
    order = order_codes(here.store, actor, IssueForm(batch_ref, count, key))
    if count > MOST_AT_ONCE:
        job = work_off(here, issue_job(order), "计算编码集合承诺 / committing to the set of codes", console)
        if job.state is not JobState.DONE:
            raise _not_issued(job)
    run = issue_order(here.store, keyring, actor, order)
    console.print(
        f"赋码批 / run [bold]{run.ref}[/] No. {run.number}  {run.count:,} 枚 / codes  账本 / ledger {run.ledger_index}"
    )


def _not_issued(job: JobFacts) -> StoreFailedError:
    return StoreFailedError(
        (
            Fault(
                "order",
                f"没有赋码：{job.error or '任务已取消'}",
                f"no codes were issued: {job.error or 'the job was cancelled'}",
                "排除原因后用同一个幂等键重试，同一订单会接着做",
                "Mend the cause and try again under the same idempotency key; the same order goes on",
            ),
        )
    )


def change(kind: str, run_ref: str, first: str, last: str, actor_name: str, reason: str | None) -> None:
    """Activate, void or return the codes between two indices or two codes, both included."""
    here = installation()
    actor = acting_as(actor_name)
    act_kind = RangeKind(kind)
    with here.store.acting() as act:
        run = visible_run(act.session, actor, run_ref)
        numbers = INDEX.fullmatch(first) and INDEX.fullmatch(last)
        span: Span = (int(first), int(last)) if numbers else span_of_codes(run, here.keyring, first, last)
        told = f"{DONE[act_kind]}  {span[0]}–{span[1]}  {span[1] - span[0] + 1:,} 枚 / codes"
        if act_kind is RangeKind.ACTIVATE:
            index = change_ranges(act, actor, run_ref, RangeForm(act_kind, (span,), reason)).ledger_index
            act.commit()
            console.print(f"{told}  账本 / ledger {index}")
            return
    ask(Ending(run_ref, act_kind, (span,), reason or ""), actor_name, told)


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
    printer: Printer,
) -> None:
    """Order the label files, make them here and now, and copy the released ones to `out`."""
    here = installation()
    actor = acting_as(actor_name)
    if last is None:
        with here.store.reading() as session:
            last = visible_run(session, actor, run_ref).count - 1
    # What the first release asked for keeps its key, so that its orders are found again.
    asked = repr((run_ref, first, last, template, dpi, on_pack, reprint, *printer.asked))
    form = PrintForm(
        run_ref=run_ref,
        first=first,
        last=last,
        template=template,
        dpi=dpi,
        idempotency_key=f"cli-{hashlib.sha256(asked.encode()).hexdigest()}",
        on_pack=on_pack,
        reprint_reason=reprint,
        format=printer.format,
        skip=printer.skip,
        offset_um=printer.offset_um,
    )
    order = order_labels(here, actor, form)
    order = finish(here, order.ref, console)
    for file in order.leaving:
        with here.store.acting() as act:
            hand_out(act, actor, order.ref, file.name)
            act.commit()
        target = _copied(here, file, out)
        console.print(f"{target}  {file.size:,} B  SHA-256 {file.sha256}", markup=False, highlight=False)


def _copied(here: Installation, file: FileFacts, out: Path) -> Path:
    target = out / file.name
    try:
        out.mkdir(parents=True, exist_ok=True)
        with here.files.open(file.sha256) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
    except OSError as error:
        raise invalid(
            "out",
            f"写不进 {target}（{error.strerror}）",
            f"{target} cannot be written ({error.strerror})",
            "文件已做好；换一个文件夹再运行同一条命令即可取出",
            "The files are made; run the same command with another folder to fetch them",
        ) from error
    return target

"""The tree of `gimark batch …`. Only typer is imported here, so that `gimark --help` answers at once."""

from typing import Annotated

import typer

from scripts.cli.failing import said_plainly
from scripts.cli.options import ActorName, Reason

batch = typer.Typer(no_args_is_help=True, help="批次 / Batches.")

Batch = Annotated[str, typer.Argument(metavar="BATCH", help="批次编号 / The batch's reference.")]


@batch.command("register")
def batch_register(
    item: Annotated[str, typer.Argument(help="商品编号或 GTIN / Trade item.")],
    lot: Annotated[str, typer.Argument(help="批次号 / Lot.")],
    planned_kg: Annotated[str, typer.Argument(help="计划量（千克） / Planned mass in kg.")],
    town: Annotated[str, typer.Option(help="产地乡镇代码 / Town code.")],
    harvested: Annotated[str, typer.Option(help="采收起止 2026-10-01..2026-10-21 / Harvest days.")],
    as_: ActorName,
    producer_lot: Annotated[str | None, typer.Option(help="企业自编批号 / The producer's own number.")] = None,
) -> None:
    """登记批次。 / Register a batch."""
    from scripts.cli import batches

    with said_plainly():
        batches.register(item, lot, planned_kg, town, harvested, as_, producer_lot)


@batch.command("list")
def batch_list(
    as_: ActorName, lot: Annotated[str | None, typer.Option(help="批次号 / Of this lot alone.")] = None
) -> None:
    """列出批次和赋码批，以及它们的编号。 / Batches and their runs, with the references of both."""
    from scripts.cli import batches

    with said_plainly():
        batches.show(as_, lot)


@batch.command("confirm")
def batch_confirm(
    ref: Batch,
    packed_kg: Annotated[str, typer.Argument(help="包装量（千克） / Packed mass in kg.")],
    packed_on: Annotated[str, typer.Argument(help="包装日 2026-11-12 / Packing date.")],
    as_: ActorName,
) -> None:
    """确认包装量和包装日。 / Confirm what was packed, and when."""
    from scripts.cli import batches

    with said_plainly():
        batches.confirm(ref, packed_kg, packed_on, as_)


@batch.command("amend")
def batch_amend(
    ref: Batch,
    reason: Reason,
    as_: ActorName,
    town: Annotated[str | None, typer.Option(help="产地乡镇代码 / Town code.")] = None,
    harvested: Annotated[str | None, typer.Option(help="采收起止 / Harvest days.")] = None,
    planned_kg: Annotated[str | None, typer.Option(help="计划量（千克） / Planned mass in kg.")] = None,
    packed_kg: Annotated[str | None, typer.Option(help="包装量（千克） / Packed mass in kg.")] = None,
    packed_on: Annotated[str | None, typer.Option(help="包装日，只能往后改 / Packing date, later only.")] = None,
) -> None:
    """更正批次，没有写的保持不变。 / Correct a batch; what is not given stays."""
    from scripts.cli import batches

    with said_plainly():
        batches.amend(ref, reason, as_, town, harvested, planned_kg, packed_kg, packed_on)


@batch.command("recall")
def batch_recall(
    ref: Batch,
    reason: Reason,
    as_: ActorName,
) -> None:
    """召回批次：其全部标识即刻变红。 / Recall a batch."""
    from scripts.cli import batches

    with said_plainly():
        batches.recall(ref, reason, as_)


@batch.command("override")
def batch_override(
    ref: Batch,
    extra_kg: Annotated[str, typer.Argument(metavar="KG", help="放宽的千克数 / By how many kilograms.")],
    reason: Annotated[str, typer.Option(help="理由，账本只留承诺 / Why; the ledger keeps a commitment.")],
    as_: ActorName,
) -> None:
    """例外：准许标识多于包装量，须两人。 / An exception: more codes than the mass allows; takes two people."""
    from scripts.cli import batches

    with said_plainly():
        batches.override(ref, extra_kg, reason, as_)

"""The commands of acts that take two people. Only typer is imported here, so that `gimark --help` answers at once."""

from typing import Annotated

import typer

from scripts.cli.failing import said_plainly
from scripts.cli.options import ActorName

proposal = typer.Typer()

Proposal = Annotated[str, typer.Argument(metavar="PROPOSAL", help="申请编号 / The proposal's reference.")]
Why = Annotated[str, typer.Option("--reason", help="理由，申请人会看到 / Why; whoever asked reads it.")]


@proposal.command("proposals")
def proposal_list(
    as_: ActorName,
    every: Annotated[bool, typer.Option("--all", help="包括已决定和过期的 / Decided and expired ones too.")] = False,
) -> None:
    """列出待第二人批准的申请。 / What waits for a second person."""
    from scripts.cli import proposals

    with said_plainly():
        proposals.show(as_, every=every)


@proposal.command("approve")
def proposal_approve(ref: Proposal, as_: ActorName) -> None:
    """以第二人身份批准，立即办理。 / Approve as the second person: it is done at once."""
    from scripts.cli import proposals

    with said_plainly():
        proposals.approve(ref, as_)


@proposal.command("refuse")
def proposal_refuse(ref: Proposal, reason: Why, as_: ActorName) -> None:
    """驳回。 / Refuse."""
    from scripts.cli import proposals

    with said_plainly():
        proposals.refuse(ref, reason, as_)


@proposal.command("withdraw")
def proposal_withdraw(ref: Proposal, as_: ActorName) -> None:
    """撤回自己的申请。 / Take one's own proposal back."""
    from scripts.cli import proposals

    with said_plainly():
        proposals.withdraw(ref, as_)

"""`gimark proposals`, `approve`, `refuse`, `withdraw`: acts that take two people."""

from rich.box import SIMPLE
from rich.table import Table

from gimark.approvals import actions, queries
from gimark.approvals.actions import do_or_propose
from gimark.approvals.asked import Asked
from gimark.approvals.rules import ProposalState
from gimark.store.paging import MOST, Wanted
from scripts.cli.office import acting_as, console, installation
from scripts.cli.office import show as show_table


def ask(asked: Asked, actor_name: str, done: str) -> None:
    """Do it and print `done` with its place in the ledger, or keep a proposal and print how it goes on."""
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        outcome = do_or_propose(act, actor, asked)
        act.commit()
    if outcome.proposal_ref is None:
        console.print(f"{done}  账本 / ledger {outcome.ledger_index}")
        return
    ref = outcome.proposal_ref
    console.print(
        f"须由第二人批准，尚未办理 / not done yet: a second person has to approve  [bold]{ref}[/]\n"
        f"gimark approve {ref} --as USER"
    )


def show(actor_name: str, *, every: bool) -> None:
    """List the proposals that wait, or all, newest first, with what each would do."""
    here, actor = installation(), acting_as(actor_name)
    now = here.store.clock.now()
    state = None if every else ProposalState.WAITING
    table = Table(
        *(
            "编号 / ref",
            "事项 / act",
            "对象 / on",
            "理由 / reason",
            "申请人 / asked by",
            "状态 / state",
            "到期 / until",
        ),
        box=SIMPLE,
    )
    with here.store.reading() as session:
        found = queries.proposals(session, actor, Wanted(MOST, newest_first=True), now, state)
    for one in found.items:
        until = f"{one.expires_at.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(one.ref, one.kind, one.subject, one.reason, one.asked_by, one.state, until)
    show_table(table)


def approve(ref: str, actor_name: str) -> None:
    """Have a proposed act done."""
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        index = actions.approve(act, actor, ref)
        act.commit()
    console.print(f"已批准并办理 / approved and done  {ref}  账本 / ledger {index}")


def refuse(ref: str, reason: str, actor_name: str) -> None:
    """Turn a proposal down."""
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        actions.refuse(act, actor, ref, reason)
        act.commit()
    console.print(f"已驳回 / refused  {ref}")


def withdraw(ref: str, actor_name: str) -> None:
    """Take one's own back."""
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        actions.withdraw(act, actor, ref)
        act.commit()
    console.print(f"已撤回 / withdrawn  {ref}")

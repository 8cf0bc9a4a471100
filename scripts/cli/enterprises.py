"""`gimark enterprise …`."""

import typer

from gimark.registry.enterprises.actions import erase_person
from scripts.cli.office import acting_as, console, installation

WARNING = """\
警告：盐值删除后，账本里的承诺再也对不上任何人，公开页面不再显示名称、信用代码和地址；此事不可恢复，理由会公示，不要写入个人信息。
备份里的盐值随备份到期而去，请查看 docs/runbook.md。
Warning: once the salt is deleted, nobody can be shown to stand behind the ledger's commitment, and no public page shows
name, USCC or address. It cannot be undone. The reason is public: write nothing personal into it. Backups hold the salt
for as long as they are kept; see docs/runbook.md."""


def erase(uscc: str, reason: str, actor_name: str, *, is_confirmed: bool) -> None:
    """Delete a sole trader's salt, after saying what that means."""
    actor = acting_as(actor_name)
    if not is_confirmed:
        console.print(WARNING, highlight=False, markup=False)
        typer.confirm("撤下？ / Erase?", abort=True)
    with installation().store.acting() as act:
        ref = erase_person(act, actor, uscc, reason).ref
        act.commit()
    console.print(f"已撤下 / erased [bold]{ref}[/]")

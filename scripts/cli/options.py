"""Options that several commands share. Only typer is imported here, so that `gimark --help` answers at once."""

from typing import Annotated

import typer

ActorName = Annotated[str, typer.Option("--as", metavar="USER", help="以谁的名义办理 / On whose behalf.")]
Reason = Annotated[str, typer.Option(help="理由，会公示 / Why; it will be public.")]

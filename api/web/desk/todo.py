"""What waits for somebody at a desk, one line each; the macro `todo` of desk/macros.html draws them."""

from typing import NamedTuple


class Todo(NamedTuple):
    """One thing to do: how urgent (`bad`, `warn` or empty), its icon, where it is done, what it is, and why."""

    tone: str
    icon: str
    path: str
    title: str
    detail: str

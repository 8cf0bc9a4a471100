"""Compiled statements shared by the databases of one test process.

Every test opens engines of its own, and each would compile anew what the test before it compiled. The text of a
statement hangs on the kind of database alone, so engines of one kind share a dialect and what was compiled for it.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect, Engine, util

MOST_STATEMENTS = 3_000

_SHARED: "dict[str, tuple[Dialect, util.LRUCache[Any, Any]]]" = {}


def share_from(engine: Engine) -> None:
    """Let engines of this one's kind share its dialect from now on. It connects: a dialect asks its server once."""
    with engine.connect():
        _SHARED[engine.dialect.name] = (engine.dialect, util.LRUCache(MOST_STATEMENTS))


def sharing(create_engine: Callable[..., Engine]) -> Callable[..., Engine]:
    """`create_engine`, whose engines share statements where `share_from` was told of their kind."""

    def create(*arguments: Any, **options: Any) -> Engine:
        engine = create_engine(*arguments, **options)
        if shared := _SHARED.get(engine.dialect.name):
            engine.dialect, statements = shared
            engine.update_execution_options(compiled_cache=statements)
        return engine

    return create

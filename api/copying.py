"""An installation moved to another database: the whole store copied while nothing works in it."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from api.installation import Installation
from api.occupancy import alone_at_work
from api.settings import Settings
from api.upgrading import check_schema
from gimark.errors import invalid
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from gimark.upkeep.copying import copy_store

Progress = Callable[[str, int, int], None]


def copy_to(here: Installation, url: str, progress: Progress) -> Installation:
    """Copy the store into the empty database at `url`; the installation as it is with that one.

    Raises InvalidInputError for a URL that names no database of a kind we know, ConflictError while the installation
    is served or where the target holds anything, StoreFailedError when either database refuses: the target is as it
    was then.
    """
    settings = settings_with(here.settings, url)
    there = replace(here, settings=settings, store=Store(open_engine(settings.database), here.store.clock))
    with alone_at_work(here.settings.data_dir):
        check_schema(here)
        copy_store(here.store.engine, there.store.engine, lambda *done: progress("database", *done))
    return there


def settings_with(settings: Settings, url: str) -> Settings:
    """The settings with another database. Raises InvalidInputError when `url` is none that we work with."""
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise invalid(
            "to",
            "不是 SQLite 或 PostgreSQL 的网址",
            "it is no URL of SQLite or PostgreSQL",
            "例如 postgresql+psycopg://用户@主机/数据库",
            "For example postgresql+psycopg://user@host/database",
        )
    return settings.model_copy(update={"database_url": url})

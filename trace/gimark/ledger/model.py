"""The ledger's tables: one head, the entries, every perfect Merkle node over them, and what was published.

All but the head are append-only, which triggers enforce on both databases (`triggers.py`).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Connection, LargeBinary, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from gimark.store.base import Base, Key, PrimaryKey

HEAD_ID = 1


class LogHead(Base):
    """The one row that says how many entries there are; whoever appends locks it first."""

    __tablename__ = "log_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), CheckConstraint("size >= 0", name="size_counts"))

    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    size: Mapped[int]


class LogEntry(Base):
    """An entry's exact bytes at its index; indices have no gaps."""

    __tablename__ = "log_entry"

    idx: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class LogNode(Base):
    """The hash of a perfect subtree over the leaves idx·2**level … (idx+1)·2**level - 1; a leaf's level is 0."""

    __tablename__ = "log_node"
    __table_args__ = (CheckConstraint("length(hash) = 32", name="hash_size"), {"sqlite_with_rowid": False})

    level: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class PublishedCheckpoint(Base):
    """A checkpoint as it went out. The same size can come again, when a witness signed it later."""

    __tablename__ = "published_checkpoint"
    __table_args__ = (CheckConstraint("length(root) = 32", name="root_size"),)

    id: Mapped[PrimaryKey]
    size: Mapped[int] = mapped_column(index=True)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[bytes] = mapped_column(LargeBinary)
    published_at: Mapped[datetime]


def start_log(connection: Connection) -> None:
    """Put in the head of an empty log, once; a migration calls it after making the tables."""
    if connection.scalar(select(LogHead.id)) is None:
        connection.execute(insert(LogHead).values(id=HEAD_ID, size=0))

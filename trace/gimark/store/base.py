"""The declarative base and the column types that every model uses."""

import enum
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

REF_LENGTH = 16
REF_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# A byte → its character: each of the 32 stands for eight bytes, so all are equally likely.
_REF_CHARACTERS = (REF_ALPHABET * 8).encode()

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcInstant(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite hands back naive values; a naive value going in is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn to UTC; SQLite stores it without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite grows an INTEGER PRIMARY KEY by itself, and only that spelling.
Key = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Base of all mapped classes."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {int: BigInteger, datetime: UtcInstant}  # noqa: RUF012 - SQLAlchemy's own name


def new_ref() -> str:
    """A random public reference: 16 characters, 80 bits; the only id that leaves the database."""
    return secrets.token_bytes(REF_LENGTH).translate(_REF_CHARACTERS).decode()


PrimaryKey = Annotated[int, mapped_column(Key, primary_key=True)]
Ref = Annotated[str, mapped_column(String(REF_LENGTH), unique=True, default=new_ref)]


def by_value(kind: type[enum.Enum], **options: Any) -> Enum:
    """A column type that stores an enumeration by its values, with a CHECK on both databases."""
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=32,
        **options,
    )

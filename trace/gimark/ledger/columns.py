"""The column by which an act's row points at its own ledger entry."""

from typing import Annotated

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import mapped_column

LedgerIndex = Annotated[int, mapped_column(BigInteger, ForeignKey("log_entry.idx"), unique=True)]

"""How the ledger says no: a `LedgerError` with one fault, in both languages."""

from typing import Any

from gimark.errors import Fault, LedgerError


def refusal(where: str, reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str, **extras: Any) -> LedgerError:
    """A `LedgerError` about `where` with its reason and what to do."""
    return LedgerError((Fault(where, reason_zh, reason_en, remedy_zh, remedy_en),), extras)

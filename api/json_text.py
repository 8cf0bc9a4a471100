"""JSON as this application writes it: UTF-8, days as YYYY-MM-DD, instants in RFC 3339 UTC."""

import json
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any


def json_bytes(told: dict[str, Any]) -> bytes:
    """The object without spaces. Raises TypeError for what has no place in JSON."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=_written).encode()


def instant_text(instant: datetime) -> str:
    """An aware instant in RFC 3339 UTC with whole seconds."""
    return _second_text(int(instant.timestamp()))


# Answers of one second say the same instant, and most look-ups of an hour the same first check.
@lru_cache(maxsize=1024)
def _second_text(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC).isoformat()[:19]}Z"


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not for JSON")

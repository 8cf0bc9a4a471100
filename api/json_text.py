"""JSON as this application writes it: UTF-8, days as YYYY-MM-DD, instants in RFC 3339 UTC."""

import json
from datetime import UTC, date, datetime
from typing import Any


def json_bytes(told: dict[str, Any]) -> bytes:
    """The object without spaces. Raises TypeError for what has no place in JSON."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=_written).encode()


def instant_text(instant: datetime) -> str:
    """An aware instant in RFC 3339 UTC with whole seconds."""
    return f"{instant.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z"


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not for JSON")

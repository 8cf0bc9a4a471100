"""What requests and answers of the API are made of: strict on the way in, plain on the way out.

Nothing is converted on the way in: "12" is no number, 1.0 no count, 0 no truth; a name that is not known is refused.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.json_text import instant_text
from gimark.store.base import REF_ALPHABET, REF_LENGTH

# Whole numbers up to here are exact in every client's JSON (RFC 8259, 6).
MOST = 2**53 - 1
EXAMPLES = "x-examples"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
REF_PATTERN = f"^[{REF_ALPHABET}]{{{REF_LENGTH}}}$"
# No control character: none shows, and PostgreSQL holds no NUL.
TEXT_PATTERN = r"^[^\x00-\x1f\x7f]*$"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Sent(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shown(BaseModel):
    """A thing as an answer shows it. Days are of Asia/Shanghai, instants RFC 3339 in UTC, masses in grams."""

    model_config = ConfigDict(frozen=True)


def examples(*shown: Mapping[str, object]) -> ConfigDict:
    """The `model_config` of a model that the description shows by these examples."""
    # As text, because the framework takes every null out of a description; `describe` turns it back.
    return ConfigDict(json_schema_extra={EXAMPLES: json.dumps(shown)})


def _day(value: Any) -> date:
    if isinstance(value, date):  # one of our own, never from JSON
        return value
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is not None and FIRST_DAY <= day <= LAST_DAY:
            return day
    raise PydanticCustomError("date_of_form", "Input should be a day such as 2026-11-22")


Text = Annotated[str, Strict(), Field(max_length=1000, pattern=TEXT_PATTERN)]
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=0, le=MOST)]
Grams = Annotated[int, Strict(), Field(ge=1, le=MOST, description="grams")]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Ref = Annotated[str, Strict(), Field(pattern=REF_PATTERN, examples=["0k3v9m2x7q8r4t6w"])]
Instant = Annotated[
    datetime, PlainSerializer(instant_text, return_type=str), WithJsonSchema({"type": "string", "format": "date-time"})
]
# A thing named in the path. The parameter has the domain's own word for it (`{authorization}`).
RefInPath = Annotated[str, Path(pattern=REF_PATTERN, examples=["0k3v9m2x7q8r4t6w"])]


class RangeShown(Shown):
    """Indices, both included."""

    first: Count
    last: Count

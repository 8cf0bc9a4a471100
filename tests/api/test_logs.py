"""The log is JSON and holds no address and no token, wherever they come from."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from api import logs

TOKEN = "AQABcYGv2U5xG0H2xmt5YNqj6WOQ3To5Pt_-82HY1Hc7S_hvQQAWQNXjEXdd-ebme5rVCsNcCeici1MfIcvZoH5lCg"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = io.StringIO()
    logs.configure("info", stream)
    yield stream
    root.handlers, root.level = before, level
    structlog.reset_defaults()


def last(stream: io.StringIO) -> dict[str, Any]:
    return json.loads(stream.getvalue().splitlines()[-1])


def test_an_event_is_one_json_object_with_its_time_and_level(lines: io.StringIO) -> None:
    logs.log.info("started", processes=2, name="云溪")
    record = last(lines)
    assert (record["event"], record["level"], record["processes"], record["name"]) == ("started", "info", 2, "云溪")
    assert record["at"].endswith("Z")


@pytest.mark.parametrize("field", sorted(logs.REFUSED_FIELDS))
def test_a_field_that_could_hold_an_address_or_a_token_is_struck_out(lines: io.StringIO, field: str) -> None:
    logs.log.info("seen", **{field: "anything"})
    assert last(lines)[field] == logs.STRUCK


@pytest.mark.parametrize(
    "secret", [TOKEN, "203.0.113.77", "2001:db8::1:2", "fe80::1ff:fe23:4567:890a", "::ffff:c0a8:0101"]
)
def test_a_token_or_an_address_inside_a_text_is_struck_out(lines: io.StringIO, secret: str) -> None:
    logs.log.warning("odd", note=f"got {secret} twice", parts=[secret])
    logging.getLogger("uvicorn.error").warning("bad request from %s", secret)
    assert secret not in lines.getvalue()
    assert lines.getvalue().count(logs.STRUCK) == 3


def test_a_time_of_day_is_no_address(lines: io.StringIO) -> None:
    logs.log.info("due", when="09:41:00")
    assert last(lines)["when"] == "09:41:00"


def test_an_exception_leaves_its_class_and_place_but_not_its_message(lines: io.StringIO) -> None:
    try:
        int("somebody's input")
    except ValueError:
        logs.log.exception("failed")
    record = last(lines)
    assert record["error"] == "ValueError"
    assert record["frames"][-1].startswith("test_logs.py:")
    assert "somebody" not in lines.getvalue()


def test_the_access_log_is_off(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info("GET /01/… 203.0.113.77")
    assert lines.getvalue() == ""

"""The log: one JSON object a line on standard error. Nobody's address and no code's token ever stands in it.

There is no access log. What is logged is named by events with few fields; a field that could hold an address, a
token or a query is refused by name, and what slips into free text is struck out by its shape.
"""

import logging
import re
import sys
import traceback
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, WrappedLogger

STRUCK = "[struck out]"
REFUSED_FIELDS = frozenset(
    {"address", "authorization", "client", "cookie", "headers", "ip", "password", "query", "raw_path", "token", "url"}
)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{80,}")
_IPV4 = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])")
_IPV6 = re.compile(r"(?<![0-9A-Za-z:])(?=[0-9a-f:]*:[0-9a-f]*:)[0-9a-f:]{6,39}(?![0-9A-Za-z:])", re.IGNORECASE)
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}")

log = structlog.stdlib.get_logger("gimark")


def configure(level: str, stream: TextIO | None = None, *, process: str = "") -> None:
    """Send structlog's and the standard library's records to `stream` (standard error) as JSON lines.

    `process` says in each of them which of an installation's processes it is from.
    """

    def name_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {**event, "process": process} if process else event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        name_process,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _name_the_error,
        strike_out,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # The access log would hold addresses and tokens; there is none.
    logging.getLogger("uvicorn.access").disabled = True
    # Each print job and each look at the schema would otherwise tell pages of what nobody asked.
    for talkative in ("alembic", "fontTools"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def strike_out(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Strike out refused fields, and whatever looks like a token or an address inside the others."""
    return {key: STRUCK if key.lower() in REFUSED_FIELDS else _strike_text(value) for key, value in event.items()}


def _strike_text(value: object) -> object:
    if isinstance(value, str):
        text = _IPV4.sub(STRUCK, _TOKEN.sub(STRUCK, value))
        return _IPV6.sub(lambda found: found[0] if _TIME.fullmatch(found[0]) else STRUCK, text)
    if isinstance(value, (list, tuple)):
        return [_strike_text(part) for part in value]
    return value


def _name_the_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by the error's class and where it arose; its message may quote what a person sent."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = cast("BaseException | None", info[1] if isinstance(info, tuple) else info)
    if error is not None:
        event["error"] = type(error).__qualname__
        event["frames"] = [
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-12:]
        ]
    return event

"""Whether the process lives, and whether it can do its work, for whoever watches over it."""

import shutil
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from api.wiring import Process
from gimark import migrations
from gimark.errors import GimarkError
from gimark.ledger import book

MOST_CHECKPOINT_AGE_S = 300
LEAST_FREE_BYTES = 512 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    is_well: bool
    value: Any = None


def health(process: Process) -> APIRouter:
    """`/healthz` (the process answers) and `/readyz` (schema, database, keys, checkpoint, disk; 503 when not)."""
    router = APIRouter()

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    def lives() -> Response:
        return PlainTextResponse("ok\n")

    @router.api_route("/readyz", methods=["GET", "HEAD"])
    def is_ready() -> Response:
        findings = look_around(process)
        ready = all(finding.is_well for finding in findings)
        body = {"ready": ready, **{f.name: {"well": f.is_well, "value": f.value} for f in findings}}
        return JSONResponse(body, 200 if ready else 503, {"Cache-Control": "no-store"})

    return router


def look_around(process: Process) -> list[Finding]:
    """Everything that must be well for the process to do its work."""
    here = process.here
    free = shutil.disk_usage(here.settings.data_dir).free
    return [
        *_database(process),
        Finding("snapshot", process.snapshot.is_fresh, process.snapshot.size),
        Finding("keys", here.store.clock.now() < here.keyset.expires_at, here.keyset.seq),
        Finding("disk", free >= LEAST_FREE_BYTES, free),
    ]


def _database(process: Process) -> list[Finding]:
    store = process.here.store
    try:
        revision = migrations.current(store.engine)
        with store.reading() as session:
            latest, size = book.published(session), book.size(session)
    except (GimarkError, SQLAlchemyError) as error:
        return [Finding("database", is_well=False, value=type(error).__name__)]
    schema = Finding("schema", revision == migrations.head(), revision)
    if latest is None:
        return [schema, Finding("checkpoint", is_well=size == 0)]
    age = int((store.clock.now() - latest.published_at).total_seconds())
    return [schema, Finding("checkpoint", latest.size == size or age <= MOST_CHECKPOINT_AGE_S, age)]

"""The files of a print order, for whoever may have its labels printed."""

from collections.abc import Iterator
from contextlib import closing
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Path, Response
from starlette.responses import StreamingResponse

from api.v1.answering import HEADERS, KnownTag
from api.v1.bodies import JsonRoute
from api.v1.description import conflicts, needs
from api.v1.door import Caller, Here
from api.v1.models import RefInPath
from api.v1.prints import binary
from api.wiring import Process
from gimark.accounts.rules import Actor, Permission
from gimark.issuance.custody.actions import hand_out
from gimark.issuance.leaving import leaving_file

router = APIRouter(prefix="/print-orders/{order}/files", tags=["labels"], route_class=JsonRoute)

CHUNK_BYTES = 1 << 18
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "zpl": "application/vnd.zebra.zpl",
    "tspl": "application/octet-stream",
    "zip": "application/zip",
}


@router.get(
    "/{name}",
    response_class=StreamingResponse,
    responses={**binary("The file", *(kind.partition(";")[0] for kind in KINDS.values())), **conflicts()},
    summary="Download a file",
    openapi_extra=needs(Permission.CHANGE_CODES),
)
def download_file(
    process: Here,
    actor: Caller,
    order: RefInPath,
    name: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9.-]{0,79}$", examples=["labels-0001.pdf"])],
    known: KnownTag = None,
) -> Response:
    """The file's bytes, once its order is released (409 before). `ETag` is its SHA-256. Kept for 90 days.

    Who was given it, and when, is kept for good. 409 once labels of it were printed again: a later file replaced it."""
    return handed_out(process, actor, order, name, known)


def handed_out(process: Process, actor: Actor, order: str, name: str, known: str | None = None) -> Response:
    """The answer with a file, to a program or to a person at a desk; that they were given it is noted first."""
    here = process.here
    with here.store.reading() as session:
        file = leaving_file(session, actor, order, name)
    headers = {**HEADERS, "ETag": f'"{file.sha256}"', "Content-Disposition": f'attachment; filename="{file.name}"'}
    if known is not None and known.strip() == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    kept = here.files.open(file.sha256)  # before the answer begins: what is gone is a 404
    with here.store.acting() as act:  # and what cannot be noted does not leave
        hand_out(act, actor, order, name)
        act.commit()
    headers["Content-Length"] = str(file.size)
    kind = KINDS[file.name.rpartition(".")[2]]
    return StreamingResponse(_chunks(kept), 200, headers, kind)


def _chunks(kept: BinaryIO) -> Iterator[bytes]:
    with closing(kept):
        while chunk := kept.read(CHUNK_BYTES):
            yield chunk

"""The files of labels, for whoever may have them printed. Each is known by the SHA-256 that stands beside it."""

from fastapi import APIRouter, Response

from api.v1.door import Here
from api.v1.print_files import handed_out
from api.web.desk.seat import AtProducerDesk

router = APIRouter(prefix="/producer/labels/{labels}/files")


@router.get("/{name}")
def download(process: Here, seat: AtProducerDesk, labels: str, name: str) -> Response:
    """The file's bytes, once the labels are released; that it was given out, and to whom, is kept."""
    return handed_out(process, seat.actor, labels, name)

"""The label beside the form: of which batch, for which printer, and what is wrong with it."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.jobs.trying import Trial, try_template
from api.v1.door import Here
from api.web.desk.pages import HEADERS
from api.web.desk.seat import Seat
from api.web.studio.door import AtStudio
from api.web.studio.packing import packed, unpacked
from api.wiring import Process
from gimark.production.lists import BatchFilter, batches
from gimark.store.paging import Wanted
from labels.carrier import PRINTER_DPI
from labels.mandatory import AT_THE_MARK, ITEMS
from labels.template import Template

router = APIRouter(prefix="/studio")

USUAL_DPI = 300
NEWEST = 20


@dataclass(frozen=True, slots=True)
class Way:
    """How a template is tried: on a batch (None: on an invented product), for a printer, with items on the package."""

    batch: str | None
    dpi: int
    on_pack: tuple[str, ...]

    def address(self, template: Template) -> dict[str, object]:
        """The parameters of the picture's address."""
        return {"t": packed(template), "batch": self.batch or "", "dpi": self.dpi, "on_pack": list(self.on_pack)}


def way_of(batch: str, dpi: str, on_pack: tuple[str, ...]) -> Way:
    """What was chosen; whatever there is not is as usual."""
    chosen = int(dpi) if dpi in map(str, PRINTER_DPI) else USUAL_DPI
    known = ITEMS.keys() - AT_THE_MARK
    return Way(batch or None, chosen, tuple(item for item in on_pack if item in known))


def tried(process: Process, seat: Seat, template: Template, way: Way, right: str | None = None) -> Trial:
    """What becomes of the template, which may be for one right alone. Raises as `try_template`."""
    return try_template(process.here, seat.actor, template, way.batch, way.dpi, way.on_pack, right)


def batches_to_try(process: Process, seat: Seat) -> list[tuple[str, str]]:
    """The newest batches of the seat's enterprise: reference and lot."""
    if seat.actor.enterprise_id is None:
        return []
    with process.here.store.reading() as session:
        found = batches(session, seat.actor, Wanted(NEWEST, newest_first=True), BatchFilter())
        return [(one.ref, one.lot) for one in found.items]


@router.get("/preview.svg")
def preview(
    request: Request, process: Here, seat: AtStudio, t: str, batch: str = "", dpi: str = str(USUAL_DPI)
) -> Response:
    """One label as SVG, true to size; while something is wrong its fields as outlines."""
    way = way_of(batch, dpi, tuple(request.query_params.getlist("on_pack")))
    svg = tried(process, seat, unpacked(t), way).draw()
    headers = {**HEADERS, "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return Response(svg.encode(), 200, headers, "image/svg+xml")

"""Printers of an enterprise, the calibration sheet, and what a printer makes of a symbol."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.jobs.fittings import faces_of, template_of
from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Form, Sending, Sent, blank, once, refused
from api.web.desk.pages import HEADERS, desk_page
from api.web.desk.seat import AtProducerDesk, Seat
from api.web.studio.door import AtStudio
from api.web.studio.words import FORMATS, LEGIBILITY
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.errors import Checklist, invalid
from gimark.issuance.printers.actions import PrinterForm, add_printer, change_printer, remove_printer
from gimark.issuance.printers.queries import PrinterFacts, printer, printers
from gimark.issuance.rules import PrintFormat
from gimark.store.unit_of_work import Act
from labels.calibration import calibration_sheet
from labels.carrier import PRINTER_DPI, advise_all
from labels.library import shipped_templates

router = APIRouter(prefix="/studio")

LIST, EDIT, ADVISOR = "studio/printers.html", "studio/printer.html", "studio/advisor.html"
Millimetres = Annotated[float, Query(ge=-10, le=10, allow_inf_nan=False)]
USUAL_BOX_MM = 24.0
# `https://` host, GTIN, lot and signature: what codes of this installation are as long as (docs/token-format.md).
USUAL_BYTES = 162
MOST_BYTES = 180


@router.get("/printers")
def show(request: Request, process: Here, seat: AtProducerDesk) -> Response:
    """The enterprise's printers, and the form for another one."""
    form = blank(dpi=203, format=PrintFormat.TSPL.value, right="0", down="0")
    return desk_page(process, seat, request, LIST, 200, form=form, **_beside(process, seat))


@router.post("/printers")
def add(request: Request, process: Here, seat: AtProducerDesk, sent: Sending) -> Response:
    """Note a printer."""

    def do(act: Act) -> Done:
        made = add_printer(act, seat.actor, _read(sent))
        return Done("/studio/printers", sayer(seat.language)(N_("已登记打印机“%(name)s”。"), name=made.name))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, LIST, sent, error, **_beside(process, seat))


@router.get("/printers/{ref}")
def ask(request: Request, process: Here, seat: AtProducerDesk, ref: str) -> Response:
    """One printer, to be changed or removed."""
    with process.here.store.reading() as session:
        found = printer(session, seat.actor, ref)
    return desk_page(process, seat, request, EDIT, 200, form=_form(found), printer=found, **_beside(process, seat))


@router.post("/printers/{ref}")
def change(request: Request, process: Here, seat: AtProducerDesk, sent: Sending, ref: str) -> Response:
    """Note what became of it, or forget it."""
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        if sent.text("do") == "remove":
            name = printer(act.session, seat.actor, ref).name
            remove_printer(act, seat.actor, ref)
            return Done("/studio/printers", say(N_("已删除打印机“%(name)s”。"), name=name))
        changed = change_printer(act, seat.actor, ref, _read(sent))
        return Done("/studio/printers", say(N_("已保存打印机“%(name)s”。"), name=changed.name))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        with process.here.store.reading() as session:
            found = printer(session, seat.actor, ref)
        return refused(process, seat, request, EDIT, sent, error, printer=found, **_beside(process, seat))


@router.get("/calibration.pdf")
def calibration(
    process: Here,
    seat: AtStudio,
    template: Annotated[str, Query(max_length=40)] = "roll-70x40",
    right: Millimetres = 0.0,
    down: Millimetres = 0.0,
) -> Response:
    """The sheet of rulers of a template, moved as it is said."""
    with process.here.store.reading() as session:
        chosen = template_of(session, seat.actor.enterprise_id or 0, template)
    pdf = calibration_sheet(chosen, faces_of(process.here), (right, down))
    headers = {**HEADERS, "Content-Disposition": 'inline; filename="calibration.pdf"'}
    return Response(pdf, 200, headers, "application/pdf")


@router.get("/advisor")
def advise(request: Request, process: Here, seat: AtStudio, box: str = "", length: str = "") -> Response:
    """How a symbol of so many bytes in so large a square comes out on each usual printer."""
    box_mm = _between(box, USUAL_BOX_MM, 5.0, 100.0)
    size = int(_between(length, USUAL_BYTES, 20, MOST_BYTES))
    form = Form({"box": (f"{box_mm:g}",), "length": (str(size),)})
    words = {kind.value: (tone, sayer(seat.language)(text)) for kind, (tone, text) in LEGIBILITY.items()}
    return desk_page(process, seat, request, ADVISOR, form=form, carriers=advise_all(size, box_mm), legibility=words)


def _between(text: str, usual: float, least: float, most: float) -> float:
    try:
        value = float(text) if text.isascii() and len(text) <= 8 else usual
    except ValueError:
        return usual
    return value if least <= value <= most else usual


def _beside(process: Process, seat: Seat) -> dict[str, object]:
    say = sayer(seat.language)
    with process.here.store.reading() as session:
        found = printers(session, seat.actor)
    english = seat.language == "en"
    return {
        "printers": found,
        "formats": {kind.value: say(text) for kind, text in FORMATS.items()},
        "resolutions": [(dpi, f"{dpi} dpi") for dpi in PRINTER_DPI],
        "templates": [(one.id, one.name_en if english else one.name_zh) for one in shipped_templates().values()],
    }


def _form(found: PrinterFacts) -> Form:
    right, down = (f"{um / 1_000:g}" for um in found.offset_um)
    return blank(name=found.name, dpi=found.dpi, format=found.format.value, right=right, down=down)


def _read(sent: Sent) -> PrinterForm:
    checklist = Checklist()
    dpi = checklist.take(lambda: sent.whole("dpi"))
    format_ = checklist.take(lambda: sent.choice("format", PrintFormat))
    right = checklist.take(lambda: _micrometres(sent, "right"))
    down = checklist.take(lambda: _micrometres(sent, "down"))
    checklist.settle()
    assert dpi is not None
    assert format_ is not None
    assert right is not None
    assert down is not None
    return PrinterForm(sent.text("name"), dpi, format_, (right, down))


def _micrometres(sent: Sent, name: str) -> int:
    text = sent.text(name)
    try:
        millimetres = float(text or "0") if text.isascii() and len(text) <= 8 else float("nan")
    except ValueError:
        millimetres = float("nan")
    if not -10 <= millimetres <= 10:  # nor is it when it is no number
        raise invalid(
            name,
            f"“{text[:12]}”不是 10 mm 以内的偏移",
            f"“{text[:12]}” is no offset within 10 mm",
            "请填毫米数，例如 0.5 或 -0.25",
            "Give millimetres such as 0.5 or -0.25",
        )
    return round(millimetres * 1_000)

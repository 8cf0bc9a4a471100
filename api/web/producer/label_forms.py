"""What a form says of how labels are to be made, and what stands beside it before anything is ordered."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from api.jobs.fittings import template_of
from api.jobs.previewing import LabelChoice, TemplateAdvice, advice_for_batch, judged
from api.web.desk.forms import REFUSED, Form, Sent, sentence
from api.web.desk.seat import Seat
from api.web.language import Language
from api.web.producer.words import LEGIBILITY
from api.web.studio.words import FORMATS
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.errors import Checklist, invalid
from gimark.issuance.printers.queries import printer, printers
from gimark.issuance.printers.rules import MOST_OFFSET_UM
from gimark.issuance.rules import PrintFormat
from gimark.issuance.templates.queries import templates_for
from gimark.production.lists import visible_batch
from labels.carrier import PRINTER_DPI, Carrier, Legibility
from labels.library import shipped_templates
from labels.mandatory import AT_THE_MARK, ITEMS
from labels.template import Template

MOST_SKIPPED = 2_500
MOST_OFFSET_MM = MOST_OFFSET_UM // 1_000
USUAL_DPI = 300
DPI_WORDS = {203: N_("多数桌面标签机"), 300: N_("较精细的标签机"), 600: N_("印刷厂、激光打印机")}


@dataclass(frozen=True, slots=True)
class Preview:
    """What the choice comes to: where its picture is, or why it cannot be printed; what the carrier advisor says."""

    picture: str
    refusals: tuple[str, ...]
    size_mm: tuple[float, float]
    chosen: Carrier | None
    carriers: tuple[Carrier, ...]


def read_choice(process: Process, seat: Seat, sent: Sent) -> LabelChoice:
    """How labels are to be made, as typed; a printer of the enterprise's brings its own resolution, format and offset.

    Raises InvalidInputError for everything that cannot be read, NotFoundError for a printer that is not the seat's.
    """
    checklist = Checklist()
    skip = checklist.take(lambda: sent.whole("skip") if sent.text("skip") else 0)
    if sent.text("printer"):
        checklist.settle()
        with process.here.store.reading() as session:
            known = printer(session, seat.actor, sent.text("printer"))
        dpi, kind, offset = known.dpi, known.format, known.offset_um
    else:
        asked = checklist.take(lambda: (sent.whole("dpi"), sent.choice("format", PrintFormat)))
        moved = checklist.take(lambda: (_micrometres(sent, "right"), _micrometres(sent, "down")))
        checklist.settle()
        assert asked is not None
        assert moved is not None
        (dpi, kind), offset = asked, moved
    return LabelChoice(sent.text("template"), dpi, kind, sent.texts("on_pack"), min(skip or 0, MOST_SKIPPED), offset)


def shown_choice(process: Process, seat: Seat, form: Form) -> LabelChoice:
    """The choice that a form shows, for the picture beside it; what is not there, or cannot be read, is as usual."""
    own = form.value("printer")
    with process.here.store.reading() as session:
        known = next((one for one in printers(session, seat.actor) if one.ref == own), None)
    resolutions = {str(one): one for one in PRINTER_DPI}
    format_ = form.value("format")
    return LabelChoice(
        template=form.value("template") or next(iter(shipped_templates())),
        dpi=known.dpi if known else resolutions.get(form.value("dpi"), USUAL_DPI),
        format=known.format if known else PrintFormat(format_) if format_ in set(PrintFormat) else PrintFormat.PDF,
        on_pack=tuple(one for one in form.all("on_pack") if one in ITEMS.keys() - AT_THE_MARK),
    )


def beside(process: Process, seat: Seat, batch: str, form: Form) -> dict[str, Any]:
    """What a page with the form shows: all that can be chosen, and the label as chosen.

    Raises NotFoundError for a batch that is not the seat's.
    """
    say, choice = sayer(seat.language), shown_choice(process, seat, form)
    with process.here.store.reading() as session:
        offered = _templates(session, seat, visible_batch(session, seat.actor, batch).item_id)
        own = printers(session, seat.actor)
    advice = advice_for_batch(process.here, seat.actor, batch, tuple(template for _, template in offered))
    place = 0 if seat.language == "zh" else 1
    return {
        "templates": [
            (one.template.id, name, _limit(one, seat.language)) for (name, _), one in zip(offered, advice, strict=True)
        ],
        "printers": [(one.ref, f"{one.name} · {one.dpi} dpi · {one.format.upper()}") for one in own],
        "resolutions": [(dpi, f"{dpi} dpi", say(DPI_WORDS[dpi])) for dpi in PRINTER_DPI],
        "formats": [(kind.value, say(text)) for kind, text in FORMATS.items()],
        "items_on_pack": [(key, names[place], "") for key, names in ITEMS.items() if key not in AT_THE_MARK],
        "legibility": LEGIBILITY,
        "preview": _preview(process, seat, batch, choice, advice),
    }


def _preview(
    process: Process, seat: Seat, batch: str, choice: LabelChoice, advice: tuple[TemplateAdvice, ...]
) -> Preview:
    refusals: tuple[str, ...] = ()
    try:
        judged(process.here, seat.actor, batch, choice)
    except REFUSED as error:
        refusals = tuple(sentence(fault, seat.language) for fault in error.faults)
    found = next((one for one in advice if one.template.id == choice.template), None)
    size = (found.template.label.width_mm, found.template.label.height_mm) if found else (0.0, 0.0)
    asked = [("batch", batch), ("template", choice.template), ("dpi", str(choice.dpi)), ("format", choice.format.value)]
    asked += [("on_pack", item) for item in choice.on_pack]
    return Preview(
        picture="" if refusals else f"/producer/orders/new/label.svg?{urlencode(asked)}",
        refusals=refusals,
        size_mm=size,
        chosen=found.on(choice.dpi) if found else None,
        carriers=found.carriers if found else (),
    )


def _templates(session: Session, seat: Seat, item_id: int) -> list[tuple[str, Template]]:
    """The enterprise's templates that serve the item by the names it gave them, then those of the program."""
    assert seat.actor.enterprise_id is not None
    stored = [
        (one.name, template_of(session, seat.actor.enterprise_id, one.latest.name))
        for one in templates_for(session, seat.actor, item_id)
    ]
    is_english = seat.language == "en"
    return stored + [(one.name_en if is_english else one.name_zh, one) for one in shipped_templates().values()]


def _limit(advice: TemplateAdvice, language: Language) -> str:
    """Which printers cannot be used, else how large the symbol is: the limit stands in the option."""
    say = sayer(language)
    refused = [str(one.dpi) for one in advice.carriers if one.legibility is Legibility.REFUSED]
    if refused:
        return say(N_("%(dpi)s dpi 打印机不能用"), dpi="、".join(refused) if language == "zh" else ", ".join(refused))
    return say(N_("二维码含留白 %(size)s mm"), size=f"{advice.template.qr.box_mm:g}")


def _micrometres(sent: Sent, name: str) -> int:
    text = sent.text(name)
    if not text:
        return 0
    try:
        millimetres = float(text) if text.isascii() and len(text) <= len("-10.000") else float("nan")
    except ValueError:
        millimetres = float("nan")
    if not -MOST_OFFSET_MM <= millimetres <= MOST_OFFSET_MM:  # nor is it when it is no number
        raise invalid(
            name,
            f"“{text[:12]}”不是 {MOST_OFFSET_MM} mm 以内的偏移",
            f"“{text[:12]}” is no offset within {MOST_OFFSET_MM} mm",
            "请填毫米数，例如 0.5 或 -0.25；不偏就留空",
            "Give millimetres such as 0.5 or -0.25, or leave it empty",
        )
    return round(millimetres * 1_000)

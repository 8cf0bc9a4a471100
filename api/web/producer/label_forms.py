"""What a form says of how labels are to be made, and what stands beside it before anything is ordered."""

from dataclasses import dataclass

from markupsafe import Markup

from api.jobs.previewing import LabelChoice, TemplateAdvice, advice_for_batch, preview_of_batch
from api.web.desk.forms import REFUSED, Form, Sent, sentence
from api.web.desk.seat import Seat
from api.web.language import Language
from api.web.producer.words import FORMAT, LEGIBILITY
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.errors import Checklist, invalid
from gimark.issuance.rules import PrintFormat
from labels.carrier import PRINTER_DPI, Carrier, Legibility
from labels.library import shipped_templates
from labels.mandatory import AT_THE_MARK, ITEMS
from labels.template import Template

MOST_SKIPPED = 2_500
MOST_OFFSET_MM = 10
DPI_WORDS = {203: N_("多数桌面标签机"), 300: N_("较精细的标签机"), 600: N_("印刷厂、激光打印机")}


@dataclass(frozen=True, slots=True)
class Preview:
    """One label drawn true to size, or why it cannot be printed; and what the carrier advisor says of each printer."""

    svg: Markup | None
    refusals: tuple[str, ...]
    size_mm: tuple[float, float]
    chosen: Carrier | None
    carriers: tuple[Carrier, ...]


def read_choice(sent: Sent) -> LabelChoice:
    """How labels are to be made, as typed. Raises InvalidInputError for everything that cannot be read."""
    checklist = Checklist()
    dpi = checklist.take(lambda: sent.whole("dpi"))
    format_ = checklist.take(lambda: sent.choice("format", PrintFormat))
    skip = checklist.take(lambda: sent.whole("skip") if sent.text("skip") else 0)
    right = checklist.take(lambda: _micrometres(sent, "right"))
    down = checklist.take(lambda: _micrometres(sent, "down"))
    checklist.settle()
    assert dpi is not None
    assert format_ is not None
    assert skip is not None
    assert right is not None
    assert down is not None
    return LabelChoice(
        sent.text("template"), dpi, format_, sent.texts("on_pack"), min(skip, MOST_SKIPPED), (right, down)
    )


def preview(process: Process, seat: Seat, batch: str, choice: LabelChoice) -> Preview:
    """What the choice comes to. Raises NotFoundError for a batch that is not the seat's."""
    template = shipped_templates().get(choice.template)
    advice = advice_for_batch(process.here, seat.actor, batch, () if template is None else (template,))
    svg, refusals = None, ()
    try:
        svg = Markup(preview_of_batch(process.here, seat.actor, batch, choice))  # noqa: S704 - drawn by us
    except REFUSED as error:
        refusals = tuple(sentence(fault, seat.language) for fault in error.faults)
    carriers = advice[0].carriers if advice else ()
    chosen = next((one for one in carriers if one.dpi == choice.dpi), None)
    size = (template.label.width_mm, template.label.height_mm) if template else (0.0, 0.0)
    return Preview(svg, refusals, size, chosen, carriers)


def choices(process: Process, seat: Seat, batch: str) -> dict[str, object]:
    """What the form offers: templates with what becomes of the batch's symbol, printers, formats, items on the pack."""
    say = sayer(seat.language)
    advice = advice_for_batch(process.here, seat.actor, batch, tuple(shipped_templates().values()))
    place = 0 if seat.language == "zh" else 1
    return {
        "templates": [_offered(one, seat.language) for one in advice],
        "printers": [(dpi, f"{dpi} dpi", say(DPI_WORDS[dpi])) for dpi in PRINTER_DPI],
        "formats": [(kind.value, say(text)) for kind, text in FORMAT.items()],
        "items_on_pack": [(key, names[place], "") for key, names in ITEMS.items() if key not in AT_THE_MARK],
        "legibility": LEGIBILITY,
    }


def usual_choice(form: Form) -> LabelChoice:
    """The choice that a form shows; what is not there, or cannot be read, is as usual."""
    template = form.value("template") or next(iter(shipped_templates()))
    dpi = form.value("dpi")
    known = {str(one): one for one in PRINTER_DPI}
    format_ = form.value("format")
    return LabelChoice(
        template=template,
        dpi=known.get(dpi, 300),
        format=PrintFormat(format_) if format_ in set(PrintFormat) else PrintFormat.PDF,
        on_pack=tuple(one for one in form.all("on_pack") if one in ITEMS.keys() - AT_THE_MARK),
    )


def _offered(advice: TemplateAdvice, language: Language) -> tuple[str, str, str]:
    template = advice.template
    name = template.name_en if language == "en" else template.name_zh
    return template.id, name, _limit(advice, language)


def _limit(advice: TemplateAdvice, language: Language) -> str:
    """Which printers cannot be used, else how large the symbol is: the limit stands in the option."""
    say = sayer(language)
    refused = [str(one.dpi) for one in advice.carriers if one.legibility is Legibility.REFUSED]
    if refused:
        return say(N_("%(dpi)s dpi 打印机不能用"), dpi="、".join(refused) if language == "zh" else ", ".join(refused))
    return say(N_("二维码含留白 %(size)s mm"), size=f"{_room(advice.template):g}")


def _room(template: Template) -> float:
    return template.qr.box_mm


def _micrometres(sent: Sent, name: str) -> int:
    text = sent.text(name)
    if not text:
        return 0
    try:
        millimetres = float(text) if text.isascii() and len(text) <= 8 else float("nan")
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

"""From the register's facts to a label that can be printed: the one place where domain and labels meet."""

from decimal import Decimal
from functools import cache
from pathlib import Path

from api.installation import Installation
from gimark.accounts.rules import Actor, Permission, require
from gimark.codes.run import RunCodes
from gimark.codes.serial import LENGTH, typed_form
from gimark.errors import ConflictError, Fault, invalid
from gimark.issuance.labelling import LabelFacts, label_facts
from gimark.issuance.model import PrintState
from gimark.issuance.printing import PrintForm, earlier_print, order_print
from gimark.issuance.queries import PrintFacts, visible_run
from gimark.issuance.rules import PrintFormat, checked_spans
from gimark.issuance.signing import IssuedRun, codes_of, secrets_of
from labels.adjustment import require_adjustment
from labels.artwork import Artwork
from labels.artwork.reading import read_artwork
from labels.calibration import calibration_sheet
from labels.carrier import PRINTER_DPI
from labels.design import Design, make_design
from labels.fonts import Faces, find_faces
from labels.layout import Layout, lay_out
from labels.library import shipped_templates
from labels.mandatory import AT_THE_MARK, ITEMS
from labels.preview import label_svg
from labels.template import Template
from labels.values import LabelValues, Right


def order_labels(here: Installation, actor: Actor, form: PrintForm) -> PrintFacts:
    """Order label files, after laying the label out: what cannot be printed is said before the order, not on paper.

    Raises InvalidInputError (range, template, resolution, `on_pack`), LabelError (missing text or glyph, what does not
    fit, an illegible symbol, a place or an offset that the paper does not have), ConflictError (the codes' key was
    destroyed) and what `order_print` raises. An order that was taken before is not judged again.
    """
    with here.store.reading() as session:
        run = visible_run(session, actor, form.run_ref)
        checked_spans([(form.first, form.last)], run.count)
        earlier = earlier_print(session, run, form.idempotency_key)
        facts, codes, epoch = label_facts(session, run), codes_of(here.keyring, run), run.epoch
    if earlier is None or earlier.state is PrintState.FAILED:
        secrets_of(here.keyring, IssuedRun(codes, epoch))
        check_printer(form.dpi, form.on_pack)
        lay_out_labels(here, facts, codes, form.template, form.dpi, form.on_pack)
        template, is_thermal = template_named(form.template), form.format is not PrintFormat.PDF
        require_adjustment(template, form.skip, offset_mm(form.offset_um), is_thermal=is_thermal)
    with here.store.acting() as act:
        order = order_print(act, actor, form)
        act.commit()
    return order


def preview(here: Installation, actor: Actor, run_ref: str, template: str, dpi: int, on_pack: tuple[str, ...]) -> str:
    """One label of a run as SVG, with a specimen in the place of a code: it scans as unreadable, and sells nothing.

    Needs READ. Raises NotFoundError, InvalidInputError (template, resolution, `on_pack`) and LabelError as an order
    would.
    """
    require(actor, Permission.READ)
    with here.store.reading() as session:
        run = visible_run(session, actor, run_ref)
        facts, codes = label_facts(session, run), codes_of(here.keyring, run)
    check_printer(dpi, on_pack)
    layout = lay_out_labels(here, facts, codes, template, dpi, on_pack)
    return specimen_svg(here, layout, codes)


def specimen_svg(here: Installation, layout: Layout, codes: RunCodes) -> str:
    """The label with a specimen in the place of a code."""
    return label_svg(layout, faces_of(here), codes.uri_head.ljust(codes.uri_length, b"0"), typed_form(_SPECIMEN))


def calibration(here: Installation, template: str, offset_um: tuple[int, int]) -> bytes:
    """The calibration sheet of a template as PDF, moved. Raises InvalidInputError for an unknown template."""
    return calibration_sheet(template_named(template), faces_of(here), offset_mm(offset_um))


def design_of(here: Installation, codes: RunCodes, facts: LabelFacts, order: PrintFacts) -> Design:
    """The finished design of an order's labels."""
    layout = lay_out_labels(here, facts, codes, order.template, order.dpi, order.on_pack)
    return make_design(layout, faces_of(here))


def offset_mm(offset_um: tuple[int, int]) -> tuple[float, float]:
    """An offset in millimetres, as labels are measured."""
    return offset_um[0] / 1_000, offset_um[1] / 1_000


def label_values(facts: LabelFacts, host: str, on_pack: tuple[str, ...]) -> LabelValues:
    """What the labels of a run say."""
    return LabelValues(
        product_name=facts.product_name,
        rights=tuple(
            Right(right.kind.value, right.gi_name, right.standard, right.announcement, right.trademark)
            for right in facts.rights
        ),
        uscc=facts.uscc,
        producer=facts.producer,
        address=facts.address,
        lot=facts.lot,
        host=host,
        packed_on=facts.packed_on,
        net_content=net_content(facts.net_g),
        net_g=facts.net_g,
        storage=facts.storage,
        description=facts.class_name,
        shelf_life=facts.shelf_life,
        licence=facts.licence if facts.needs_licence else None,
        contact=facts.contact,
        ingredients=facts.ingredients,
        grade=facts.grade,
        defined_grades=tuple(grade for right in facts.rights for grade in right.defined_grades),
        is_prepackaged_food=facts.is_prepackaged_food,
        needs_licence=facts.needs_licence,
        on_pack=frozenset(on_pack),
    )


def net_content(net_g: int) -> str:
    """Net content as labels write it: grams below a kilogram, else kilograms."""
    if net_g < 1_000:
        return f"{net_g} g"
    kilograms = Decimal(net_g) / 1_000
    return f"{kilograms.normalize():f} kg"


def template_named(name: str) -> Template:
    """The template `name`; InvalidInputError lists those there are."""
    known = shipped_templates()
    if name not in known:
        raise invalid(
            "template",
            f"没有“{name[:40]}”这个版式",
            f"there is no template “{name[:40]}”",
            f"可选：{'、'.join(known)}",
            f"Choose from {', '.join(known)}",
        )
    return known[name]


def check_printer(dpi: int, on_pack: tuple[str, ...]) -> None:
    """Refuse a resolution that no label printer has, and an item that cannot be left to the package."""
    if dpi not in PRINTER_DPI:
        known = ", ".join(str(dpi) for dpi in PRINTER_DPI)
        raise invalid(
            "dpi",
            f"没有 {dpi} dpi 的标签打印机",
            f"no label printer has {dpi} dpi",
            f"可选：{known}",
            f"Choose from {known}",
        )
    may_be = sorted(ITEMS.keys() - AT_THE_MARK)
    for item in on_pack:
        if item not in may_be:
            raise invalid(
                "on_pack",
                f"“{item[:40]}”不能由包装自带",
                f"“{item[:40]}” cannot be left to the package",
                f"可选：{'、'.join(may_be)}",
                f"Choose from {', '.join(may_be)}",
            )


def lay_out_labels(
    here: Installation, facts: LabelFacts, codes: RunCodes, template: str, dpi: int, on_pack: tuple[str, ...]
) -> Layout:
    """The labels of these codes, laid out. Raises InvalidInputError, ConflictError without a font, and LabelError."""
    faces = faces_of(here)
    if any(face.is_draft for face in faces.values()):  # its letters have no true height, so nothing can be measured
        raise ConflictError((_NO_FONT,))
    values = label_values(facts, here.keyring.host, on_pack)
    layout = lay_out(template_named(template), values, codes.uri_length, dpi, faces, _artwork(here))
    drawn = "".join(text.text for text in layout.texts)
    absent = [text for text in facts.printed_texts if text not in drawn]
    if absent:
        raise invalid(
            "template",
            f"这个版式没有印出权利要求的文字：{'、'.join(absent)}",
            f"this template does not print what the right asks for: {', '.join(absent)}",
            "请选用能印出这些文字的版式，或核对权利资料",
            "Choose a template that prints it, or check the right's data",
        )
    return layout


def _artwork(here: Installation) -> Artwork | None:
    """The operator's licensed mark, if there is one; None leaves the placeholder that says it is one."""
    file = here.settings.mark_file
    if file is None:
        return None
    try:
        return read_artwork(file.read_bytes())
    except OSError as error:
        raise invalid(
            "mark_file",
            "专用标志文件读不到",
            "the file of the special mark cannot be read",
            "请核对 GIMARK_MARK_FILE",
            "Check GIMARK_MARK_FILE",
        ) from error


_SPECIMEN = "0" * LENGTH
_NO_FONT = Fault(
    "font",
    "系统里没有中文字体，只能排出草样，草样不交付印刷",
    "no Chinese font was found: only a draft can be laid out, and drafts are not released",
    "请安装字体（Debian：fonts-noto-cjk），或设置 GIMARK_FONT_FILE",
    "Install one (Debian: fonts-noto-cjk) or set GIMARK_FONT_FILE",
)


@cache
def _found_faces(font_file: str | None) -> Faces:
    return find_faces(Path(font_file) if font_file else None)


def faces_of(here: Installation) -> Faces:
    """The fonts that labels are set in here."""
    chosen = here.settings.font_file
    return _found_faces(str(chosen) if chosen else None)

"""From the register's facts to a label that can be printed: the one place where domain and labels meet."""

from decimal import Decimal

from sqlalchemy.orm import Session

from api.installation import Installation
from api.jobs.fittings import Fittings, faces_of, fittings, template_named
from api.jobs.parts import output_of
from gimark.accounts.rules import Actor, Permission, require
from gimark.codes.run import RunCodes
from gimark.codes.serial import LENGTH, typed_form
from gimark.errors import ConflictError, Fault, invalid
from gimark.issuance.labelling import LabelFacts, label_facts
from gimark.issuance.marks.queries import mark_in_use
from gimark.issuance.model import IssueOrder, IssueRun, PrintState
from gimark.issuance.printing import PrintForm, earlier_print, order_print
from gimark.issuance.queries import PrintFacts, visible_run
from gimark.issuance.rules import PrintFormat, checked_spans
from gimark.issuance.signing import IssuedRun, codes_of, secrets_of
from gimark.issuance.templates.queries import require_serving
from gimark.production.model import Batch
from gimark.registry.items.model import TradeItem
from labels.adjustment import require_adjustment
from labels.calibration import calibration_sheet
from labels.carrier import PRINTER_DPI
from labels.design import Design, make_design
from labels.drawings.svg import Drawing, make_drawing
from labels.layout import Layout, lay_out
from labels.mandatory import AT_THE_MARK, ITEMS
from labels.preview import label_svg
from labels.values import LabelValues, Right


def order_labels(here: Installation, actor: Actor, form: PrintForm) -> PrintFacts:
    """Order label files, after laying the label out: what cannot be printed is said before the order, not on paper.

    Raises InvalidInputError (range, template, resolution, `on_pack`), NotFoundError (a stored template that is not the
    enterprise's), LabelError (missing text or glyph, what does not
    fit, an illegible symbol, a place or an offset that the paper does not have), ConflictError (the codes' key was
    destroyed) and what `order_print` raises. An order that was taken before is not judged again.
    """
    with here.store.reading() as session:
        run = visible_run(session, actor, form.run_ref)
        checked_spans([(form.first, form.last)], run.count)
        earlier = earlier_print(session, run, form.idempotency_key)
        facts, codes = label_facts(session, run), codes_of(here.keyring, run)
        if earlier is None or earlier.state is PrintState.FAILED:
            secrets_of(here.keyring, IssuedRun(codes, run.epoch))
            check_printer(form.dpi, form.on_pack)
            fit = fittings_of_run(here, session, run, form.template)
            lay_out_labels(here, facts, codes, fit, form.dpi, form.on_pack)
            require_adjustment(fit.template, form.skip, offset_mm(form.offset_um), output_of(form.format))
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
        fit = fittings_of_run(here, session, run, template)
    layout = lay_out_labels(here, facts, codes, fit, dpi, on_pack)
    return specimen_svg(fit, layout, codes)


def fittings_of_run(here: Installation, session: Session, run: IssueRun, template: str) -> Fittings:
    """What labels of a run are made with when they are ordered now. Raises as `fittings` and `require_serving`."""
    enterprise_id = session.get_one(IssueOrder, run.order_id).enterprise_id
    item_id = session.get_one(Batch, run.batch_id).item_id
    require_serving(session, template, session.get_one(TradeItem, item_id))
    return fittings(here, session, enterprise_id, template, mark_in_use(session, enterprise_id))


def specimen_svg(fit: Fittings, layout: Layout, codes: RunCodes) -> str:
    """The label with a specimen in the place of a code."""
    return label_svg(layout, fit.faces, codes.uri_head.ljust(codes.uri_length, b"0"), typed_form(_SPECIMEN))


def calibration(here: Installation, template: str, offset_um: tuple[int, int]) -> bytes:
    """The calibration sheet of a template as PDF, moved. Raises InvalidInputError for an unknown template."""
    return calibration_sheet(template_named(template), faces_of(here), offset_mm(offset_um))


def design_of(
    here: Installation, fit: Fittings, codes: RunCodes, facts: LabelFacts, order: PrintFacts
) -> tuple[Design, Drawing | None]:
    """The finished design of an order's labels, and what their SVG files need when it is for these."""
    layout = lay_out_labels(here, facts, codes, fit, order.dpi, order.on_pack)
    drawing = make_drawing(layout, fit.faces) if order.format is PrintFormat.SVG else None
    return make_design(layout, fit.faces), drawing


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
    here: Installation, facts: LabelFacts, codes: RunCodes, fit: Fittings, dpi: int, on_pack: tuple[str, ...]
) -> Layout:
    """The labels of these codes, laid out. Raises InvalidInputError, ConflictError without a font, and LabelError."""
    if any(face.is_draft for face in fit.faces.values()):  # its letters have no true height, so nothing can be measured
        raise ConflictError((_NO_FONT,))
    values = label_values(facts, here.keyring.host, on_pack)
    layout = lay_out(fit.template, values, codes.uri_length, dpi, fit.faces, fit.artwork)
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


_SPECIMEN = "0" * LENGTH
_NO_FONT = Fault(
    "font",
    "系统里没有中文字体，只能排出草样，草样不交付印刷",
    "no Chinese font was found: only a draft can be laid out, and drafts are not released",
    "请安装字体（Debian：fonts-noto-cjk），或设置 GIMARK_FONT_FILE",
    "Install one (Debian: fonts-noto-cjk) or set GIMARK_FONT_FILE",
)

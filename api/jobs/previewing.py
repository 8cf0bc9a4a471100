"""What labels of a batch will look like and how well they will be read, before a single code of it is issued."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.installation import Installation
from api.jobs.fittings import Fittings, fittings
from api.jobs.labelling import check_printer, lay_out_labels, offset_mm, specimen_svg
from api.jobs.parts import output_of
from gimark.accounts.rules import Actor
from gimark.clock import local_day
from gimark.codes.run import RunCodes
from gimark.issuance.labelling import LabelFacts, label_facts_of
from gimark.issuance.marks.queries import mark_in_use
from gimark.issuance.rules import PrintFormat
from gimark.issuance.templates.queries import require_serving
from gimark.production.lists import visible_batch
from gimark.production.model import Batch
from gimark.registry.items.model import TradeItem
from labels.adjustment import require_adjustment
from labels.carrier import Carrier, advise_all
from labels.layout import Layout
from labels.template import Template


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """How labels are to be made: the printer's resolution, the items that stand on the package, free places of a begun
    sheet, and how far everything is moved, in micrometres to the right and down."""

    template: str
    dpi: int
    format: PrintFormat = PrintFormat.PDF
    on_pack: tuple[str, ...] = ()
    skip: int = 0
    offset_um: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class TemplateAdvice:
    """A template, and what becomes of the batch's symbol in it on each usual printer."""

    template: Template
    carriers: tuple[Carrier, ...]

    def on(self, dpi: int) -> Carrier | None:
        """The advice for one printer; None for a resolution that no label printer has."""
        return next((carrier for carrier in self.carriers if carrier.dpi == dpi), None)


def preview_of_batch(here: Installation, actor: Actor, batch_ref: str, choice: LabelChoice) -> str:
    """One label of a batch as SVG, true to size, with a specimen in the place of a code. Needs READ.

    Raises what `judged` raises.
    """
    fit, layout, codes = judged(here, actor, batch_ref, choice)
    return specimen_svg(fit, layout, codes)


def judged(here: Installation, actor: Actor, batch_ref: str, choice: LabelChoice) -> tuple[Fittings, Layout, RunCodes]:
    """The labels of a batch laid out as chosen, with codes such as they will have. Needs READ.

    Raises NotFoundError, and what an order for the labels would be refused with: InvalidInputError (template,
    resolution, `on_pack`), ConflictError (no font), LabelError (missing text or glyph, what does not fit, an illegible
    symbol, a place or an offset that the paper does not have).
    """
    with here.store.reading() as session:
        batch = visible_batch(session, actor, batch_ref)
        facts, codes = specimen_of(here, session, batch)
        item = session.get_one(TradeItem, batch.item_id)
        require_serving(session, choice.template, item)
        mark = mark_in_use(session, item.enterprise_id)
        fit = fittings(here, session, item.enterprise_id, choice.template, mark)
    check_printer(choice.dpi, choice.on_pack)
    layout = lay_out_labels(here, facts, codes, fit, choice.dpi, choice.on_pack)
    require_adjustment(fit.template, choice.skip, offset_mm(choice.offset_um), output_of(choice.format))
    return fit, layout, codes


def advice_for_batch(
    here: Installation, actor: Actor, batch_ref: str, templates: tuple[Template, ...]
) -> tuple[TemplateAdvice, ...]:
    """How the batch's symbol comes out in each of `templates`. Needs READ. Raises NotFoundError."""
    with here.store.reading() as session:
        _, codes = specimen_of(here, session, visible_batch(session, actor, batch_ref))
    return tuple(TemplateAdvice(one, advise_all(codes.uri_length, one.qr.box_mm, one.qr.level)) for one in templates)


def specimen_of(here: Installation, session: Session, batch: Batch) -> tuple[LabelFacts, RunCodes]:
    """What labels of the batch say, and codes as long as those that will be issued today."""
    keyring = here.keyring
    return label_facts_of(session, batch), RunCodes(
        origin=keyring.origin,
        host=keyring.host,
        gtin=session.get_one(TradeItem, batch.item_id).gtin,
        lot=batch.lot,
        run=0,
        count=1,
        kid=keyring.issuing_on(local_day(here.store.clock.now())).signer.kid,
    )

"""Trying a template before it is kept: one label of a batch with it, and all that is wrong."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from api.installation import Installation
from api.jobs.fittings import Fittings, artwork_of, faces_of
from api.jobs.labelling import check_printer, lay_out_labels, specimen_svg
from api.jobs.previewing import specimen_of
from gimark.accounts.rules import Actor, Permission, require
from gimark.clock import local_day
from gimark.codes.run import RunCodes
from gimark.errors import ConflictError, Fault, InvalidInputError
from gimark.issuance.labelling import LabelFacts, LabelledRight
from gimark.issuance.marks.queries import mark_in_use
from gimark.issuance.templates.queries import require_right, right_id_of
from gimark.production.lists import visible_batch
from gimark.registry.items.model import TradeItem
from gimark.registry.rights.model import RightKind
from labels.carrier import Carrier, advise_all
from labels.drawings.sketch import sketch_svg
from labels.errors import Fault as LabelFault
from labels.errors import LabelError
from labels.fonts import with_fonts
from labels.geometry import require_placed
from labels.template import Template

Wrong = Fault | LabelFault


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of it: what draws the label, or while it cannot be drawn its fields as outlines; all that an order
    would be refused with; the symbol on each usual printer."""

    draw: Callable[[], str]
    faults: tuple[Wrong, ...]
    carriers: tuple[Carrier, ...]


def try_template(
    here: Installation,
    actor: Actor,
    template: Template,
    batch_ref: str | None,
    dpi: int,
    on_pack: tuple[str, ...],
    right_ref: str | None = None,
) -> Trial:
    """One label of the batch; without one, of an invented product. `right_ref` binds the template. Needs READ.

    Raises NotFoundError for a batch that is not the actor's and for a right that there is not. What an order would be
    refused with is in the trial.
    """
    require(actor, Permission.READ)
    with here.store.reading() as session:
        unserved = _unserved(session, actor, batch_ref, right_ref)
        facts, codes, enterprise_id = _of_batch(here, session, actor, batch_ref)
        mark = None if enterprise_id is None else mark_in_use(session, enterprise_id)
        artwork = None if enterprise_id is None else artwork_of(here, session, enterprise_id, mark)
    carriers = advise_all(codes.uri_length, template.qr.box_mm, template.qr.level)
    try:
        require_placed(template)
        check_printer(dpi, on_pack)
        fit = Fittings(template, with_fonts(faces_of(here), template.fonts), artwork)
        layout = lay_out_labels(here, facts, codes, fit, dpi, on_pack)
    except (LabelError, InvalidInputError, ConflictError) as refusal:
        wrong = frozenset(fault.field for fault in refusal.faults)
        return Trial(partial(sketch_svg, template, wrong), (*refusal.faults, *unserved), carriers)
    return Trial(partial(specimen_svg, fit, layout, codes), unserved, carriers)


def _unserved(session: Session, actor: Actor, batch_ref: str | None, right_ref: str | None) -> tuple[Fault, ...]:
    """Why the batch's labels could not be ordered with a template of that right, for all that they can be drawn."""
    right_id = right_id_of(session, right_ref)
    if batch_ref is None:
        return ()
    try:
        require_right(session, right_id, visible_batch(session, actor, batch_ref).item_id, "right")
    except InvalidInputError as refusal:
        return refusal.faults
    return ()


def _of_batch(
    here: Installation, session: Session, actor: Actor, batch_ref: str | None
) -> tuple[LabelFacts, RunCodes, int | None]:
    today = local_day(here.store.clock.now())
    if batch_ref is None:
        keyring = here.keyring
        kid = keyring.issuing_on(today).signer.kid
        codes = RunCodes(keyring.origin, keyring.host, _INVENTED_GTIN, _INVENTED.lot, 0, 1, kid)
        return _INVENTED, codes, actor.enterprise_id
    batch = visible_batch(session, actor, batch_ref)
    facts, codes = specimen_of(here, session, batch)
    # A batch that waits for its packing day has it today: a template is tried, nothing is ordered.
    facts = facts if facts.packed_on else replace(facts, packed_on=today)
    return facts, codes, session.get_one(TradeItem, batch.item_id).enterprise_id


_INVENTED_GTIN = "09521123000261"
# Every text says that it is one for show.
_INVENTED = LabelFacts(
    product_name="示例产品",
    item_name="示例商品",
    class_name="示例品类",
    grade=None,
    net_g=100,
    rights=(LabelledRight(RightKind.GI_PRODUCT, "示例产品", "GB/T 00000-0000", None, None, ()),),
    uscc="00000000000000000X",
    producer="示例县示例农产品专业合作社",
    address="示例县示例镇示例路1号",
    contact="000-00000000",
    licence="SC00000000000000",
    lot="SL26A0001",
    packed_on=date(2026, 1, 1),
    storage="阴凉干燥处",
    shelf_life="12个月",
    ingredients="示例",
    printed_texts=(),
    is_prepackaged_food=True,
    needs_licence=True,
)

"""What the demonstration's installation has not, and pages of the desks show: put there by the acts themselves."""

from datetime import timedelta

from sqlalchemy import select

from api.installation import Installation
from gimark.accounts.access.actions import AccessKeyForm, create_access_key
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Permission
from gimark.approvals.actions import do_or_propose
from gimark.approvals.asked import Recall
from gimark.clock import local_day
from gimark.issuance.printers.actions import PrinterForm, add_printer
from gimark.issuance.rules import PrintFormat
from gimark.issuance.templates.actions import TemplateForm, create_template
from gimark.production.actions import register_batch
from gimark.production.model import Batch
from gimark.production.registering import BatchForm
from gimark.registry.items.model import TradeItem
from gimark.registry.notices.actions import NoticeForm, publish_notice
from gimark.store.unit_of_work import Act
from labels.library import shipped_templates, write_template


def add_things(here: Installation, producer: str, regulator: str) -> None:
    """A batch to be confirmed, a printer, templates of one's own, an access key, a notice and a proposal."""
    with here.store.acting() as act:
        _register_unconfirmed(act, producer)
        maker = actor_for(act.session, producer)
        add_printer(act, maker, PrinterForm("仓库的条码打印机", 203, PrintFormat.ZPL))
        for template in shipped_templates().values():
            create_template(act, maker, TemplateForm(template.name_zh, write_template(template)))
        until = local_day(act.now) + timedelta(days=30)
        create_access_key(act, maker, AccessKeyForm("仓库系统", (Permission.READ,), until))
        lead = actor_for(act.session, regulator)
        publish_notice(act, lead, NoticeForm("示例公告", "这是一则示例公告。\n" * 12))
        open_batches = select(Batch).where(Batch.is_recalled.is_(False)).order_by(Batch.id)
        recalled = act.session.scalars(open_batches).first()
        if recalled is not None:
            do_or_propose(act, lead, Recall(recalled.ref, "示例：抽检不合格"))
        act.commit()


def _register_unconfirmed(act: Act, producer: str) -> None:
    maker = actor_for(act.session, producer)
    packed = select(Batch).join(TradeItem, TradeItem.id == Batch.item_id).order_by(Batch.id.desc())
    last = act.session.scalars(packed.where(TradeItem.enterprise_id == (maker.enterprise_id or 0)).limit(1)).one()
    item, town = act.session.get_one(TradeItem, last.item_id), last.town_code
    today = local_day(act.now)
    harvest = today - timedelta(days=9), today - timedelta(days=2)
    register_batch(act, maker, BatchForm(item.ref, "YXWAITS", town, *harvest, 100 * item.net_g))

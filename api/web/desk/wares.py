"""The form of a trade item, for either desk (templates/desk/item-fields.html)."""

from api.web.desk.forms import Sent
from gimark.errors import Checklist
from gimark.registry.items.actions import TradeItemForm


def item_in(sent: Sent, enterprise_ref: str) -> TradeItemForm:
    """The item that a form tells of. Raises InvalidInputError for a net content that is no whole number of grams."""
    checklist = Checklist()
    net_g = checklist.take(lambda: sent.whole("net_g"))
    checklist.settle()
    assert net_g is not None
    return TradeItemForm(
        enterprise_ref=enterprise_ref,
        gtin=sent.text("gtin").replace(" ", ""),
        name_zh=sent.text("name"),
        product_class=sent.text("class"),
        net_g=net_g,
        right_refs=sent.texts("rights"),
        name_en=sent.optional("name_en"),
        grade=sent.optional("grade"),
        storage=sent.optional("storage"),
        shelf_life=sent.optional("shelf_life"),
        ingredients=sent.optional("ingredients"),
    )

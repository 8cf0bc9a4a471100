"""How an enterprise is reached: the one part of its row that it keeps itself, because no official act rests on it."""

from dataclasses import dataclass

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.errors import Checklist
from gimark.registry.enterprises.model import Enterprise
from gimark.store.unit_of_work import Act
from gimark.texts import LONG, SHORT, check_texts

LONGEST_PHONE = 40


@dataclass(frozen=True, slots=True)
class ContactForm:
    """Whom to ask for, by what telephone, and the name on English pages; None where there is none."""

    contact: str | None
    phone: str | None
    name_en: str | None


def change_contact(act: Act, actor: Actor, form: ContactForm) -> Enterprise:
    """Change how the actor's own enterprise is reached. Needs MANAGE_ITEMS. Part of the caller's transaction.

    Nothing of this is in the ledger. The telephone stands on labels that are printed from now on; labels that were
    ordered and are not finished are refused, as after every amendment. Raises NotFoundError for who belongs to none,
    InvalidInputError naming each text that is no single line or too long.
    """
    require(actor, Permission.MANAGE_ITEMS)
    if actor.enterprise_id is None:
        raise not_found("enterprise")
    checklist = Checklist()
    check_texts(
        checklist,
        {"contact": (form.contact, SHORT), "phone": (form.phone, LONGEST_PHONE), "name_en": (form.name_en, LONG)},
    )
    checklist.settle()
    row = act.session.get_one(Enterprise, actor.enterprise_id, with_for_update=True)
    row.contact, row.phone, row.name_en = form.contact, form.phone, form.name_en
    act.session.flush()
    return row

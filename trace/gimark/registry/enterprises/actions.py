"""Registering an enterprise; taking a natural person's name out of the public's reach."""

import hashlib
import re
import secrets
from base64 import b64encode
from dataclasses import dataclass

from sqlalchemy import select

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.codes.uscc import check_uscc
from gimark.errors import Checklist, ConflictError, Fault
from gimark.ledger import book
from gimark.ledger.replay import ERASED
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind, PersonErasure
from gimark.registry.rights.model import Town
from gimark.store.unit_of_work import Act
from gimark.texts import LONG, NAME, SHORT, check_texts, checked_reason

SC_LICENCE = re.compile(r"SC[0-9]{14}")


@dataclass(frozen=True, slots=True)
class EnterpriseForm:
    """An enterprise as entered."""

    uscc: str
    name_zh: str
    kind: EnterpriseKind
    town_code: str
    address: str
    name_en: str | None = None
    contact: str | None = None
    phone: str | None = None
    sc_licence: str | None = None


def register_enterprise(act: Act, actor: Actor, form: EnterpriseForm) -> Enterprise:
    """Enter an enterprise (ledger: enterprise.set). Part of the caller's transaction, which commits.

    Of a sole trader, who is a natural person, the ledger holds H(salt ‖ name LF uscc) only.
    """
    require(actor, Permission.MANAGE_REGISTRY)
    book.lock(act)
    uscc = _checked(act, form)
    salt = secrets.token_bytes(16) if form.kind is EnterpriseKind.SOLE_TRADER else None
    index = book.append(act, "enterprise.set", actor.ledger_word, **public_fields(form.kind, form.name_zh, uscc, salt))
    enterprise = Enterprise(
        uscc=uscc,
        name_zh=form.name_zh,
        name_en=form.name_en,
        kind=form.kind,
        town_code=form.town_code,
        address=form.address,
        contact=form.contact,
        phone=form.phone,
        sc_licence=form.sc_licence,
        subject_salt=salt,
        ledger_index=index,
    )
    act.session.add(enterprise)
    act.session.flush()
    return enterprise


def erase_person(act: Act, actor: Actor, uscc: str, reason: str) -> Enterprise:
    """Delete the salt of a sole trader, so that the ledger's entry leads to nobody (ledger: correction of that entry).

    No public page shows name, USCC and address from then on; contact and phone are deleted. The register's own row
    stays: it is the authority's file. Copies in backups last as long as those. Part of the caller's transaction, which
    commits. Raises NotFoundError, ConflictError for whoever is no sole trader or was erased before, and
    InvalidInputError for a reason that is missing or is not one line.
    """
    require(actor, Permission.ERASE_PERSONS)
    book.lock(act)
    enterprise = act.session.scalar(select(Enterprise).where(Enterprise.uscc == uscc))
    if enterprise is None:
        raise not_found("enterprise")
    if enterprise.subject_salt is None:
        raise ConflictError((_NOT_ERASABLE if enterprise.kind is not EnterpriseKind.SOLE_TRADER else _ERASED_BEFORE,))
    fields = {"entry": enterprise.ledger_index, "reason": checked_reason(reason)}
    index = book.append(act, "correction", actor.ledger_word, **fields)
    act.session.add(PersonErasure(enterprise_id=enterprise.id, reason=reason, at=act.now, ledger_index=index))
    enterprise.subject_salt = enterprise.contact = enterprise.phone = None
    act.session.flush()
    return enterprise


_NOT_ERASABLE = Fault(
    "enterprise",
    "不是个体工商户，名称不是个人信息",
    "it is no sole trader: its name is nobody's personal data",
    "无须撤下",
    "There is nothing to erase",
)
_ERASED_BEFORE = Fault(
    "enterprise",
    "个人信息早已撤下",
    "the person was erased before",
    "无须再办",
    "There is nothing left to do",
)


def public_fields(kind: EnterpriseKind, name: str, uscc: str, salt: bytes | None) -> dict[str, object]:
    """What an enterprise.set entry says: name and USCC, or a sole trader's salted commitment.

    `salt` has 16 bytes for a sole trader; without it, once deleted, what the entry holds leads to nobody (`ERASED`).
    """
    if kind is not EnterpriseKind.SOLE_TRADER:
        return {"name": name, "uscc": uscc}
    if salt is None:
        return {"subject": ERASED}
    digest = hashlib.sha256(salt + f"{name}\n{uscc}".encode()).digest()
    return {"subject": b64encode(digest).decode()}


def _checked(act: Act, form: EnterpriseForm) -> str:
    checklist = Checklist()
    uscc = checklist.take(lambda: check_uscc(form.uscc, "uscc"))
    check_texts(
        checklist,
        {
            "name": (form.name_zh, NAME),
            "name_en": (form.name_en, LONG),
            "address": (form.address, LONG),
            "contact": (form.contact, SHORT),
            "phone": (form.phone, 40),
        },
    )
    if act.session.get(Town, form.town_code) is None:
        checklist.add(
            "town",
            f"没有乡镇代码 {form.town_code}",
            f"unknown town code {form.town_code}",
            "请从乡镇名录中选择",
            "Choose from the list of towns",
        )
    if form.sc_licence is not None and SC_LICENCE.fullmatch(form.sc_licence) is None:
        checklist.add(
            "sc_licence",
            "许可证编号格式不对",
            "the licence number is malformed",
            "应为 SC 加 14 位数字；没有就留空",
            "It is SC and 14 digits; leave it empty if there is none",
        )
    if uscc is not None and act.session.scalar(select(Enterprise.id).where(Enterprise.uscc == uscc)):
        checklist.add(
            "uscc", "这个信用代码已经登记", "this USCC is registered already", "请核对是否重复", "Check for a duplicate"
        )
    checklist.settle()
    assert uscc is not None
    return uscc

"""`gimark authorization …`."""

from dataclasses import replace

from rich.box import SIMPLE
from rich.table import Table
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gimark.accounts.rules import Permission, not_found, require
from gimark.approvals.asked import Revocation
from gimark.clock import local_day
from gimark.errors import invalid
from gimark.registry.authorizations.actions import ChangeForm, change_authorization, grant_authorization
from gimark.registry.authorizations.model import Authorization
from gimark.registry.authorizations.queries import authorizations, history_of
from gimark.registry.authorizations.rules import ChangeKind, Terms
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.rights.model import GiProduct, Right
from scripts.cli.days import day_of
from scripts.cli.office import acting_as, console, installation
from scripts.cli.office import show as show_table
from scripts.cli.proposals import ask
from scripts.cli.rights import right_ref

OPEN, NONE = ("open", "长期"), ("none", "不限")

DONE = {
    ChangeKind.SUSPEND: "已暂停 / suspended",
    ChangeKind.RESTORE: "已恢复 / restored",
    ChangeKind.REVOKE: "已撤销 / revoked",
    ChangeKind.AMEND: "已变更 / amended",
}


def show(actor_name: str, uscc: str | None) -> None:
    """List the authorizations this actor may see, with their references and how they stand today."""
    here, actor = installation(), acting_as(actor_name)
    require(actor, Permission.READ)
    today = local_day(here.store.clock.now())
    table = Table(
        *("编号 / ref", "企业 / enterprise", "权利 / right", "文号 / number", "类别 / classes", "现状 / standing"),
        box=SIMPLE,
    )
    wanted = select(Authorization.id, Enterprise.name_zh, GiProduct.name_zh, Right.kind)
    wanted = wanted.join(Enterprise, Enterprise.id == Authorization.enterprise_id)
    wanted = wanted.join(Right, Right.id == Authorization.right_id).join(GiProduct, GiProduct.id == Right.product_id)
    if actor.enterprise_id is not None:
        wanted = wanted.where(Enterprise.id == actor.enterprise_id)
    if uscc is not None:
        wanted = wanted.where(Enterprise.uscc == uscc)
    with here.store.reading() as session:
        rows = {id_: (name, f"{product}/{kind}") for id_, name, product, kind in session.execute(wanted)}
        for one in authorizations(session, list(rows)):
            terms, standing = one.history.terms_on(today), one.history.standing_on(today)[0]
            table.add_row(one.ref, *rows[one.id], terms.number, " ".join(terms.classes), standing)
    show_table(table)


def grant(
    enterprise: str,
    right: str,
    classes: list[str],
    number: str,
    first_day: str,
    last_day: str | None,
    labels_per_year: int | None,
    actor_name: str,
) -> None:
    """Authorise an enterprise, and print the authorization's reference."""
    until = None if last_day is None or last_day in OPEN else day_of(last_day, "until")
    terms = Terms(tuple(classes), number, day_of(first_day, "from"), until, labels_per_year)
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        refs = _enterprise_ref(act.session, enterprise), right_ref(act.session, right)
        granted = grant_authorization(act, actor, *refs, terms)
        ref, index = granted.ref, granted.ledger_index
        act.commit()
    console.print(f"授权 / authorization [bold]{ref}[/]  账本 / ledger {index}")


def change(kind: str, ref: str, reason: str, first_day: str | None, actor_name: str) -> None:
    """Suspend, restore or revoke."""
    day = None if first_day is None else day_of(first_day, "from")
    if kind == ChangeKind.REVOKE:
        ask(Revocation(ref, reason, day), actor_name, f"{DONE[ChangeKind.REVOKE]} [bold]{ref}[/]")
    else:
        _done(ref, ChangeForm(ChangeKind(kind), reason, day), actor_name)


def amend(
    ref: str,
    reason: str,
    actor_name: str,
    classes: list[str] | None,
    number: str | None,
    first_day: str | None,
    last_day: str | None,
    labels_per_year: str | None,
) -> None:
    """Change the terms that are given; the others stay as they are today."""
    terms = _terms_now(ref)
    if classes is not None:
        terms = replace(terms, classes=tuple(classes))
    if number is not None:
        terms = replace(terms, number=number)
    if first_day is not None:
        terms = replace(terms, valid_from=day_of(first_day, "from"))
    if last_day is not None:
        terms = replace(terms, valid_until=None if last_day in OPEN else day_of(last_day, "until"))
    if labels_per_year is not None:
        terms = replace(terms, labels_per_year=_limit(labels_per_year))
    _done(ref, ChangeForm(ChangeKind.AMEND, reason, terms=terms), actor_name)


def _done(ref: str, form: ChangeForm, actor_name: str) -> None:
    actor = acting_as(actor_name)
    with installation().store.acting() as act:
        index = change_authorization(act, actor, ref, form).ledger_index
        act.commit()
    console.print(f"{DONE[form.kind]} [bold]{ref}[/]  账本 / ledger {index}")


def _terms_now(ref: str) -> Terms:
    here = installation()
    with here.store.reading() as session:
        row = session.scalar(select(Authorization).where(Authorization.ref == ref))
        if row is None:
            raise not_found("authorization")
        return history_of(session, row).terms_on(local_day(here.store.clock.now()))


def _enterprise_ref(session: Session, text: str) -> str:
    ref = session.scalar(select(Enterprise.ref).where(or_(Enterprise.ref == text, Enterprise.uscc == text)))
    if ref is None:
        raise not_found("enterprise")
    return ref


def _limit(text: str) -> int | None:
    if text in NONE:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    raise invalid(
        "labels_per_year",
        f"“{text[:20]}”不是枚数",
        f"“{text[:20]}” is no number of labels",
        "请填写每年枚数，或写 none 表示不限",
        "Give a number a year, or none for no limit",
    )

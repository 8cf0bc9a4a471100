"""Reading stored templates: an enterprise sees its own and the installation's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.errors import invalid
from gimark.issuance.model import PrintOrder
from gimark.issuance.templates.model import LabelTemplate, LabelTemplateVersion
from gimark.issuance.templates.rules import VersionName, read_version_name, serves
from gimark.registry.items.model import TradeItem, TradeItemRight
from gimark.registry.rights.model import GiProduct, Right


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One version: its text, who made it when, and how many print orders name it."""

    template_ref: str
    number: int
    content: str
    made_by: str
    made_at: datetime
    print_orders: int

    @property
    def name(self) -> str:
        """What a print order calls it."""
        return str(VersionName(self.template_ref, self.number))


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """A stored template with its latest version. `right` is (ref, product, kind) of the right that it is for, None for
    any; `is_own` says whether this actor's side keeps it and may change it."""

    ref: str
    name: str
    right: tuple[str, str, str] | None
    is_of_all: bool
    is_own: bool
    is_retired: bool
    latest: VersionFacts


def templates(session: Session, actor: Actor, *, retired: bool = False) -> tuple[TemplateFacts, ...]:
    """Those that the actor may see, own ones first, by name; with `retired` only those that are offered no more."""
    return tuple(_facts(session, actor, row) for row in _rows(session, actor, retired=retired))


def templates_for(session: Session, actor: Actor, item_id: int) -> tuple[TemplateFacts, ...]:
    """Those of `templates` that serve an item: a template bound to a right is offered for goods that bear it, alone."""
    borne = _borne(session, item_id)
    rows = (row for row in _rows(session, actor, retired=False) if serves(row.right_id, borne))
    return tuple(_facts(session, actor, row) for row in rows)


def require_serving(session: Session, name: str, item: TradeItem) -> None:
    """Refuse a version of a template that is bound to a right which the item's labels do not bear.

    Any other name, such as that of a template of the program, is bound to none. Raises InvalidInputError, and
    NotFoundError for a version that the item's enterprise may not use.
    """
    version = read_version_name(name)
    if version is not None:
        _, right_id = _usable(session, item.enterprise_id, version)
        require_right(session, right_id, item.id, "template")


def require_right(session: Session, right_id: int | None, item_id: int, field: str) -> None:
    """The same for a template that may not be kept yet; `field` is what was chosen. Raises InvalidInputError."""
    if right_id is None or serves(right_id, _borne(session, item_id)):
        return
    _, product, _ = _right(session, right_id)
    raise invalid(
        field,
        f"这个模板只用于“{product}”的一项权利，这批商品的标签不带那项权利",
        f"the template is for one right of “{product}” alone, which labels of these goods do not bear",
        "请另选模板，或在模板页改“用于哪项权利”",
        "Choose another template, or change on its page which right it is for",
    )


def template(session: Session, actor: Actor, ref: str) -> TemplateFacts:
    """One of them, retired or not. Raises NotFoundError, for another enterprise's too."""
    return _facts(session, actor, visible_template(session, actor, ref))


def versions(session: Session, actor: Actor, ref: str) -> tuple[VersionFacts, ...]:
    """Its versions, latest first. Raises NotFoundError."""
    row = visible_template(session, actor, ref)
    numbers = session.scalars(
        select(LabelTemplateVersion)
        .where(LabelTemplateVersion.template_id == row.id)
        .order_by(LabelTemplateVersion.number.desc())
    ).all()
    return tuple(_version(session, row, version) for version in numbers)


def right_id_of(session: Session, ref: str | None) -> int | None:
    """The right that a template is to be bound to, None for none. Raises NotFoundError for one that there is not."""
    if ref is None:
        return None
    found = session.scalar(select(Right.id).where(Right.ref == ref))
    if found is None:
        raise not_found("right")
    return found


def version_text(session: Session, enterprise_id: int, name: VersionName) -> str:
    """The text of a version that labels of this enterprise may be printed with. Raises NotFoundError."""
    return _usable(session, enterprise_id, name)[0]


def names_of(session: Session, refs: Collection[str]) -> dict[str, str]:
    """What stored templates are called, by ref, whoever keeps them: for those who may see an order that names one."""
    asked = select(LabelTemplate.ref, LabelTemplate.name).where(LabelTemplate.ref.in_(refs))
    return dict(session.execute(asked).all())


def visible_template(session: Session, actor: Actor, ref: str) -> LabelTemplate:
    """The row of a template that this actor may see. Raises NotFoundError."""
    row = session.scalar(_visible(actor).where(LabelTemplate.ref == ref))
    if row is None:
        raise not_found("template")
    return row


def latest_number(session: Session, template_id: int) -> int:
    """The number of the latest version."""
    asked = select(func.max(LabelTemplateVersion.number)).where(LabelTemplateVersion.template_id == template_id)
    return session.scalars(asked).one() or 0


def _visible(actor: Actor) -> Select[LabelTemplate]:
    require(actor, Permission.READ)
    found = select(LabelTemplate)
    if actor.enterprise_id is None:
        return found
    return found.where(or_(LabelTemplate.enterprise_id == actor.enterprise_id, LabelTemplate.enterprise_id.is_(None)))


def _rows(session: Session, actor: Actor, *, retired: bool) -> Sequence[LabelTemplate]:
    wanted = _visible(actor).where(LabelTemplate.is_retired == retired)
    return session.scalars(wanted.order_by(LabelTemplate.enterprise_id.is_(None), LabelTemplate.name)).all()


def _usable(session: Session, enterprise_id: int, name: VersionName) -> tuple[str, int | None]:
    """The text of a version that this enterprise may use, and the right that its template is bound to."""
    mine = or_(LabelTemplate.enterprise_id == enterprise_id, LabelTemplate.enterprise_id.is_(None))
    found = session.execute(
        select(LabelTemplateVersion.content, LabelTemplate.right_id)
        .join(LabelTemplate, LabelTemplate.id == LabelTemplateVersion.template_id)
        .where(LabelTemplate.ref == name.ref, LabelTemplateVersion.number == name.number, mine)
    ).one_or_none()
    if found is None:
        raise not_found("template")
    return found[0], found[1]


def _borne(session: Session, item_id: int) -> frozenset[int]:
    """The rights that an item's labels bear."""
    return frozenset(session.scalars(select(TradeItemRight.right_id).where(TradeItemRight.item_id == item_id)))


def _facts(session: Session, actor: Actor, row: LabelTemplate) -> TemplateFacts:
    latest = session.get_one(LabelTemplateVersion, (row.id, latest_number(session, row.id)))
    return TemplateFacts(
        ref=row.ref,
        name=row.name,
        right=None if row.right_id is None else _right(session, row.right_id),
        is_of_all=row.enterprise_id is None,
        is_own=row.enterprise_id == actor.enterprise_id,
        is_retired=row.is_retired,
        latest=_version(session, row, latest),
    )


def _right(session: Session, right_id: int) -> tuple[str, str, str]:
    right = session.get_one(Right, right_id)
    return right.ref, session.get_one(GiProduct, right.product_id).name_zh, right.kind.value


def _version(session: Session, row: LabelTemplate, version: LabelTemplateVersion) -> VersionFacts:
    name = VersionName(row.ref, version.number)
    named = select(func.count()).select_from(PrintOrder).where(PrintOrder.template == str(name))
    return VersionFacts(
        template_ref=row.ref,
        number=version.number,
        content=version.content,
        made_by=session.get_one(User, version.made_by).name,
        made_at=version.made_at,
        print_orders=session.scalars(named).one(),
    )

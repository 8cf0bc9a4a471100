"""Reading stored templates: an enterprise sees its own and the installation's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.issuance.model import PrintOrder
from gimark.issuance.templates.model import LabelTemplate, LabelTemplateVersion
from gimark.issuance.templates.rules import VersionName
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
    wanted = _visible(actor).where(LabelTemplate.is_retired == retired)
    rows = session.scalars(wanted.order_by(LabelTemplate.enterprise_id.is_(None), LabelTemplate.name)).all()
    return tuple(_facts(session, actor, row) for row in rows)


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


def version_text(session: Session, enterprise_id: int, name: VersionName) -> str:
    """The text of a version that labels of this enterprise may be printed with. Raises NotFoundError."""
    mine = or_(LabelTemplate.enterprise_id == enterprise_id, LabelTemplate.enterprise_id.is_(None))
    content = session.scalar(
        select(LabelTemplateVersion.content)
        .join(LabelTemplate, LabelTemplate.id == LabelTemplateVersion.template_id)
        .where(LabelTemplate.ref == name.ref, LabelTemplateVersion.number == name.number, mine)
    )
    if content is None:
        raise not_found("template")
    return content


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

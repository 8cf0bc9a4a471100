"""Keeping templates. None of it is a ledger act: what was printed is told by the print order, which names a version."""

from dataclasses import dataclass

from sqlalchemy import func, select

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.errors import ConflictError, Fault, invalid
from gimark.issuance.templates.model import LabelTemplate, LabelTemplateVersion
from gimark.issuance.templates.queries import TemplateFacts, latest_number, right_id_of, template, visible_template
from gimark.issuance.templates.rules import LONGEST_CONTENT, LONGEST_NAME, MOST_TEMPLATES, MOST_VERSIONS
from gimark.store.unit_of_work import Act
from gimark.texts import checked_text


@dataclass(frozen=True, slots=True)
class TemplateForm:
    """A template as entered; `content` was read by `labels` before. `right_ref` binds it to the labels of one right."""

    name: str
    content: str
    right_ref: str | None = None


def create_template(act: Act, actor: Actor, form: TemplateForm) -> TemplateFacts:
    """Keep a new template with its first version: an enterprise's own, or an administrator's for all.

    Needs MANAGE_LABELS. Raises InvalidInputError, NotFoundError for a right that there is not, ConflictError when
    there are `MOST_TEMPLATES`.
    """
    require(actor, Permission.MANAGE_LABELS)
    row = LabelTemplate(
        enterprise_id=actor.enterprise_id,
        right_id=right_id_of(act.session, form.right_ref),
        name=checked_text(form.name, "name", LONGEST_NAME),
        is_retired=False,
        created_at=act.now,
    )
    _check_content(form.content)
    _check_room(act, actor)
    act.session.add(row)
    act.session.flush()
    _add_version(act, actor, row, 1, form.content)
    return template(act.session, actor, row.ref)


def save_template(act: Act, actor: Actor, ref: str, form: TemplateForm, based_on: int) -> TemplateFacts:
    """Change a template: another text is another version, and orders of the earlier ones stay what they were.

    `based_on` is the version that was looked at. Needs MANAGE_LABELS. Raises NotFoundError, InvalidInputError,
    ConflictError when somebody else saved meanwhile or there are `MOST_VERSIONS`.
    """
    row = _own(act, actor, ref)
    name = checked_text(form.name, "name", LONGEST_NAME)
    _check_content(form.content)
    latest = act.session.get_one(LabelTemplateVersion, (row.id, latest_number(act.session, row.id)))
    if latest.number != based_on:
        raise ConflictError((_CHANGED,), {"latest": latest.number})
    row.name, row.right_id = name, right_id_of(act.session, form.right_ref)
    if latest.content != form.content:
        if latest.number == MOST_VERSIONS:
            raise ConflictError((_TOO_MANY_VERSIONS,))
        _add_version(act, actor, row, latest.number + 1, form.content)
    act.session.flush()
    return template(act.session, actor, ref)


def retire_template(act: Act, actor: Actor, ref: str, *, is_retired: bool = True) -> TemplateFacts:
    """Offer a template no more, or again. Needs MANAGE_LABELS. Raises NotFoundError."""
    row = _own(act, actor, ref)
    row.is_retired = is_retired
    act.session.flush()
    return template(act.session, actor, ref)


def _own(act: Act, actor: Actor, ref: str) -> LabelTemplate:
    """The row of a template that this actor's side keeps, held until the act ends. The installation's is seen by an
    enterprise, and copied by it, not changed."""
    require(actor, Permission.MANAGE_LABELS)
    row = visible_template(act.session, actor, ref)
    if row.enterprise_id != actor.enterprise_id:
        raise not_found("template")
    act.session.refresh(row, with_for_update=True)
    return row


def _add_version(act: Act, actor: Actor, row: LabelTemplate, number: int, content: str) -> None:
    act.session.add(
        LabelTemplateVersion(template_id=row.id, number=number, content=content, made_by=actor.user_id, made_at=act.now)
    )
    act.session.flush()


def _check_content(content: str) -> None:
    if not 0 < len(content) <= LONGEST_CONTENT:
        raise invalid(
            "content",
            f"模板有 {len(content):,} 个字符，应为 1 至 {LONGEST_CONTENT:,}",
            f"the template has {len(content):,} characters, 1 to {LONGEST_CONTENT:,} are kept",
            "请去掉多余的内容",
            "Leave out what is not needed",
        )


def _check_room(act: Act, actor: Actor) -> None:
    mine = LabelTemplate.enterprise_id.is_not_distinct_from(actor.enterprise_id)
    if act.session.scalars(select(func.count(LabelTemplate.id)).where(mine)).one() >= MOST_TEMPLATES:
        raise ConflictError((_TOO_MANY,))


_CHANGED = Fault(
    "",
    "打开这一页之后，别人已保存了新版本",
    "somebody else saved a version after this page was opened",
    "请重新打开模板，在新版本上修改",
    "Open the template again and change the new version",
)
_TOO_MANY = Fault(
    "",
    f"已有 {MOST_TEMPLATES} 个模板",
    f"there are {MOST_TEMPLATES} templates already",
    "请修改已有的模板",
    "Change one that is there",
)
_TOO_MANY_VERSIONS = Fault(
    "",
    f"这个模板已有 {MOST_VERSIONS} 个版本",
    f"the template has {MOST_VERSIONS} versions already",
    "请复制成新模板后再改",
    "Copy it to a new template and change that",
)

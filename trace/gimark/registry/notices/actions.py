"""Publishing notices and taking them down. The caller's transaction commits. No ledger acts: what they tell of is."""

from dataclasses import dataclass

from sqlalchemy import select

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.errors import Checklist, ConflictError, Fault
from gimark.registry.notices.model import PublicNotice
from gimark.store.unit_of_work import Act
from gimark.texts import NAME, check_texts

LONGEST_BODY = 4_000


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """A notice as written: one line on top, then plain text in lines."""

    title: str
    body: str


def publish_notice(act: Act, actor: Actor, form: NoticeForm) -> PublicNotice:
    """Publish a notice on the public pages. Needs MANAGE_REGISTRY.

    Line ends become single LF, nothing else is changed. Raises InvalidInputError for an empty or too long text and for
    characters that do not show.
    """
    require(actor, Permission.MANAGE_REGISTRY)
    checklist = Checklist()
    check_texts(checklist, {"title": (form.title, NAME)})
    body = form.body.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    _check_body(checklist, body)
    checklist.settle()
    notice = PublicNotice(title=form.title, body=body, published_by_id=actor.user_id, published_at=act.now)
    act.session.add(notice)
    act.session.flush()
    return notice


def withdraw_notice(act: Act, actor: Actor, ref: str) -> PublicNotice:
    """Take a notice down; it stays on file. Needs MANAGE_REGISTRY.

    Raises NotFoundError, ConflictError the second time.
    """
    require(actor, Permission.MANAGE_REGISTRY)
    notice = act.session.scalar(select(PublicNotice).where(PublicNotice.ref == ref).with_for_update())
    if notice is None:
        raise not_found("notice")
    if notice.withdrawn_at is not None:
        raise ConflictError(
            (
                Fault(
                    "notice",
                    "公告已经撤下",
                    "the notice was taken down already",
                    "如需再次公布，请另发一则",
                    "Publish another one to say it again",
                ),
            )
        )
    notice.withdrawn_by_id, notice.withdrawn_at = actor.user_id, act.now
    act.session.flush()
    return notice


def _check_body(checklist: Checklist, body: str) -> None:
    if not body.strip():
        checklist.add("body", "没有填写正文", "it has no text", "请填写", "Fill it in")
    elif len(body) > LONGEST_BODY:
        checklist.add(
            "body",
            f"有 {len(body):,} 个字符，最多 {LONGEST_BODY:,} 个",
            f"it has {len(body):,} characters, at most {LONGEST_BODY:,} are shown",
            "请缩短，或分成几则",
            "Make it shorter, or publish several",
        )
    elif not all(character == "\n" or character.isprintable() for character in body):
        checklist.add(
            "body",
            "含有不可见字符",
            "it has characters that do not show",
            "请去掉制表符等不可见字符",
            "Remove tabs and the like",
        )

"""Uploading the special mark. The file was read strictly before (`labels.artwork`), and is kept as it came."""

from dataclasses import dataclass

from gimark.accounts.rules import Actor, Permission, require, require_enterprise
from gimark.files.content import StoredFile
from gimark.issuance.marks.model import MarkArtwork
from gimark.issuance.marks.queries import MarkFacts, mark, visible_mark
from gimark.store.unit_of_work import Act


@dataclass(frozen=True, slots=True)
class MarkForm:
    """A mark that was read: its file and the picture of it, both kept."""

    file: StoredFile
    picture: StoredFile
    is_vector: bool


def upload_mark(act: Act, actor: Actor, enterprise_id: int, form: MarkForm) -> MarkFacts:
    """Have labels of an enterprise bear this mark from now on; orders that were placed keep theirs.

    Needs MANAGE_LABELS. Raises NotFoundError for another enterprise's.
    """
    require(actor, Permission.MANAGE_LABELS)
    require_enterprise(actor, enterprise_id, "enterprise")
    row = MarkArtwork(
        enterprise_id=enterprise_id,
        is_vector=form.is_vector,
        sha256=form.file.sha256,
        size=form.file.size,
        picture_sha256=form.picture.sha256,
        uploaded_by=actor.user_id,
        uploaded_at=act.now,
        withdrawn_at=None,
    )
    act.session.add(row)
    act.session.flush()
    return mark(act.session, actor, row.ref)


def withdraw_mark(act: Act, actor: Actor, ref: str) -> MarkFacts:
    """Have labels bear it no more: the one before comes back, or the placeholder. Again changes nothing.

    Needs MANAGE_LABELS. Raises NotFoundError.
    """
    require(actor, Permission.MANAGE_LABELS)
    row = visible_mark(act.session, actor, ref)
    if row.withdrawn_at is None:
        row.withdrawn_at = act.now
        act.session.flush()
    return mark(act.session, actor, ref)

"""Reading uploads: an enterprise sees its own, and nobody else any."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer_group

from gimark.accounts.model import User
from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.exchange.batch_columns import Choices, ItemChoice, TownChoice
from gimark.exchange.uploads.model import Upload
from gimark.exchange.uploads.rules import Choice, Rows, unpacked
from gimark.registry.items.model import TradeItem
from gimark.registry.rights.model import Town
from gimark.store.paging import Portion, Wanted, portion


@dataclass(frozen=True, slots=True)
class UploadFacts:
    """An upload, who sent it, and how many rows came to what."""

    ref: str
    file_name: str
    sha256: str
    choice: Choice
    uploaded_at: datetime
    by: str
    registered: int
    known: int
    ready: int
    refused: int

    @property
    def total(self) -> int:
        """How many rows it has."""
        return self.registered + self.known + self.ready + self.refused


def choices_of(session: Session, actor: Actor) -> Choices:
    """The items of the actor's enterprise and the county's towns, as a row may name them. Needs MANAGE_BATCHES."""
    require(actor, Permission.MANAGE_BATCHES)
    items = select(TradeItem.ref, TradeItem.gtin, TradeItem.name_zh).order_by(TradeItem.id)
    own = session.execute(items.where(TradeItem.enterprise_id == actor.enterprise_id))
    towns = session.execute(select(Town.code, Town.name_zh).order_by(Town.code))
    return Choices(tuple(ItemChoice(*row) for row in own), tuple(TownChoice(*row) for row in towns))


def uploads(session: Session, actor: Actor, wanted: Wanted) -> Portion[UploadFacts]:
    """The uploads of the actor's enterprise. Needs MANAGE_BATCHES."""
    require(actor, Permission.MANAGE_BATCHES)
    asked = select(Upload).where(Upload.enterprise_id == actor.enterprise_id)
    found = portion(session, asked, Upload.id, Upload.ref, wanted)
    names = _names(session, {row.user_id for row in found.items})
    return found.map(lambda row: _facts(row, names))


def upload(session: Session, actor: Actor, ref: str) -> tuple[UploadFacts, Rows]:
    """One of them with its rows. Needs MANAGE_BATCHES. Raises NotFoundError."""
    require(actor, Permission.MANAGE_BATCHES)
    asked = select(Upload).where(Upload.ref == ref, Upload.enterprise_id == actor.enterprise_id)
    row = session.scalar(asked.options(undefer_group("rows")))
    if row is None:
        raise not_found("upload")
    return _facts(row, _names(session, {row.user_id})), unpacked(row.rows)


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())


def _facts(row: Upload, names: dict[int, str]) -> UploadFacts:
    return UploadFacts(
        ref=row.ref,
        file_name=row.file_name,
        sha256=row.sha256,
        choice=row.choice,
        uploaded_at=row.uploaded_at,
        by=names[row.user_id],
        registered=row.registered,
        known=row.known,
        ready=row.ready,
        refused=row.refused,
    )

"""Stored templates. A version is written once, so that a print order which names it says what was printed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gimark.issuance.templates.rules import LONGEST_NAME, MOST_VERSIONS
from gimark.store.base import Base, PrimaryKey, Ref


class LabelTemplate(Base):
    """A template of an enterprise; of the whole installation when `enterprise_id` is None.

    With `right_id` it serves labels that bear that right, and no others (`rules.serves`). A retired one is offered no
    more; it is never deleted, because print orders name it.
    """

    __tablename__ = "label_template"

    id: Mapped[PrimaryKey]
    ref: Mapped[Ref]
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    right_id: Mapped[int | None] = mapped_column(ForeignKey("gi_right.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    is_retired: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class LabelTemplateVersion(Base):
    """The text of one version, numbered from 1; what it says is for `labels` to read."""

    __tablename__ = "label_template_version"
    __table_args__ = (CheckConstraint(f"number >= 1 AND number <= {MOST_VERSIONS}", name="number_fits"),)

    template_id: Mapped[int] = mapped_column(ForeignKey("label_template.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]

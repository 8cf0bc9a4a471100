"""The county of this installation: one row, from its profile."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from gimark.store.base import Base, Key

COUNTY_ID = 1


class County(Base):
    """Who runs the installation and what its pages are called. Empty text is 待填: shown so, never guessed."""

    __tablename__ = "county"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(6))
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(120))
    regulator_zh: Mapped[str] = mapped_column(String(120))
    regulator_en: Mapped[str] = mapped_column(String(240))
    regulator_address: Mapped[str] = mapped_column(String(240))
    regulator_phone: Mapped[str] = mapped_column(String(40))
    regulator_email: Mapped[str] = mapped_column(String(120))
    title_zh: Mapped[str] = mapped_column(String(60))
    title_en: Mapped[str] = mapped_column(String(120))
    host: Mapped[str] = mapped_column(String(253))
    icp_number: Mapped[str] = mapped_column(String(60))
    psb_number: Mapped[str] = mapped_column(String(60))

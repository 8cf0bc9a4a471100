"""The county's towns as choices."""

from sqlalchemy.orm import Session

from api.web.desk.seat import Seat
from gimark.registry.county.queries import towns
from gimark.store.paging import MOST, Wanted


def town_choices(session: Session, seat: Seat) -> list[tuple[str, str]]:
    """(code, name) of every town, in the language of the seat."""
    found = towns(session, seat.actor, Wanted(MOST)).items
    return [(one.code, one.name_en if seat.language == "en" and one.name_en else one.name_zh) for one in found]

"""Who may sit in the studio: people of an enterprise, and whoever keeps templates and marks for all."""

from typing import Annotated

from fastapi import Depends

from api import refusals
from api.v1.door import Here
from api.web.desk.seat import Seat, seat_of
from gimark.accounts.rules import Permission
from gimark.errors import NotFoundError


def at_studio(process: Here, seat: Annotated[Seat, Depends(seat_of)]) -> Seat:
    """Somebody of an enterprise, or an administrator. Raises NotFoundError for everybody else."""
    if seat.actor.enterprise_id is None and Permission.MANAGE_LABELS not in seat.actor.permissions:
        raise NotFoundError(refusals.not_here())
    process.fonts.begin()  # a label is shown on the next page, if not on this one
    return seat


AtStudio = Annotated[Seat, Depends(at_studio)]

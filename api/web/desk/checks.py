"""How often the codes of a batch were looked at, and where: the same figures for the enterprise and the authority."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.web.desk.seat import Seat
from api.web.desk.tiles import TileMap, tile_map
from gimark.scans.statistics.queries import Grouping, ScanSums, scan_lines, scan_sums
from gimark.scans.statistics.scope import Scope


@dataclass(frozen=True, slots=True)
class BatchChecks:
    """The sums of the last count, and where they were made; no map before the first check."""

    sums: ScanSums
    map: TileMap | None


def checks_of(session: Session, seat: Seat, batch_ref: str) -> BatchChecks:
    """The checks of one batch. Raises NotFoundError for one that is not there or not the seat's."""
    scope = Scope(batch=batch_ref)
    provinces = scan_lines(session, seat.actor, scope, Grouping.PROVINCE).items
    shown = tile_map({line.key: line.checks for line in provinces}, seat.language) if provinces else None
    return BatchChecks(scan_sums(session, seat.actor, scope), shown)

"""The volume ledger of a batch: reserve, post, release. Issuance posts into it; it reads nothing of issuance."""

from datetime import datetime

from sqlalchemy import delete, select

from gimark.errors import ConflictError, Fault, VolumeExceededError
from gimark.production.model import Batch, BatchVolume, MovementKind, VolumeMovement, VolumeReservation
from gimark.production.queries import volume_of
from gimark.production.rules import BatchTerms
from gimark.production.seasons import move_batch
from gimark.quantities import within_tolerance
from gimark.store.unit_of_work import Act


def reserve(act: Act, batch: Batch, net_g: int, count: int, expires_at: datetime) -> VolumeReservation:
    """Hold the volume of `count` packages of `net_g` until `expires_at`.

    Raises VolumeExceededError, saying how many codes are left, when issued and held would pass planned mass + 2 %.
    """
    _lock(act, batch)
    left = volume_of(act.session, batch, act.now).issuable(net_g)
    if count > left:
        raise exceeded("count", count, left, "planned")
    reservation = VolumeReservation(batch_id=batch.id, mass_g=net_g * count, expires_at=expires_at)
    act.session.add(reservation)
    act.session.flush()
    return reservation


def release(act: Act, reservation_id: int) -> None:
    """Give a held volume back, whether it lapsed or became an issue."""
    act.session.execute(delete(VolumeReservation).where(VolumeReservation.id == reservation_id))


def post(act: Act, batch: Batch, kind: MovementKind, issued_g: int, activated_g: int, ledger_index: int) -> None:
    """Record what an act did to the batch's volume (grams, signed) and move its running sums and its season's.

    The limits are checked here, at the moment the act becomes official: issue against planned mass, activate
    against confirmed mass, both + 2 %. Raises VolumeExceededError.
    """
    sums = _lock(act, batch)
    volume = volume_of(act.session, batch, act.now)
    if kind is MovementKind.ISSUE and not within_tolerance(
        volume.issued_g + volume.reserved_g + issued_g, volume.issue_base_g
    ):
        raise exceeded_mass("planned", volume.issue_base_g)
    if kind is MovementKind.ACTIVATE and not within_tolerance(
        volume.activated_g + activated_g, volume.activation_base_g
    ):
        raise exceeded_mass("packed", volume.activation_base_g)
    sums.issued_g += issued_g
    sums.activated_g += activated_g
    move_batch(act, batch, issued_g=issued_g, activated_g=activated_g)
    act.session.add(
        VolumeMovement(
            batch_id=batch.id, kind=kind, issued_g=issued_g, activated_g=activated_g, ledger_index=ledger_index
        )
    )
    act.session.flush()


def check_kept(act: Act, batch: Batch, terms: BatchTerms) -> None:
    """Refuse new masses below what live codes already stand for."""
    volume = volume_of(act.session, batch, act.now)
    if not within_tolerance(volume.issued_g + volume.reserved_g, terms.planned_g + volume.override_g):
        raise _below("planned_g", volume.issued_g + volume.reserved_g)
    if terms.packed_g is not None and not within_tolerance(volume.activated_g, terms.packed_g + volume.override_g):
        raise _below("packed_g", volume.activated_g)


def exceeded(where: str, wanted: int, left: int, base: str) -> VolumeExceededError:
    """More codes than the mass allows; `left` says how many there still are."""
    base_zh = "计划量" if base == "planned" else "确认的包装量"
    return VolumeExceededError(
        (
            Fault(
                where,
                f"要 {wanted:,} 枚，而按{base_zh}（+2 %）只剩 {left:,} 枚",
                f"{wanted:,} codes asked for, {left:,} left under the {base} mass (+2 %)",
                "请减少数量，退回未用的标识，或更正批次的质量",
                "Ask for fewer, return unused labels, or amend the batch's mass",
            ),
        ),
        {"wanted": wanted, "left": left},
    )


def exceeded_mass(base: str, base_g: int) -> VolumeExceededError:
    """The act would pass the batch's base mass + 2 %."""
    base_zh = "计划量" if base == "planned" else "确认的包装量"
    return VolumeExceededError(
        (
            Fault(
                "ranges" if base == "packed" else "count",
                f"超出{base_zh} {base_g:,} 克（+2 %）",
                f"beyond the {base} mass of {base_g:,} g (+2 %)",
                "请先确认批次的包装量，或减少数量" if base == "packed" else "请减少数量，或退回未用的标识",
                "Confirm the packed mass first, or take fewer codes" if base == "packed" else "Ask for fewer codes",
            ),
        )
    )


def _lock(act: Act, batch: Batch) -> BatchVolume:
    return act.session.scalars(select(BatchVolume).where(BatchVolume.batch_id == batch.id).with_for_update()).one()


def _below(where: str, live_g: int) -> ConflictError:
    return ConflictError(
        (
            Fault(
                where,
                f"低于已发标识对应的 {live_g:,} 克",
                f"below the {live_g:,} g that live codes stand for",
                "请先作废或退回多余的标识",
                "Void or return the surplus codes first",
            ),
        )
    )

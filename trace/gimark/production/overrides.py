"""An exception to the volume rule: the regulator lets a batch carry more codes than its mass allows, and says why.

Two entries in one act: `private` with a commitment to the grounds, which may name people, and `override.grant`, whose
`what` is `volume +<grams> g` and whose subject is the batch. Monitors raise the limits by it (docs/ledger.md, 10).
"""

import hashlib
import secrets
from base64 import b64encode

from gimark.accounts.rules import Actor, Permission
from gimark.accounts.seconds import require_second
from gimark.ledger import book
from gimark.production.actions import open_batch
from gimark.production.model import BatchVolume, VolumeOverride
from gimark.quantities import checked_grams
from gimark.store.unit_of_work import Act
from gimark.texts import checked_reason

SALT_BYTES = 16


def override_volume(
    act: Act, actor: Actor, batch_ref: str, extra_g: int, reason: str, second: Actor | None = None
) -> VolumeOverride:
    """Raise both limits of a batch, planned and packed mass, by `extra_g` grams. Needs OVERRIDE_VOLUME, and two people.

    Later exceptions add up. Raises InvalidInputError for the mass or the reason, ConflictError for a recalled batch.
    The caller's transaction commits.
    """
    batch = open_batch(act, actor, batch_ref, Permission.OVERRIDE_VOLUME)
    checked_grams(extra_g, "extra_g")
    checked_reason(reason)
    require_second(act.session, actor, second, Permission.OVERRIDE_VOLUME)
    salt = secrets.token_bytes(SALT_BYTES)
    grounds_index = book.append(act, "private", actor.ledger_word, **grounds_fields(salt, reason))
    index = book.append(act, "override.grant", actor.ledger_word, **grant_fields(batch.ledger_index, extra_g))
    override = VolumeOverride(
        batch_id=batch.id,
        extra_g=extra_g,
        reason=reason,
        salt=salt,
        at=act.now,
        grounds_index=grounds_index,
        ledger_index=index,
    )
    act.session.add(override)
    act.session.get_one(BatchVolume, batch.id, with_for_update=True).override_g += extra_g
    act.session.flush()
    return override


def grounds_fields(salt: bytes, reason: str) -> dict[str, object]:
    """What the `private` entry says of the grounds: SHA-256(salt || reason in UTF-8)."""
    commitment = hashlib.sha256(salt + reason.encode()).digest()
    return {"kind": "override", "commitment": b64encode(commitment).decode()}


def grant_fields(batch_index: int, extra_g: int) -> dict[str, object]:
    """What the `override.grant` entry says."""
    return {"what": f"volume +{extra_g} g", "subject": batch_index}

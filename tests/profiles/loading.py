"""Loading a profile's folder as the regulator does."""

from pathlib import Path

from gimark.accounts.rules import Actor, Role
from gimark.registry.profiles.actions import Loaded, load_profile
from gimark.registry.profiles.reading import read_profile
from gimark.store.unit_of_work import Store

YUNXI, QINGYUAN = Path("scripts/profiles/yunxi"), Path("scripts/profiles/qingyuan")
REGULATOR = Actor(1, "regulator", Role.REGULATOR)


def load(store: Store, folder: Path, actor: Actor = REGULATOR) -> Loaded:
    """Read `folder` and load it, in one transaction."""
    with store.acting() as act:
        loaded = load_profile(act, actor, read_profile(folder))
        act.commit()
    return loaded

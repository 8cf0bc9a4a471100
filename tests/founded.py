"""An installation founded as `gimark init` founds it: made once, and copied for every test that wants its own."""

import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from api.founding import Founded, found
from api.installation import Installation, open_installation
from api.settings import Settings
from gimark.accounts.actions import UserForm, create_user
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Actor, Role
from gimark.clock import Clock, local_day
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.queries import RunFacts
from gimark.production.actions import confirm_batch, register_batch
from gimark.production.registering import BatchForm
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem

YUNXI = Path(__file__).parents[1] / "scripts" / "profiles" / "yunxi"
HOST = "gi.yunxi.example"
PASSPHRASE = "invented, for tests alone"
# Two enterprises of the profile, the first one's 250 g of dried mushrooms, and a town of the right's area.
USCC, OTHER_USCC = "93000952MA0YXT007Q", "91000952MA0YXB016G"
GTIN = "09521123000261"
TOWN = "999001001"
COUNT = 60


@dataclass(frozen=True, slots=True)
class Founding:
    """An installation's data folder, and what founding it told once."""

    data_dir: Path
    told: Founded

    def copy(self, folder: Path, clock: Clock | None = None) -> Installation:
        """A copy of it under `folder`, opened."""
        return open_copy(self.data_dir, folder, clock)


@dataclass(frozen=True, slots=True)
class Workshop:
    """An installation in which a producer has a confirmed batch and a run of `COUNT` codes, none of them printed."""

    here: Installation
    producer: Actor
    other_producer: Actor
    batch_ref: str
    run: RunFacts

    def copy(self, folder: Path, clock: Clock | None = None) -> "Workshop":
        """The same workshop in a copy of its data folder under `folder`."""
        return replace(self, here=open_copy(self.here.settings.data_dir, folder, clock))


def settings_for(data_dir: Path, **changes: object) -> Settings:
    """The settings of an installation in `data_dir`."""
    return Settings(**{"data_dir": data_dir, "passphrase": PASSPHRASE, "public_base": f"https://{HOST}", **changes})


def found_in(folder: Path) -> Founding:
    """Found the county of Yunxi under `folder`."""
    data_dir = folder / "data"
    return Founding(data_dir, found(settings_for(data_dir), YUNXI, HOST, HOST))


def open_copy(data_dir: Path, folder: Path, clock: Clock | None = None) -> Installation:
    """An installation on a copy of `data_dir`, whose database no process may have open."""
    copied = folder / "data"
    shutil.copytree(data_dir, copied)
    return open_installation(settings_for(copied), clock)


def set_up_workshop(here: Installation) -> Workshop:
    """Make the two producers, the batch and the run, and close the database."""
    today = local_day(here.store.clock.now())
    with here.store.acting() as act:
        administrator = actor_for(act.session, "admin")
        for name, uscc in (("songwu", USCC), ("banling", OTHER_USCC)):
            enterprise_id = act.session.scalars(select(Enterprise.id).where(Enterprise.uscc == uscc)).one()
            create_user(act, administrator, UserForm(name, Role.PRODUCER_MANAGER, enterprise_id))
        producer, other = actor_for(act.session, "songwu"), actor_for(act.session, "banling")
        item = act.session.scalars(select(TradeItem).where(TradeItem.gtin == GTIN)).one()
        harvest = (today - timedelta(days=30), today - timedelta(days=10))
        batch = register_batch(act, producer, BatchForm(item.ref, "YX-1", TOWN, *harvest, COUNT * item.net_g))
        confirm_batch(act, producer, batch.ref, COUNT * item.net_g, today)
        ref = batch.ref
        act.commit()
    run = issue_codes(here.store, here.keyring, producer, IssueForm(ref, COUNT, "workshop"))
    here.store.engine.dispose()
    return Workshop(here, producer, other, ref, run)

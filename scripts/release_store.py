"""Makes the store of a release: what an installation of this version leaves on the disk, for the upgrade tests.

`scripts/release-store` writes `tests/golden/release-<version>/`: `data.tar.xz`, a data folder (SQLite database,
published ledger, signer's state, and keys that were made for this alone: their passphrase is in here), and
`expected.json`, what every later version must still find in it. It is run with the released program before the first
migration after that release, and a store is never made again.
"""

import asyncio
import base64
import json
import tarfile
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import func, inspect, select, table
from sqlalchemy.orm import Session
from starlette.types import Scope

from api.ceremony import add_key, open_root, retire_key, revoke_key, root_place
from api.founding import REGULATOR, found
from api.installation import Installation, open_installation
from api.settings import Settings
from api.wiring import Process
from gimark import migrations
from gimark.accounts.queries import actor_for
from gimark.clock import FixedClock, local_day
from gimark.codes.minting import mint
from gimark.codes.uri import parse_path_and_query
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.model import IssueOrder, IssueRun
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.issuance.signing import issued_run, secrets_of
from gimark.ledger import book
from gimark.production.actions import confirm_batch, register_batch
from gimark.production.model import Batch
from gimark.production.registering import BatchForm
from gimark.registry.items.model import TradeItem
from gimark.scans.actions import mark_code
from gimark.scans.model import MarkKind
from scripts.demonstration import season

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
PROFILE = ROOT / "scripts" / "profiles" / "yunxi"
HOST = ORIGIN = "gi.yunxi.example"
PASSPHRASE = "public, for this store alone"  # noqa: S105 - whoever reads it can open keys that never sign anything else
MADE_AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
RETURNED, MARKED = (5, 7), 0
SECOND_LOT = "SECOND-KEY"
FOLDER, EXPECTED, DATA = "data", "expected.json", "data.tar.xz"


def settings_of(data_dir: Path, **changes: Any) -> Settings:
    """The settings under which a store is opened, whatever the environment says."""
    own = {"data_dir": data_dir, "passphrase": PASSPHRASE, "passphrase_file": None, "database_url": ""}
    return Settings(**{**own, "public_base": f"https://{HOST}", **changes})


def make(out: Path) -> None:
    """Write the store of this version into the new folder `out`; raises FileExistsError when it is there."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = settings_of(Path(scratch) / FOLDER)
        told = _told(settings, _fill(settings))
        out.mkdir(parents=True)
        with tarfile.open(out / DATA, "w:xz") as archive:
            archive.add(settings.data_dir, FOLDER, filter=_anonymous)
    (out / EXPECTED).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _fill(settings: Settings) -> list[str]:
    """A season with everything in it that a release can leave: all kinds of acts, three keys, ended codes, scans.

    Gives the targets of some of its codes, which nobody can make again once their key is revoked.
    """
    clock = FixedClock(MADE_AT - timedelta(days=season.SEASON_DAYS + 10))
    found(settings, PROFILE, ORIGIN, HOST, clock)
    here = open_installation(settings, clock)
    root = open_root(here, root_place(settings, None, None))
    season.play(here, clock, MADE_AT - timedelta(days=1), lambda _done, _all: None, percent=1)
    _end_some(here)
    add_key(here, root)
    _issue_under_the_second_key(here)
    targets = _targets(here)
    clock.at = MADE_AT
    add_key(here, root)
    retire_key(here, root, "0002")
    revoke_key(here, root, "0001")
    here.publish_checkpoint()
    here.publish_status()
    with here.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    here.store.engine.dispose()
    return targets


def _end_some(here: Installation) -> None:
    """Return some codes of one run, and mark one of another as copied."""
    with here.store.acting() as act:
        ended, marked = act.session.scalars(select(IssueRun).order_by(IssueRun.id).limit(2))
        maker = actor_for(act.session, _maker(act.session, ended))
        change_ranges(act, maker, ended.ref, RangeForm(RangeKind.RETURN, (RETURNED,), "余标退回"))
        regulator = actor_for(act.session, REGULATOR)
        mark_code(act, regulator, marked.ref, MARKED, MarkKind.COPIED, "示例：多地同时查验，已现场核实")
        act.commit()


def _maker(session: Session, run: IssueRun) -> str:
    """The season's user who issued the run."""
    return f"producer-{session.scalars(select(IssueOrder.enterprise_id).where(IssueOrder.id == run.order_id)).one():02}"


def _issue_under_the_second_key(here: Installation) -> None:
    today = local_day(here.store.clock.now())
    with here.store.acting() as act:
        last = act.session.scalars(select(IssueRun).order_by(IssueRun.id.desc()).limit(1)).one()
        batch = act.session.get_one(Batch, last.batch_id)
        item = act.session.get_one(TradeItem, batch.item_id)
        maker = actor_for(act.session, _maker(act.session, last))
        harvest = (today - timedelta(days=30), today - timedelta(days=10))
        mass_g = 100 * item.net_g
        fresh = register_batch(act, maker, BatchForm(item.ref, SECOND_LOT, batch.town_code, *harvest, mass_g)).ref
        confirm_batch(act, maker, fresh, mass_g, today)
        act.commit()
    run = issue_codes(here.store, here.keyring, maker, IssueForm(fresh, 100, "second-key"))
    with here.store.acting() as act:
        change_ranges(act, maker, run.ref, RangeForm(RangeKind.ACTIVATE, ((0, 89),)))
        act.commit()


def _told(settings: Settings, targets: Sequence[str]) -> dict[str, Any]:
    """What the store holds: its revision, the log's size and root, rows by table, and the verdicts on its codes."""
    here = open_installation(settings, FixedClock(MADE_AT))
    try:
        with here.store.reading() as session:
            size = book.size(session)
            tables = sorted(set(inspect(here.store.engine).get_table_names()) - {"alembic_version"})
            return {
                "version": version("gimark"),
                "revision": migrations.current(here.store.engine),
                "at": MADE_AT.isoformat(),
                "size": size,
                "root": base64.b64encode(book.root(session, size)).decode(),
                "rows": {name: session.scalar(select(func.count()).select_from(table(name))) for name in tables},
                "verdicts": verdicts(here, targets),
            }
    finally:
        here.store.engine.dispose()


def _targets(here: Installation) -> list[str]:
    """Path and query of the first, some inner and the last code of every run, and of one forged code."""
    targets = []
    with here.store.reading() as session:
        for number in session.scalars(select(IssueRun.number).order_by(IssueRun.id)):
            issued = issued_run(session, here.keyring, number)
            uris = mint(issued.codes, *secrets_of(here.keyring, issued), 0, issued.codes.count).uris
            places = sorted({MARKED, RETURNED[0], len(uris) // 2, len(uris) - 1})
            targets += [uris[place].tobytes().decode().removeprefix(f"https://{HOST}") for place in places]
    return [*targets, targets[0][:-2] + ("AA" if targets[0][-2:] != "AA" else "BA")]


def verdicts(here: Installation, targets: Sequence[str]) -> list[list[str]]:
    """[target, colour, reason] of each target, as a web process of `here` answers them; none is counted."""
    process = Process(here)

    async def ask() -> list[list[str]]:
        scope: Scope = {"method": "HEAD", "client": None, "headers": []}
        found = []
        for target in targets:
            path, _, query = target.partition("?")
            code = parse_path_and_query(path.encode(), query.encode())
            process.snapshot.look()  # each time: on a busy machine the last look is soon too old to judge by
            verdict = (await process.desk.scanned(scope, {}, code, here.store.clock.now())).verdict
            found.append([target, str(verdict.colour), str(verdict.reason)])
        return found

    return asyncio.run(ask())


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """The member without whose it was and when; what only belongs to running processes stays out."""
    if member.name.endswith(("-wal", "-shm", ".lock")):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = int(MADE_AT.timestamp())
    return member


if __name__ == "__main__":
    make(GOLDEN / f"release-{version('gimark')}")

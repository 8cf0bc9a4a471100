"""Whoever had a role in an older release has one that may do as much."""

from pathlib import Path

from sqlalchemy import select, text

from gimark.accounts.model import User
from gimark.accounts.rules import GRANTS, Permission, Role
from gimark.clock import SystemClock
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from gimark.upkeep.upgrading import upgrade_store
from tests.stored_release import unpack


def test_nobody_can_do_less_after_an_upgrade(tmp_path: Path) -> None:
    stored = unpack("release-0.1.0", tmp_path / "stored")
    store = Store(open_engine(f"sqlite:///{stored.data_dir / 'gimark.db'}"), SystemClock())
    with store.reading() as session:
        before: dict[str, str] = dict(session.execute(text("SELECT name, role FROM user_account")).all())
    upgrade_store(store.engine)
    with store.reading() as session:
        after: dict[str, Role] = dict(session.execute(select(User.name, User.role)).all())
    assert {"producer", "regulator", "administrator"} <= set(before.values())
    renamed = {"producer": Role.PRODUCER_MANAGER, "regulator": Role.REGULATOR_LEAD}
    assert after == {name: renamed.get(role, role) for name, role in before.items()}
    assert Permission.APPROVE in GRANTS[Role.REGULATOR_LEAD]
    store.engine.dispose()

"""A profile goes into the register through its own acts: whole, once, and never over what is there."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gimark import audit
from gimark.accounts.rules import Actor, Role
from gimark.errors import ConflictError, InvalidInputError, NotAllowedError
from gimark.ledger import book
from gimark.registry.authorizations.model import Authorization
from gimark.registry.county.model import County
from gimark.registry.enterprises.model import Enterprise, EnterpriseKind
from gimark.registry.items.model import TradeItem
from gimark.registry.profiles.actions import Loaded
from gimark.registry.rights.amending import RightAmendment, amend_right
from gimark.registry.rights.evidence import Evidence
from gimark.registry.rights.facts import facts_of
from gimark.registry.rights.model import Right, SourceTag, Town
from gimark.registry.rights.queries import towns_of
from gimark.store.unit_of_work import Store
from tests.profiles.loading import REGULATOR, YUNXI, load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(YUNXI, tmp_path / "yunxi"))


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def refusals(store: Store, folder: Path) -> list[str]:
    with pytest.raises(InvalidInputError) as caught:
        load(store, folder)
    return [fault.field for fault in caught.value.faults]


def counts(store: Store) -> list[int]:
    with store.reading() as session:
        tables = (Town, Right, Enterprise, TradeItem, Authorization, County)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def ledger_size(store: Store) -> int:
    with store.reading() as session:
        return book.size(session)


def test_everything_is_registered_and_every_official_act_is_in_the_ledger(any_store: Store, folder: Path) -> None:
    loaded = load(any_store, folder)

    assert loaded == Loaded(rights=2, enterprises=14, items=27, authorizations=14)
    assert counts(any_store) == [12, 2, 14, 27, 14, 1]
    assert ledger_size(any_store) == 2 + 14 + 27 + 14
    with any_store.reading() as session:
        assert list(audit.differences(session)) == []


def test_loading_again_changes_nothing(any_store: Store, folder: Path) -> None:
    load(any_store, folder)
    before = counts(any_store), ledger_size(any_store)

    assert load(any_store, folder) == Loaded()
    assert (counts(any_store), ledger_size(any_store)) == before


def test_the_sole_traders_name_stays_out_of_the_ledger(store: Store, folder: Path) -> None:
    load(store, folder)
    with store.reading() as session:
        names = session.execute(select(Enterprise.name_zh, Enterprise.uscc, Enterprise.kind)).all()
        ledger = b"".join(book.entries(session, 0, book.size(session))).decode()
    for name, uscc, kind in names:
        assert (name in ledger) == (uscc in ledger) == (kind is not EnterpriseKind.SOLE_TRADER)


def test_what_is_new_in_the_files_is_added(store: Store, folder: Path) -> None:
    lines = (folder / "trade_items.csv").read_text(encoding="utf-8").splitlines()
    (folder / "trade_items.csv").write_text("\n".join(lines[:-1]), encoding="utf-8")
    assert load(store, folder).items == 26

    (folder / "trade_items.csv").write_text("\n".join(lines), encoding="utf-8")
    assert load(store, folder) == Loaded(items=1)


@pytest.mark.parametrize(
    ("name", "old", "new", "field"),
    [
        ("products.toml", "GB/T 99952-2024", "GB/T 99952-2026", "products.toml/云溪香菇/shiitake-product/standard"),
        ("products.toml", "dried shiitake", "shiitake, dried", "products.toml/云溪香菇/dried"),
        ("products.toml", "licensed = true", "licensed = false", "products.toml/云溪香菇/dried"),
        ("enterprises.csv", "岭下路8号", "岭下路9号", "enterprises.csv/2/address"),
        ("enterprises.csv", "松雾菌业", "松雾食品", "enterprises.csv/2/name_zh"),
        ("trade_items.csv", ",250,", ",255,", "trade_items.csv/2/net_g"),
        ("trade_items.csv", "dried,一级", "fresh,一级", "trade_items.csv/2/class"),
        ("authorizations.csv", "2034-03-31", "2034-03-30", "authorizations.csv/2/until"),
        ("authorizations.csv", "dried fresh", "dried", "authorizations.csv/2/classes"),
    ],
)
def test_a_registered_fact_is_never_overwritten_by_a_file(
    store: Store, folder: Path, name: str, old: str, new: str, field: str
) -> None:
    load(store, folder)
    before = ledger_size(store)
    change(folder, name, old, new)

    assert refusals(store, folder) == [field]
    assert ledger_size(store) == before


def test_a_right_that_was_amended_as_the_file_says_loads_again(store: Store, folder: Path) -> None:
    load(store, folder)
    change(folder, "products.toml", "GB/T 99952-2024", "GB/T 99952-2026")
    with pytest.raises(InvalidInputError, match="gimark right amend"):
        load(store, folder)
    with store.acting() as act:
        row = act.session.scalars(select(Right).where(Right.standard == "GB/T 99952-2024")).one()
        facts = replace(facts_of(row, towns_of(act.session, row)), standard="GB/T 99952-2026")
        amend_right(act, REGULATOR, row.ref, RightAmendment(facts, Evidence("示例", SourceTag.INVENTED), "标准修订"))
        act.commit()
    assert load(store, folder) == Loaded()
    with store.reading() as session:
        assert list(audit.differences(session)) == []


def test_a_refused_profile_leaves_nothing(store: Store, folder: Path) -> None:
    load(store, folder)
    change(folder, "townships.csv", "松坞镇", "松雾镇")
    change(folder, "enterprises.csv", "岭下路8号", "岭下路9号")
    (folder / "trade_items.csv").write_text(
        (folder / "trade_items.csv").read_text(encoding="utf-8")
        + "9521123000292,93000952MA0YXT007Q,shiitake-product,云溪香菇 花菇 1 kg,,dried,一级,1000,,,\n",
        encoding="utf-8",
    )
    before = counts(store), ledger_size(store)

    assert refusals(store, folder) == ["enterprises.csv/2/address"]
    assert (counts(store), ledger_size(store)) == before
    with store.reading() as session:
        assert session.get_one(Town, "999001001").name_zh == "松坞镇"


def test_the_countys_own_words_may_be_corrected_but_not_its_code(store: Store, folder: Path) -> None:
    load(store, folder)
    change(folder, "county.toml", 'phone = ""', 'phone = "0000-1234567"')
    change(folder, "townships.csv", "Songwu Town", "Songwu")
    load(store, folder)
    with store.reading() as session:
        assert session.scalars(select(County.regulator_phone)).one() == "0000-1234567"
        assert session.get_one(Town, "999001001").name_en == "Songwu"

    change(folder, "county.toml", '"999001"', '"999002"')
    with pytest.raises(ConflictError, match="云溪县"):
        load(store, folder)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_only_a_regulator_may_load_a_profile(store: Store, folder: Path, role: Role) -> None:
    with pytest.raises(NotAllowedError):
        load(store, folder, Actor(2, "admin", role))
    assert counts(store) == [0] * 6


def test_a_second_authorization_for_the_same_right_and_days_is_refused_on_its_line(store: Store, folder: Path) -> None:
    load(store, folder)
    line = "91000952MA0YXL056M,shiitake-product,dried,示例公告2025年第2号,2025-05-20,2035-05-19,,"
    again = line.replace("第2号", "第8号") + "\n"
    change(folder, "authorizations.csv", line, again + line)
    assert refusals(store, folder) == ["authorizations.csv/7/from"]

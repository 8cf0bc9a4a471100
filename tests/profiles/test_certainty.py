"""What is in doubt reaches neither the ledger nor a label, until the county stands in for it by name and day."""

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gimark.errors import Fault, InvalidInputError
from gimark.ledger import book
from gimark.registry.profiles.actions import Loaded
from gimark.registry.profiles.open_facts import Openness, open_facts
from gimark.registry.profiles.reading import read_profile
from gimark.registry.rights.actions import set_right
from gimark.registry.rights.evidence import Confirmation, Evidence, certainties
from gimark.registry.rights.model import DOUBTFUL, FactName, Right, RightFact, SourceTag
from gimark.store.unit_of_work import Store
from tests.county import RIGHT, County, make_county
from tests.profiles.loading import REGULATOR, YUNXI, load

CONFIRMED = 'confirmed = { by = "云溪县市场监督管理局 某某", on = 2026-11-20 }'
MARK = "products.toml/云溪甜桔柚/tangelo-mark"
PRODUCT = "products.toml/云溪香菇/shiitake-product"
# A fact of each kind: the line that has it, the key, a value that stands nowhere else, and how the ledger says it.
FACTS = [
    ('holder = "云溪县果业协会（示例）"', "holder", '"云溪县另一协会"', "云溪县另一协会"),
    ('trademark = "示例00000000"', "trademark", '"示例77777777"', "示例77777777"),
    ("from = 2024-07-01", "from", "2024-06-17", "2024-06-17"),
    ("until = 2034-06-30", "until", "2034-07-17", "2034-07-17"),
    ('area = ["999001009", "999001010", "999001011"]', "area", '["999001077"]', "999001077"),
    ('announcement = ""', "announcement", '"示例公告77号"', "示例公告77号"),
    ('standard = "GB/T 99952-2024"', "standard", '"GB/T 99977-2024"', "GB/T 99977-2024"),
    ('grades = ["特级", "一级", "二级"]', "grades", '["特级", "一级", "二级", "极品"]', "极品"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The invented county without anything that hangs on its rights, and with a town that no right covers."""
    folder = Path(shutil.copytree(YUNXI, tmp_path / "yunxi"))
    with (folder / "townships.csv").open("a", encoding="utf-8") as towns:
        towns.write("999001077,示例乡,\n")
    for name in ("trade_items.csv", "authorizations.csv"):
        header, *_ = (folder / name).read_text(encoding="utf-8").splitlines()
        (folder / name).write_text(f"{header}\n", encoding="utf-8")
    return folder


def say(folder: Path, line: str, key: str, value: str, tag: str, confirmed: str = "") -> None:
    """Give a fact a section of its own, at the end of its right."""
    path = folder / "products.toml"
    text = path.read_text(encoding="utf-8")
    assert line in text
    head, tail = text.split(line, 1)
    right, slash, rest = tail.partition("\n[[products]]")
    section = f'\n[products.rights.{key}]\nvalue = {value}\nsource = "somewhere"\ntag = "{tag}"\n{confirmed}\n'
    path.write_text(head + right + section + slash + rest, encoding="utf-8")


def ledger(store: Store) -> str:
    with store.reading() as session:
        return b"".join(book.entries(session, 0, book.size(session))).decode()


def registered(store: Store) -> str:
    """Everything that the register holds of its rights."""
    with store.reading() as session:
        rights = session.scalars(select(Right)).all()
        columns = [getattr(right, column.key) for right in rights for column in Right.__table__.columns]
        return repr(columns) + "".join(right.valid_from.isoformat() + str(right.valid_until) for right in rights)


@pytest.mark.parametrize("tag", sorted(DOUBTFUL))
@pytest.mark.parametrize(("line", "key", "value", "word"), FACTS)
def test_a_fact_in_doubt_is_neither_registered_nor_published(
    store: Store, folder: Path, line: str, key: str, value: str, word: str, tag: str
) -> None:
    say(folder, line, key, value, tag)
    profile = read_profile(folder)
    load(store, folder)

    assert word not in ledger(store)
    assert word not in registered(store)
    found = {fact.where.rpartition("/")[2]: fact.openness for fact in open_facts(profile)}
    assert found[key] is Openness.IN_DOUBT


@pytest.mark.parametrize(("line", "key", "value", "word"), FACTS)
def test_what_the_county_confirmed_by_name_and_day_is_a_fact(
    store: Store, folder: Path, line: str, key: str, value: str, word: str
) -> None:
    say(folder, line, key, value, "memory", CONFIRMED)
    assert load(store, folder).rights == 2
    assert word in ledger(store) + registered(store)
    with store.reading() as session:
        row = session.scalars(select(RightFact).where(RightFact.fact == FactName(key))).one()
        assert (row.confirmed_by, row.confirmed_on) == ("云溪县市场监督管理局 某某", date(2026, 11, 20))
        assert (row.tag, row.certainty) == (SourceTag.MEMORY, SourceTag.CONFIRMED)


@pytest.mark.parametrize("tag", sorted(DOUBTFUL))
def test_a_right_in_doubt_waits_whole(store: Store, folder: Path, tag: str) -> None:
    path = folder / "products.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('tag = "invented"', f'tag = "{tag}"'), encoding="utf-8")
    assert load(store, folder) == Loaded(enterprises=14)
    assert "right.set" not in ledger(store)


@pytest.mark.parametrize("section", ["county", "townships"])
@pytest.mark.parametrize("tag", sorted(DOUBTFUL))
def test_towns_and_the_county_itself_must_be_out_of_doubt(folder: Path, section: str, tag: str) -> None:
    path = folder / "county.toml"
    text = path.read_text(encoding="utf-8")
    if section == "townships":
        text += "\n[townships]\n"
    path.write_text(text.replace(f"[{section}]", f'[{section}]\nsource = "somewhere"\ntag = "{tag}"'), encoding="utf-8")
    with pytest.raises(InvalidInputError) as caught:
        read_profile(folder)
    assert [fault.field for fault in caught.value.faults] == [f"county.toml/{section}/tag"]


def test_a_classification_in_doubt_is_refused_too(folder: Path) -> None:
    path = folder / "products.toml"
    text = path.read_text(encoding="utf-8")
    mended = text.replace('name_zh = "云溪香菇"', 'name_zh = "云溪香菇"\nsource = "?"\ntag = "derived"')
    path.write_text(mended, encoding="utf-8")
    with pytest.raises(InvalidInputError) as caught:
        read_profile(folder)
    assert [fault.field for fault in caught.value.faults] == ["products.toml/云溪香菇/tag"]


def test_what_hangs_on_a_right_that_waits_is_refused_with_what_is_missing(store: Store, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(YUNXI, tmp_path / "whole"))
    say(folder, 'trademark = "示例00000000"', "trademark", '"示例77777777"', "conflicting")
    with pytest.raises(InvalidInputError) as caught:
        load(store, folder)
    faults: tuple[Fault, ...] = caught.value.faults
    assert {re.sub(r"\d+", "N", fault.field) for fault in faults} == {
        "trade_items.csv/N/rights",
        "authorizations.csv/N/right",
    }
    assert all("trademark" in fault.reason_zh for fault in faults)
    assert ledger(store) == ""


def test_confirming_later_raises_what_is_registered_and_writes_no_entry(store: Store, folder: Path) -> None:
    line = 'standard = "GB/T 99952-2024"'
    say(folder, line, "standard", '"GB/T 99952-2024"', "publication")
    load(store, folder)
    before = ledger(store)
    with store.reading() as session:
        right = session.scalars(select(Right).where(Right.standard.is_not(None))).one()
        assert certainties(session, right)[FactName.STANDARD] is SourceTag.PUBLICATION

    path = folder / "products.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('tag = "publication"\n', f'tag = "publication"\n{CONFIRMED}\n'), encoding="utf-8")
    assert load(store, folder) == Loaded()
    with store.reading() as session:
        right = session.scalars(select(Right).where(Right.standard.is_not(None))).one()
        assert certainties(session, right)[FactName.STANDARD] is SourceTag.CONFIRMED
        assert certainties(session, right)[FactName.AREA] is SourceTag.INVENTED
    assert ledger(store) == before


def test_a_registered_fact_does_not_fall_back_into_doubt(store: Store, folder: Path) -> None:
    load(store, folder)
    say(folder, 'trademark = "示例00000000"', "trademark", '"示例00000000"', "conflicting")
    with pytest.raises(InvalidInputError) as caught:
        load(store, folder)
    assert [fault.field for fault in caught.value.faults] == [f"{MARK}/trademark"]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('source = "somewhere"', "", f"{PRODUCT}/standard/source"),
        ('tag = "publication"', 'tag = "sure"', f"{PRODUCT}/standard/tag"),
        ('tag = "publication"', 'tag = "publication"\nconfirmed = "yes"', f"{PRODUCT}/standard/confirmed"),
        ('tag = "publication"', 'tag = "publication"\nconfirmed = { by = "甲" }', f"{PRODUCT}/standard/confirmed/on"),
        (
            'tag = "publication"',
            'tag = "publication"\nconfirmed = { on = 2026-11-20 }',
            f"{PRODUCT}/standard/confirmed/by",
        ),
        ('value = "GB/T 99952-2024"', "value = 99952", f"{PRODUCT}/standard"),
        ('value = "GB/T 99952-2024"', 'text = "GB/T 99952-2024"', f"{PRODUCT}/standard/text"),
    ],
)
def test_a_section_of_evidence_is_read_strictly(folder: Path, old: str, new: str, field: str) -> None:
    say(folder, 'standard = "GB/T 99952-2024"', "standard", '"GB/T 99952-2024"', "publication")
    path = folder / "products.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidInputError) as caught:
        read_profile(folder)
    assert [fault.field for fault in caught.value.faults] == [field]


@pytest.mark.parametrize("tag", sorted(DOUBTFUL))
def test_no_other_desk_registers_what_is_in_doubt(any_store: Store, tag: SourceTag) -> None:
    county = make_county(any_store)
    doubtful, sure = Evidence("somewhere", tag), Evidence("somewhere", tag, Confirmation("某某", date(2026, 11, 20)))
    form = replace(RIGHT, product_ref=county.product_ref, trademark="示例77777777")
    for wrong, field in (
        (replace(form, source_tag=tag), "source_tag"),
        (replace(form, evidence={FactName.TRADEMARK: doubtful}), "trademark"),
    ):
        with any_store.acting() as act, pytest.raises(InvalidInputError) as caught:
            set_right(act, REGULATOR, wrong)
        assert [fault.field for fault in caught.value.faults] == [field]
    with any_store.acting() as act:
        set_right(act, REGULATOR, replace(form, evidence={FactName.TRADEMARK: sure}))
        act.commit()
    assert "示例77777777" in ledger(any_store)


def test_the_database_itself_holds_nothing_in_doubt(any_store: Store) -> None:
    county: County = make_county(any_store)
    with any_store.acting() as act:
        right = act.session.scalars(select(Right).where(Right.ref == county.right_ref)).one()
        fact = RightFact(right_id=right.id, fact=FactName.STANDARD, source="?", tag=SourceTag.MEMORY)
        act.session.add(fact)
        with pytest.raises(IntegrityError):
            act.session.flush()

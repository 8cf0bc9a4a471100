"""The profile of 庆元县: what public sources say and how well, nothing invented, everything unknown empty."""

import shutil
from pathlib import Path

import pytest

from gimark import audit
from gimark.ledger import book
from gimark.registry.profiles.actions import Loaded
from gimark.registry.profiles.open_facts import OpenFact, Openness, open_facts
from gimark.registry.profiles.profile import Profile, RightRow
from gimark.registry.profiles.reading import read_profile
from gimark.registry.rights.model import PRINTABLE, FactName, RightKind, SourceTag
from gimark.store.unit_of_work import Store
from tests.profiles.loading import QINGYUAN, YUNXI, load


@pytest.fixture(scope="module")
def qingyuan() -> Profile:
    return read_profile(QINGYUAN)


def rights(profile: Profile) -> dict[str, RightRow]:
    return {right.id: right for product in profile.products for right in product.rights}


def still_open(profile: Profile) -> dict[str, OpenFact]:
    return {fact.where: fact for fact in open_facts(profile)}


def test_shiitake_has_three_rights_at_once_and_the_tangelo_a_certification_mark(qingyuan: Profile) -> None:
    assert {(product.name_zh, right.kind) for product in qingyuan.products for right in product.rights} == {
        ("庆元香菇", RightKind.GI_PRODUCT),
        ("庆元香菇", RightKind.CERTIFICATION_MARK),
        ("庆元香菇", RightKind.AGI),
        ("庆元甜桔柚", RightKind.CERTIFICATION_MARK),
    }


def test_the_towns_are_the_nineteen_of_the_statistics(qingyuan: Profile) -> None:
    assert qingyuan.county.code == "331126"
    codes = [town.code for town in qingyuan.towns]
    assert len(set(codes)) == 19
    assert all(code.startswith("331126") for code in codes)
    endings = [town.name_zh[-2:] for town in qingyuan.towns]
    assert (endings.count("街道"), sum(name.endswith("镇") for name in endings)) == (3, 6)
    assert set(rights(qingyuan)["shiitake-agi"].area) == set(codes), "the AGI names the same nineteen"


def test_no_number_no_enterprise_and_no_authorization_was_made_up(qingyuan: Profile) -> None:
    assert not any(right.announcement or right.trademark for right in rights(qingyuan).values())
    assert (qingyuan.enterprises, qingyuan.items, qingyuan.authorizations) == ((), (), ())
    county = qingyuan.county
    assert [county.host, county.icp_number, county.psb_number] == ["", "", ""]
    assert [county.regulator_address, county.regulator_phone, county.regulator_email] == ["", "", ""]
    for name in ("enterprises.csv", "trade_items.csv", "authorizations.csv"):
        header, *_ = (YUNXI / name).read_text(encoding="utf-8").splitlines()
        assert (QINGYUAN / name).read_text(encoding="utf-8") == f"{header}\n"


def test_every_fact_says_where_it_is_from_and_none_is_invented_or_taken_for_certain(qingyuan: Profile) -> None:
    for right in rights(qingyuan).values():
        for name in FactName:
            known = right.evidence_of(name)
            assert known.source
            assert known.tag is not SourceTag.INVENTED
            assert known.certainty not in PRINTABLE
            assert known.confirmed is None


def test_the_area_of_the_protected_product_and_all_days_wait_for_the_county(qingyuan: Profile) -> None:
    found = still_open(qingyuan)
    area = found["products.toml/庆元香菇/shiitake-product/area"]
    assert area.is_needed
    assert "龙泉" in area.found
    assert "景宁" in area.found
    for product in qingyuan.products:
        for right in product.rights:
            assert found[f"{right.where}/from"].is_needed
    assert found["products.toml/庆元香菇/shiitake-mark/holder"].openness is Openness.IN_DOUBT
    assert found["products.toml/庆元香菇/shiitake-agi/announcement"].name_zh == "登记证书编号"
    assert found["products.toml/庆元香菇/shiitake-product/standard"].openness is Openness.UNCONFIRMED
    assert {"enterprises.csv", "trade_items.csv", "authorizations.csv"} <= found.keys()


def test_it_loads_with_its_towns_and_products_and_registers_no_right_yet(any_store: Store) -> None:
    assert load(any_store, QINGYUAN) == Loaded()
    with any_store.reading() as session:
        assert book.size(session) == 0
        assert list(audit.differences(session)) == []


def test_once_the_county_gives_and_confirms_the_facts_of_a_right_that_right_is_registered(
    store: Store, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(QINGYUAN, tmp_path / "qingyuan"))
    path = folder / "products.toml"
    head, product, rest = path.read_text(encoding="utf-8").partition('id = "shiitake-product"')
    product += rest[: rest.index("[[products.rights]]")]
    note = 'confirmed = { by = "示例", on = 2026-12-01 }'
    settled = product.replace('value = "GB/T 19087-2008"', f'value = "GB/T 19087-2008"\n{note}')
    settled = settled.replace("value = [] # 存疑，不填 / in doubt, left empty", f'value = ["331126001"]\n{note}')
    settled = settled.replace(
        '[products.rights.from]\nvalue = ""', f"[products.rights.from]\nvalue = 2003-01-01\n{note}"
    )
    path.write_text(head + settled + rest[rest.index("[[products.rights]]") :], encoding="utf-8")

    assert load(store, folder) == Loaded(rights=1)
    assert load(store, folder) == Loaded()
    open_now = still_open(read_profile(folder))
    assert "products.toml/庆元香菇/shiitake-product/area" not in open_now
    assert "products.toml/庆元香菇/shiitake-mark/area" in open_now

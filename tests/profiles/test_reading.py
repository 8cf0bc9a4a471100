"""A profile is read strictly: every problem of every file at once, each with file, line, field, reason and remedy."""

import codecs
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gimark.errors import Fault, InvalidInputError
from gimark.registry.profiles.reading import read_profile

YUNXI = Path("scripts/profiles/yunxi")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(YUNXI, tmp_path / "yunxi"))


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(read: Callable[[Path], object], folder: Path) -> list[Fault]:
    with pytest.raises(InvalidInputError) as caught:
        read(folder)
    for fault in caught.value.faults:
        assert all((fault.field, fault.reason_zh, fault.reason_en, fault.remedy_zh, fault.remedy_en))
    return list(caught.value.faults)


def fields(folder: Path) -> list[str]:
    return [fault.field for fault in faults(read_profile, folder)]


@pytest.mark.parametrize(
    ("name", "old", "new", "field"),
    [
        ("county.toml", '"gimark-profile/v1"', '"gimark-profile/v2"', "county.toml/format"),
        ("county.toml", '"999001"', '"99900"', "county.toml/county/code"),
        ("county.toml", '"999001"', "999001", "county.toml/county/code"),
        ("county.toml", "gi.yunxi.example", "https://gi.yunxi.example", "county.toml/site/host"),
        ("county.toml", "gi.yunxi.example", "GI.yunxi.example", "county.toml/site/host"),
        ("county.toml", "icp =", "ipc =", "county.toml/site/ipc"),
        ("county.toml", "[site]", "[site", "county.toml"),
        ("townships.csv", "name_en", "name", "townships.csv/1"),
        ("townships.csv", "Songwu Town", "Songwu,Town", "townships.csv/2"),
        ("townships.csv", "松坞镇", '"松坞"镇', "townships.csv/2"),
        ("products.toml", '"gi_product"', '"gi_thing"', "products.toml/云溪香菇/shiitake-product/kind"),
        ("products.toml", '\ntag = "invented"', '\ntag = "sure"', "products.toml/云溪香菇/shiitake-product/tag"),
        ("products.toml", "from = 2024-03-01", "", "products.toml/云溪香菇/shiitake-product/from"),
        ("products.toml", "2024-03-01", "2024-03-01T08:00:00", "products.toml/云溪香菇/shiitake-product/from"),
        ("products.toml", "2034-06-30", "2024-06-30", "products.toml/云溪甜桔柚/tangelo-mark/until"),
        ("products.toml", '"999001009"', '"999001099"', "products.toml/云溪甜桔柚/tangelo-mark/area"),
        ("products.toml", 'key = "fresh"', 'key = "鲜"', "products.toml/云溪香菇/鲜/key"),
        ("products.toml", "prepackaged = true", "prepackaged = 1", "products.toml/云溪香菇/dried/prepackaged"),
        ("enterprises.csv", "cooperative", "co-op", "enterprises.csv/2/kind"),
        ("enterprises.csv", "999001001", "999001099", "enterprises.csv/2/town"),
        ("enterprises.csv", "SC11600095200014", "SC1160009520001", "enterprises.csv/2/sc_licence"),
        ("enterprises.csv", "云溪县松雾菌业专业合作社", "", "enterprises.csv/2/name_zh"),
        ("enterprises.csv", "云溪县松雾菌业专业合作社", "云" * 121, "enterprises.csv/2/name_zh"),
        ("enterprises.csv", "岭下路8号", "岭下路\u200b8号", "enterprises.csv/2/address"),
        ("trade_items.csv", "9521123000261", "9521123000262", "trade_items.csv/2/gtin"),
        ("trade_items.csv", "9521123000278", "9521123000261", "trade_items.csv/3/gtin"),
        ("trade_items.csv", "93000952MA0YXT007Q", "91331126MA00TEXT0C", "trade_items.csv/2/enterprise"),
        ("trade_items.csv", "shiitake-product", "shiitake", "trade_items.csv/2/rights"),
        ("trade_items.csv", "shiitake-product", "shiitake-product tangelo-mark", "trade_items.csv/2/rights"),
        ("trade_items.csv", "shiitake-product", "", "trade_items.csv/2/rights"),
        ("trade_items.csv", ",dried,", ",smoked,", "trade_items.csv/2/class"),
        ("trade_items.csv", ",一级,", ",优级,", "trade_items.csv/2/grade"),
        ("trade_items.csv", ",250,", ",250.5,", "trade_items.csv/2/net_g"),
        ("trade_items.csv", ",250,", ",０,", "trade_items.csv/2/net_g"),
        ("trade_items.csv", ",250,", ",,", "trade_items.csv/2/net_g"),
        ("authorizations.csv", "tangelo-mark", "tangelo", "authorizations.csv/13/right"),
        ("authorizations.csv", "dried fresh", "dried dried", "authorizations.csv/2/classes"),
        ("authorizations.csv", "dried fresh", "dried fruit", "authorizations.csv/2/classes"),
        ("authorizations.csv", "dried fresh", "", "authorizations.csv/2/classes"),
        ("authorizations.csv", "2024-04-01", "1/4/2024", "authorizations.csv/2/from"),
        ("authorizations.csv", "2024-04-01", "2024/4-1", "authorizations.csv/2/from"),
        ("authorizations.csv", "2024-04-01", "2024-02-30", "authorizations.csv/2/from"),
        ("authorizations.csv", "2024-04-01", "2024-02-29", "authorizations.csv/2/from"),
        ("authorizations.csv", "2024-04-01", "", "authorizations.csv/2/from"),
        ("authorizations.csv", "2034-03-31", "2024-03-31", "authorizations.csv/2/until"),
        ("authorizations.csv", "2034-06-30", "", "authorizations.csv/13/from"),
        ("authorizations.csv", "120000", "0", "authorizations.csv/4/labels_per_year"),
        ("authorizations.csv", "示例公告2024年第7号", "", "authorizations.csv/2/number"),
    ],
)
def test_a_problem_is_named_by_file_line_and_field(folder: Path, name: str, old: str, new: str, field: str) -> None:
    change(folder, name, old, new)
    assert fields(folder) == [field]


@pytest.mark.parametrize(
    ("name", "old", "new", "field", "others"),
    [
        ("county.toml", "[site]", "[sight]", "county.toml/sight", "county.toml/site"),
        ("townships.csv", "999001012", "99900101", "townships.csv/13/code", "products.toml"),
        ("townships.csv", "999001012", "999001011", "townships.csv/13/code", "products.toml"),
        (
            "products.toml",
            "holder =",
            "owner =",
            "products.toml/云溪香菇/shiitake-product/owner",
            "products.toml/云溪香菇/shiitake-product/holder",
        ),
        ("products.toml", 'key = "fresh"', 'key = "dried"', "products.toml/云溪香菇/classes", "trade_items.csv"),
        ("enterprises.csv", "93000952MA0YXT007Q", "93000952MA0YXT007R", "enterprises.csv/2/uscc", "trade_items.csv"),
        ("enterprises.csv", "93000952MA0YXT007Q", " 93000952MA0YXT007Q", "enterprises.csv/2/uscc", "trade_items.csv"),
    ],
)
def test_a_problem_is_told_with_what_it_leaves_without_a_name(
    folder: Path, name: str, old: str, new: str, field: str, others: str
) -> None:
    change(folder, name, old, new)
    found = fields(folder)
    assert field in found
    assert any(other.startswith(others) for other in found if other != field)


@pytest.mark.parametrize("name", sorted(path.name for path in YUNXI.iterdir()))
def test_a_missing_file_is_one_problem(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert fields(folder) == [name]


@pytest.mark.parametrize("name", ["townships.csv", "county.toml"])
def test_a_file_in_another_encoding_is_one_problem_with_excels_own_words_as_its_remedy(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_text(encoding="utf-8").encode("gb18030"))
    [fault] = faults(read_profile, folder)
    assert fault.field == name
    assert "CSV UTF-8" in fault.remedy_en


def test_a_sheet_that_excel_saved_is_read_the_same(folder: Path) -> None:
    before = read_profile(folder)
    for path in folder.glob("*.csv"):
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        commas = "," * lines[0].count(",")
        saved = "\r\n".join(["\ufeff" + lines[0], *lines[1:], commas, commas, ""])
        path.write_bytes(saved.replace("2024-04-01", "2024/4/1").encode())
    assert read_profile(folder) == before


@pytest.mark.parametrize(
    "sheet", sorted(YUNXI.parent.glob("*/*.csv")), ids=lambda sheet: f"{sheet.parent.name}/{sheet.name}"
)
def test_excel_opens_a_sheet_of_ours_as_utf_8(sheet: Path) -> None:
    assert sheet.read_bytes().startswith(codecs.BOM_UTF8)


def test_columns_may_stand_in_any_order(folder: Path) -> None:
    before = read_profile(folder)
    lines = [line.split(",") for line in (folder / "townships.csv").read_text(encoding="utf-8-sig").splitlines()]
    (folder / "townships.csv").write_text("\n".join(",".join(reversed(line)) for line in lines), encoding="utf-8")
    assert read_profile(folder) == before


def test_all_problems_of_all_files_are_told_at_once(folder: Path) -> None:
    change(folder, "county.toml", "gi.yunxi.example", "gi yunxi")
    change(folder, "townships.csv", "松坞镇", "")
    change(folder, "products.toml", '"certification_mark"', '"mark"')
    change(folder, "enterprises.csv", "999001004", "999001044")
    change(folder, "trade_items.csv", "9521123000278", "9521123000277")
    change(folder, "authorizations.csv", "2034-08-31", "soon")
    assert fields(folder) == [
        "county.toml/site/host",
        "townships.csv/2/name_zh",
        "products.toml/云溪甜桔柚/tangelo-mark/kind",
        "trade_items.csv/3/gtin",
        "authorizations.csv/5/until",
        "enterprises.csv/3/town",
    ]


def test_a_grade_is_refused_with_the_grades_there_are(folder: Path) -> None:
    change(folder, "trade_items.csv", ",一级,", ",优级,")
    [fault] = faults(read_profile, folder)
    assert "特级、一级、二级" in fault.remedy_zh
    change(folder, "trade_items.csv", ",优级,", ",一级,")
    change(folder, "trade_items.csv", ",fruit,,", ",fruit,一级,")
    [fault] = faults(read_profile, folder)
    assert "留空" in fault.remedy_zh

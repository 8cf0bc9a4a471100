"""Reading a county's profile from its folder, with everything checked before anything is written."""

import re
from dataclasses import replace
from pathlib import Path

from gimark.codes.gtin import check_gtin
from gimark.codes.uscc import check_uscc
from gimark.errors import Checklist
from gimark.quantities import MAX_MASS_G
from gimark.registry.authorizations.rules import Terms
from gimark.registry.county.actions import CountyForm
from gimark.registry.enterprises.actions import SC_LICENCE, EnterpriseForm
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.profiles.evidence import EVIDENCE, evidence, optional_evidence, require_settled, told_apart
from gimark.registry.profiles.files import sections, sheet, table, tables, toml
from gimark.registry.profiles.profile import (
    AuthorizationRow,
    EnterpriseRow,
    ItemRow,
    ProductRow,
    Profile,
    RightRow,
    TownRow,
)
from gimark.registry.profiles.references import Named, check_references
from gimark.registry.profiles.rows import Row, parsed
from gimark.registry.rights.actions import ProductClassForm
from gimark.registry.rights.model import RightKind
from gimark.texts import LONG, NAME, SHORT

FORMAT = "gimark-profile/v1"
TOWNS = ("code", "name_zh", "name_en")
ENTERPRISES = ("uscc", "name_zh", "name_en", "kind", "town", "address", "contact", "phone", "sc_licence")
ITEMS = (
    *("gtin", "enterprise", "rights", "name_zh", "name_en"),
    *("class", "grade", "net_g", "storage", "shelf_life", "ingredients"),
)
AUTHORIZATIONS = ("enterprise", "right", "classes", "number", "from", "until", "labels_per_year", "remark")
RIGHT = (
    *("id", "kind", "holder", "standard", "announcement", "trademark", "area", "grades", "printed_texts"),
    *("from", "until", *EVIDENCE),
)
# What a right's section must say, be it only that it is not known yet.
SAID = ("holder", "area", "from")

COUNTY_CODE, TOWN_CODE = re.compile(r"[0-9]{6}"), re.compile(r"[0-9]{9}")
HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def read_profile(folder: Path) -> Profile:
    """The profile in `folder`. Raises InvalidInputError with every problem of every file at once."""
    checklist = Checklist()
    county = toml(folder, "county.toml", checklist)
    towns = sheet(folder, "townships.csv", TOWNS, checklist)
    products = sections(toml(folder, "products.toml", checklist), "products", "name_zh")
    enterprises = sheet(folder, "enterprises.csv", ENTERPRISES, checklist)
    items = sheet(folder, "trade_items.csv", ITEMS, checklist)
    authorizations = sheet(folder, "authorizations.csv", AUTHORIZATIONS, checklist)
    about = county.rows[0] if county.rows else Row("county.toml", {}, Checklist())
    profile = Profile(
        county=_county(about),
        regulator=optional_evidence(table(replace(about, checklist=Checklist()), "regulator")),
        towns=parsed(towns.rows, _town),
        products=parsed(products.rows, _product),
        enterprises=parsed(enterprises.rows, _enterprise),
        items=parsed(items.rows, _item),
        authorizations=parsed(authorizations.rows, _authorization),
    )
    rights = sections(products, "rights", "id")
    named = Named(towns.values("code"), enterprises.values("uscc"), rights.values("id"))
    check_references(profile, named, checklist)
    checklist.settle()
    return profile


def _county(file: Row) -> CountyForm:
    file.expect("format", "county", "townships", "regulator", "site")
    if file.text("format") != FORMAT:
        file.wrong("format", f"格式不是 {FORMAT}", f"the format is not {FORMAT}", "请核对版本", "Check the version")
    county, regulator, site = (table(file, name) for name in ("county", "regulator", "site"))
    county.expect("code", "name_zh", "name_en", *EVIDENCE)
    require_settled(county)
    if "townships" in file.cells:
        townships = table(file, "townships")
        townships.expect(*EVIDENCE)
        require_settled(townships)
    regulator.expect("name_zh", "name_en", "address", "phone", "email", *EVIDENCE)
    site.expect("title_zh", "title_en", "host", "icp", "psb")
    return CountyForm(
        code=county.matching("code", COUNTY_CODE, "六位行政区划代码", "the division's six digits"),
        name_zh=county.text("name_zh", SHORT),
        name_en=county.text("name_en", NAME),
        regulator_zh=regulator.text("name_zh", NAME),
        regulator_en=regulator.text("name_en", LONG),
        regulator_address=regulator.optional("address", LONG) or "",
        regulator_phone=regulator.optional("phone", SHORT) or "",
        regulator_email=regulator.optional("email", NAME) or "",
        title_zh=site.text("title_zh", SHORT),
        title_en=site.text("title_en", NAME),
        host=_host(site),
        icp_number=site.optional("icp", SHORT) or "",
        psb_number=site.optional("psb", SHORT) or "",
    )


def _host(site: Row) -> str:
    if site.cells.get("host") == "":
        return ""
    return site.matching("host", HOST, "小写主机名，不带 https:// 和路径", "a lower-case host name and nothing else")


def _town(row: Row) -> TownRow:
    return TownRow(
        row.where,
        row.matching("code", TOWN_CODE, "九位统计用区划代码", "the division's nine digits"),
        row.text("name_zh", SHORT),
        row.optional("name_en", NAME),
    )


def _product(row: Row) -> ProductRow:
    row.expect("name_zh", "name_en", "classes", "rights", *EVIDENCE)
    require_settled(row)
    classes = parsed(tables(row, "classes", "key"), _class)
    if not row.cells.get("classes"):
        row.wrong("classes", "没有产品类别", "there is no class", "请列出标准中的类别", "List the standard's classes")
    rights = parsed(tables(row, "rights", "id"), _right)
    if not row.cells.get("rights"):
        row.wrong(
            "rights",
            "没有地理标志权利",
            "there is no right",
            "请至少列出一项权利",
            "List at least one right over the name",
        )
    return ProductRow(row.where, row.text("name_zh", SHORT), row.optional("name_en", NAME), classes, rights)


def _class(row: Row) -> ProductClassForm:
    row.expect("key", "name_zh", "name_en", "prepackaged", "licensed")
    key = row.matching("key", ID, "小写字母、数字和 -", "lower-case letters, digits and -")
    return ProductClassForm(
        key,
        row.text("name_zh", SHORT),
        row.optional("name_en", NAME),
        is_prepackaged_food=row.flag("prepackaged"),
        needs_licence=row.flag("licensed"),
    )


def _right(section: Row) -> RightRow:
    section.expect(*RIGHT)
    row, own = told_apart(section)
    for name in SAID:
        if name not in row.cells:
            row.wrong(name, "没有写", "it is not given", "不知道的留空，即待填", "Leave it empty while it is not known")
    right = RightRow(
        where=row.where,
        id=row.matching("id", ID, "小写字母、数字和 -", "lower-case letters, digits and -"),
        kind=row.word("kind", RightKind),
        holder=row.optional("holder", NAME),
        standard=row.optional("standard", SHORT),
        announcement=row.optional("announcement", SHORT),
        trademark=row.optional("trademark", SHORT),
        area=row.words("area"),
        grades=row.words("grades"),
        printed_texts=row.words("printed_texts"),
        valid_from=row.optional_day("from"),
        valid_until=row.optional_day("until"),
        known=evidence(row),
        evidence=own,
    )
    if right.valid_from is not None:
        row.in_order("from", right.valid_from, "until", right.valid_until)
    return right


def _enterprise(row: Row) -> EnterpriseRow:
    form = EnterpriseForm(
        uscc=row.checked("uscc", check_uscc),
        name_zh=row.text("name_zh", NAME),
        kind=row.word("kind", EnterpriseKind),
        town_code=row.text("town", 9),
        address=row.text("address", LONG),
        name_en=row.optional("name_en", LONG),
        contact=row.optional("contact", SHORT),
        phone=row.optional("phone", 40),
        sc_licence=row.optional("sc_licence", 16),
    )
    if form.sc_licence:
        row.matching("sc_licence", SC_LICENCE, "SC 加 14 位数字", "SC and 14 digits")
    return EnterpriseRow(row.where, form)


def _item(row: Row) -> ItemRow:
    net_g = row.whole("net_g")
    if not net_g and row.cells["net_g"] == "":
        row.wrong("net_g", "没有净含量", "there is no net content", "请填写克数", "Give it in grams")
    if net_g and net_g >= MAX_MASS_G:
        row.wrong("net_g", "超过一百万吨", "it is above a million tonnes", "请更正", "Mend it")
    rights = row.words("rights")
    if not rights:
        row.wrong("rights", "没有列出权利", "no right is listed", "请填写权利代号", "Give the rights' ids")
    return ItemRow(
        where=row.where,
        gtin=row.checked("gtin", check_gtin),
        uscc=row.text("enterprise", 18),
        rights=rights,
        name_zh=row.text("name_zh", NAME),
        name_en=row.optional("name_en", LONG),
        product_class=row.text("class", 40),
        grade=row.optional("grade", 40),
        net_g=net_g or 0,
        storage=row.optional("storage", NAME),
        shelf_life=row.optional("shelf_life", SHORT),
        ingredients=row.optional("ingredients", LONG),
    )


def _authorization(row: Row) -> AuthorizationRow:
    terms = Terms(
        classes=row.words("classes"),
        number=row.text("number", SHORT),
        valid_from=row.day("from"),
        valid_until=row.optional_day("until"),
        labels_per_year=row.whole("labels_per_year"),
    )
    if not terms.classes:
        row.wrong("classes", "没有授权的类别", "no class is authorised", "请填写类别", "Give the classes")
    row.in_order("from", terms.valid_from, "until", terms.valid_until)
    return AuthorizationRow(row.where, row.text("enterprise", 18), row.text("right", 40), terms)

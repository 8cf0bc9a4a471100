"""What a profile leaves open: empty (待填), in doubt (待核), or known but unconfirmed and so not printed (待确认)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gimark.registry.county.actions import CountyForm
from gimark.registry.profiles.profile import Profile, RightRow
from gimark.registry.rights.evidence import Evidence
from gimark.registry.rights.model import PRINTABLE, FactName, RightKind


class Openness(StrEnum):
    """Why a fact is open."""

    EMPTY = "empty"
    IN_DOUBT = "in_doubt"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class OpenFact:
    """One open fact: the field it stands in, its name, and what was found of it so far.

    `is_needed` = the right cannot be registered before it is settled.
    """

    where: str
    name_zh: str
    name_en: str
    openness: Openness
    is_needed: bool = False
    found: str = ""


# The facts of a right by kind: those of which it needs at least one of each group to be registered, and all asked for.
_NUMBERS = {
    RightKind.GI_PRODUCT: (FactName.STANDARD, FactName.ANNOUNCEMENT),
    RightKind.CERTIFICATION_MARK: (FactName.TRADEMARK,),
    RightKind.COLLECTIVE_MARK: (FactName.TRADEMARK,),
    RightKind.AGI: (FactName.ANNOUNCEMENT,),
}
_FURTHER = {
    RightKind.GI_PRODUCT: (FactName.GRADES,),
    RightKind.CERTIFICATION_MARK: (FactName.UNTIL,),
    RightKind.COLLECTIVE_MARK: (FactName.UNTIL,),
    RightKind.AGI: (),
}
_PRINTED = frozenset({FactName.STANDARD, FactName.ANNOUNCEMENT, FactName.TRADEMARK, FactName.GRADES})
_NAMES = {
    FactName.HOLDER: ("权利人", "holder"),
    FactName.STANDARD: ("执行标准代号", "standard code"),
    FactName.ANNOUNCEMENT: ("批准公告号", "approval announcement number"),
    FactName.TRADEMARK: ("商标注册号", "trademark registration number"),
    FactName.AREA: ("保护范围", "protected area"),
    FactName.GRADES: ("标准规定的等级", "grades of the standard"),
    FactName.FROM: ("生效日期", "in force from"),
    FactName.UNTIL: ("有效期至", "in force until"),
}
_WHOLE = ("这项权利的出处", "where the right is known from")
_AGI_CERTIFICATE = ("登记证书编号", "registration certificate number")
_COUNTY = {
    "host": ("site/host", "网址主机", "host"),
    "icp_number": ("site/icp", "ICP 备案号", "ICP number"),
    "psb_number": ("site/psb", "公安备案号", "public security number"),
    "regulator_address": ("regulator/address", "监管部门地址", "regulator's address"),
    "regulator_phone": ("regulator/phone", "监管部门电话", "regulator's telephone"),
    "regulator_email": ("regulator/email", "监管部门邮箱", "regulator's e-mail"),
}


def open_facts(profile: Profile) -> tuple[OpenFact, ...]:
    """Everything that the county has yet to fill in or to confirm, file by file."""
    rights = (right for product in profile.products for right in product.rights)
    return (
        *_of_county(profile.county),
        *_of_regulator(profile.regulator),
        *(fact for right in rights for fact in of_right(right)),
        *_of_sheets(profile),
    )


def of_right(right: RightRow) -> Iterator[OpenFact]:
    """What is open of one right, in the order of its fields."""
    needed = needed_facts(right)
    if right.known.is_in_doubt:
        yield OpenFact(f"{right.where}/tag", *_WHOLE, Openness.IN_DOUBT, is_needed=True, found=right.known.source)
    for name in (FactName.HOLDER, *_NUMBERS[right.kind], FactName.AREA, FactName.FROM, *_FURTHER[right.kind]):
        known = right.evidence_of(name)
        value = right.value(name)
        if not value:
            openness = Openness.EMPTY
        elif known.is_in_doubt:
            openness = Openness.IN_DOUBT
        elif name in _PRINTED and known.certainty not in PRINTABLE:
            openness = Openness.UNCONFIRMED
        else:
            continue
        names = _AGI_CERTIFICATE if (right.kind, name) == (RightKind.AGI, FactName.ANNOUNCEMENT) else _NAMES[name]
        found = known.source if name in right.evidence else ""
        yield OpenFact(f"{right.where}/{name}", *names, openness, name in needed, found)


def needed_facts(right: RightRow) -> frozenset[str]:
    """The fields without which the right cannot be registered; empty when nothing stands in its way."""
    settled = right.settled()
    lacking: set[str] = {name for name in (FactName.AREA, FactName.FROM) if not settled.value(name)}
    if FactName.UNTIL in _FURTHER[right.kind] and not settled.valid_until:
        lacking.add(FactName.UNTIL)  # a trademark is registered for ten years, so somebody knows the day
    if right.known.is_in_doubt:
        lacking.add("tag")
    numbers = _NUMBERS[right.kind]
    if not any(settled.value(name) for name in numbers):
        lacking |= set(numbers)
    return frozenset(lacking)


def _of_county(county: CountyForm) -> Iterator[OpenFact]:
    for name, (field, *names) in _COUNTY.items():
        if not getattr(county, name):
            yield OpenFact(f"county.toml/{field}", names[0], names[1], Openness.EMPTY)


def _of_regulator(known: Evidence | None) -> Iterator[OpenFact]:
    if known is not None and known.is_in_doubt:
        where = "county.toml/regulator/name_zh"
        yield OpenFact(where, "监管部门名称", "regulator's name", Openness.IN_DOUBT, found=known.source)


def _of_sheets(profile: Profile) -> Iterator[OpenFact]:
    sheets = (
        ("enterprises.csv", profile.enterprises, "企业", "enterprises"),
        ("trade_items.csv", profile.items, "商品", "trade items"),
        ("authorizations.csv", profile.authorizations, "用标授权", "authorizations"),
    )
    for file, rows, name_zh, name_en in sheets:
        if not rows:
            yield OpenFact(file, name_zh, name_en, Openness.EMPTY)

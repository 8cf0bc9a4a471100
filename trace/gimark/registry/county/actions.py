"""Entering the county that this installation serves, and its towns one by one."""

from dataclasses import asdict, dataclass

from gimark.accounts.rules import Actor, Permission, not_found, require
from gimark.errors import Checklist, ConflictError, Fault
from gimark.registry.county.model import COUNTY_ID, County
from gimark.registry.rights.actions import add_town
from gimark.registry.rights.model import Town
from gimark.store.unit_of_work import Act
from gimark.texts import check_texts

# How long each text may be, by its column.
WIDTHS: dict[str, int] = {column.name: getattr(column.type, "length", 0) for column in County.__table__.columns}


@dataclass(frozen=True, slots=True)
class CountyForm:
    """The county, who supervises its marks, and what its pages are called. Empty text is 待填."""

    code: str
    name_zh: str
    name_en: str
    regulator_zh: str
    regulator_en: str
    regulator_address: str
    regulator_phone: str
    regulator_email: str
    title_zh: str
    title_en: str
    host: str
    icp_number: str
    psb_number: str


def set_county(act: Act, actor: Actor, form: CountyForm) -> None:
    """Enter the county or correct its words, in the caller's transaction, which commits. No ledger act.

    Raises ConflictError when another county is here already (one installation serves one county for life),
    InvalidInputError for a text that is too long or not one line.
    """
    require(actor, Permission.MANAGE_REGISTRY)
    checklist = Checklist()
    check_texts(checklist, {name: (text or None, WIDTHS[name]) for name, text in asdict(form).items()})
    checklist.settle()
    county = act.session.get(County, COUNTY_ID)
    if county is None:
        act.session.add(County(id=COUNTY_ID, **asdict(form)))
        return
    if county.code != form.code:
        raise ConflictError(
            (
                Fault(
                    "county/code",
                    f"本平台已属于{county.name_zh}（{county.code}）",
                    f"this installation is that of {county.name_en} ({county.code})",
                    "请为另一个县另建一套平台",
                    "Make another installation for another county",
                ),
            )
        )
    for name, value in asdict(form).items():
        setattr(county, name, value)


def enter_town(act: Act, actor: Actor, code: str, name_zh: str, name_en: str | None) -> Town:
    """Enter a town that is new. Raises ConflictError when its code is there already, else what `add_town` raises."""
    require(actor, Permission.MANAGE_REGISTRY)
    if act.session.get(Town, code, with_for_update=True) is not None:
        raise ConflictError(
            (
                Fault(
                    "code",
                    f"乡镇代码 {code} 已经登记",
                    f"the town code {code} is registered already",
                    "要改名称，请修改该乡镇",
                    "To correct its names, change that town",
                ),
            )
        )
    return add_town(act, actor, code, name_zh, name_en)


def correct_town(act: Act, actor: Actor, code: str, name_zh: str, name_en: str | None) -> Town:
    """Correct the names of a town that is there. Raises NotFoundError, else what `add_town` raises."""
    require(actor, Permission.MANAGE_REGISTRY)
    if act.session.get(Town, code, with_for_update=True) is None:
        raise not_found("town")
    return add_town(act, actor, code, name_zh, name_en)

"""A package, a run and a verdict for every reason, of 云溪县, a county that does not exist."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from api.web.public.particulars import Visit
from api.web.site import SiteFacts
from gimark.scans.rules import (
    Checks,
    Colour,
    OfficialAct,
    Package,
    Reason,
    RightFacts,
    RunFacts,
    Rung,
    RungName,
    RungState,
    Verdict,
)

SITE = SiteFacts(
    name_zh="云溪县地理标志查验",
    name_en="Yunxi GI mark check",
    county_zh="云溪县",
    county_en="Yunxi County",
    regulator_zh="云溪县市场监督管理局",
    regulator_en="Yunxi County Administration for Market Regulation",
    host="gi.yunxi.example",
    phone="0000-0000000",
)
TOKEN_QUERY = "s=" + "AQAB" + "x" * 86
VISIT = Visit(datetime(2026, 11, 22, 1, 41, tzinfo=UTC), TOKEN_QUERY)

GI_PRODUCT = RightFacts(
    kind="gi_product",
    gi_name_zh="云溪香菇",
    gi_name_en="Yunxi Shiitake",
    standard="GB/T 99952-2024",
    announcement="国家知识产权局公告第 000 号",
    trademark=None,
    holder="云溪县食用菌产业中心",
    authorization_number="云溪用标〔2024〕007",
    authorised_from=date(2024, 4, 1),
    authorised_until=date(2028, 3, 31),
    authorization_index=18233,
)
CERTIFICATION_MARK = replace(
    GI_PRODUCT,
    kind="certification_mark",
    standard=None,
    announcement=None,
    trademark="00000000",
    holder="云溪县食用菌协会",
    authorization_number="云溪商许〔2024〕012",
    authorised_until=None,
    authorization_index=18240,
)
PACKAGE = Package(
    gtin="06901234567892",
    lot="26-112",
    producer_lot=None,
    item_name_zh="松雾花菇（干）",
    item_name_en="Songwu dried flower shiitake",
    product_class="干香菇 · 花菇",
    grade="一级",
    net_g=250,
    enterprise_zh="云溪县松雾菌业专业合作社",
    enterprise_en="Yunxi Songwu Mushroom Cooperative",
    uscc="93331126MA00DEMX6R",
    address="云溪县松坞镇岭下村 8 号",
    town_zh="松坞镇",
    harvested_from=date(2026, 10, 8),
    harvested_until=date(2026, 10, 21),
    packed_on=date(2026, 11, 12),
    planned_g=3_050_000,
    packed_g=3_050_000,
    rights=(GI_PRODUCT,),
    batch_ref="b26112",
    batch_index=47_880,
    confirm_index=47_896,
    recall=None,
)
RUN = RunFacts(
    number=112, count=12_200, kid="0001", issued_at=datetime(2026, 11, 12, 2, 5, tzinfo=UTC), ledger_index=47_902
)
SERIAL = "38GPERNQBQTSA"
ACTIVATED_AT = datetime(2026, 11, 12, 8, 20, tzinfo=UTC)
NO_CHECKS = Checks(0, None, ())
TWO_CHECKS = Checks(2, datetime(2026, 11, 16, 4, 0, tzinfo=UTC), ("33",))
MANY_CHECKS = Checks(11, datetime(2026, 11, 15, 12, 30, tzinfo=UTC), ("33", "32", "41", "51", "44"))
RECALL = OfficialAct("recall", "监督抽检二氧化硫超过限值", datetime(2026, 11, 20, 2, 0, tzinfo=UTC), 48_190)

PASS, WARN, FAIL, NOT_JUDGED = RungState.PASS, RungState.WARN, RungState.FAIL, RungState.NOT_JUDGED


def rungs(*states: RungState) -> tuple[Rung, ...]:
    """The ladder with these states from the bottom; rungs that are not given are not judged."""
    rest = (NOT_JUDGED,) * (len(RungName) - len(states))
    return tuple(Rung(name, state) for name, state in zip(RungName, states + rest, strict=True))


GENUINE = Verdict(
    Colour.GREEN,
    Reason.AUTHENTIC,
    rungs(PASS, PASS, PASS, PASS, PASS, PASS),
    serial=SERIAL,
    package=PACKAGE,
    run=RUN,
    checks=NO_CHECKS,
    activated_at=ACTIVATED_AT,
)


def _refused(reason: Reason, *states: RungState) -> Verdict:
    return Verdict(Colour.RED, reason, rungs(*states))


def _ended(kind: str, why: str | None) -> OfficialAct:
    return OfficialAct(kind, why, datetime(2026, 11, 18, 7, 0, tzinfo=UTC), 48_101)


_UNAUTHORISED_SINCE = OfficialAct("revoke", "连续两年没有使用专用标志", datetime(2026, 11, 1, 7, 0, tzinfo=UTC), 47_650)

VERDICTS: dict[Reason, Verdict] = {
    Reason.MALFORMED: _refused(Reason.MALFORMED),
    Reason.FOREIGN_HOST: _refused(Reason.FOREIGN_HOST),
    Reason.BAD_SIGNATURE: _refused(Reason.BAD_SIGNATURE, FAIL),
    Reason.UNKNOWN_KEY: _refused(Reason.UNKNOWN_KEY, FAIL),
    Reason.NOT_ISSUED: _refused(Reason.NOT_ISSUED, PASS, FAIL),
    Reason.VOIDED: replace(
        GENUINE,
        colour=Colour.RED,
        reason=Reason.VOIDED,
        rungs=rungs(PASS, PASS, FAIL, PASS, PASS, PASS),
        act=_ended("void", "印刷错位"),
        activated_at=None,
    ),
    Reason.RETURNED: replace(
        GENUINE,
        colour=Colour.RED,
        reason=Reason.RETURNED,
        rungs=rungs(PASS, PASS, FAIL, PASS, PASS, PASS),
        act=_ended("return", None),
        activated_at=None,
    ),
    Reason.RECALLED: replace(
        GENUINE,
        colour=Colour.RED,
        reason=Reason.RECALLED,
        package=replace(PACKAGE, recall=RECALL),
        checks=TWO_CHECKS,
        act=RECALL,
    ),
    Reason.NOT_AUTHORISED: replace(
        GENUINE,
        colour=Colour.RED,
        reason=Reason.NOT_AUTHORISED,
        rungs=rungs(PASS, PASS, PASS, FAIL, PASS, PASS),
        act=_UNAUTHORISED_SINCE,
    ),
    Reason.COPIED: replace(
        GENUINE,
        colour=Colour.AMBER,
        reason=Reason.COPIED,
        rungs=rungs(PASS, PASS, PASS, PASS, PASS, WARN),
        checks=MANY_CHECKS,
    ),
    Reason.NOT_ACTIVATED: replace(
        GENUINE,
        colour=Colour.AMBER,
        reason=Reason.NOT_ACTIVATED,
        rungs=rungs(PASS, PASS, WARN, PASS, PASS, PASS),
        activated_at=None,
    ),
    Reason.UNSIGNED: replace(
        GENUINE,
        colour=Colour.GREY,
        reason=Reason.UNSIGNED,
        rungs=rungs(NOT_JUDGED, PASS, PASS, PASS, PASS, PASS),
    ),
    Reason.TYPED: replace(
        GENUINE,
        colour=Colour.GREY,
        reason=Reason.TYPED,
        rungs=rungs(NOT_JUDGED, PASS, PASS, PASS, PASS, PASS),
    ),
    Reason.KEY_REVOKED: _refused(Reason.KEY_REVOKED, FAIL),
    Reason.UNSUPPORTED: Verdict(Colour.AMBER, Reason.UNSUPPORTED, rungs(WARN)),
    Reason.KEY_REVOKED_CONFIRMED: replace(
        GENUINE,
        reason=Reason.KEY_REVOKED_CONFIRMED,
        rungs=rungs(WARN, PASS, PASS, PASS, PASS, PASS),
        checks=TWO_CHECKS,
    ),
    Reason.AUTHENTIC: GENUINE,
    Reason.UNAVAILABLE: Verdict(Colour.AMBER, Reason.UNAVAILABLE, rungs()),
}

# Further shapes of a page: the same reasons with more, less or longer facts.
VARIANTS: dict[str, Verdict] = {
    "authentic-later": replace(GENUINE, checks=TWO_CHECKS),
    "authentic-two-rights": replace(
        GENUINE, package=replace(PACKAGE, rights=(GI_PRODUCT, CERTIFICATION_MARK), producer_lot="SW-花-1112")
    ),
    "authentic-no-grade": replace(
        GENUINE, package=replace(PACKAGE, grade=None, item_name_en=None, enterprise_en=None, net_g=1_500)
    ),
    "authentic-provinces-unknown": replace(GENUINE, checks=Checks(3, ACTIVATED_AT, ())),
    "not-activated-not-packed": replace(
        VERDICTS[Reason.NOT_ACTIVATED],
        package=replace(PACKAGE, packed_on=None, packed_g=None, confirm_index=None),
        rungs=rungs(PASS, PASS, WARN, NOT_JUDGED, PASS, PASS),
    ),
    "unsigned-unknown": Verdict(Colour.GREY, Reason.UNSIGNED, rungs()),
    "issued-before-packing": replace(
        GENUINE,
        run=replace(RUN, issued_at=datetime(2026, 11, 1, 2, 0, tzinfo=UTC)),
        activated_at=ACTIVATED_AT + timedelta(days=1),
    ),
}

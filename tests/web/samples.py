"""A package, a run and a verdict for every reason, of 云溪县, a county that does not exist."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from api.web.public.particulars import Visit
from api.web.site import SiteFacts
from gimark.issuance.rules import CodeState
from gimark.scans.rules import (
    REFUSALS,
    Checks,
    Colour,
    OfficialAct,
    Package,
    Reason,
    RightFacts,
    RunFacts,
    Standing,
    Verdict,
    judge,
    unavailable,
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
    root_vkey="gi.yunxi.example/root+c19781d1+AdBs2exIOJinSrK3hrk244YEtpexTN8YEaRPx2RUczVA",
)
TOKEN_QUERY = "s=" + "AQAB" + "x" * 85 + "A"
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
    class_zh="干香菇 · 花菇",
    class_en="dried shiitake",
    grade="一级",
    net_g=250,
    enterprise_zh="云溪县松雾菌业专业合作社",
    enterprise_en="Yunxi Songwu Mushroom Cooperative",
    uscc="93331126MA00DEMX6R",
    address="云溪县松坞镇岭下村 8 号",
    town_zh="松坞镇",
    town_en="Songwu Town",
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

STANDING = Standing(
    run=RUN,
    package=PACKAGE,
    state=CodeState.ACTIVE,
    act=None,
    activated_at=ACTIVATED_AT,
    authorised=True,
    authorisation_end=None,
    within_volume=True,
    copied=False,
    checks=NO_CHECKS,
)
ISSUED_ONLY = replace(STANDING, state=CodeState.ISSUED, activated_at=None)
UNAUTHORISED_SINCE = OfficialAct("revoke", "连续两年没有使用专用标志", datetime(2026, 11, 1, 7, 0, tzinfo=UTC), 47_650)
LOG_SIZE_BEFORE_RUN, LOG_SIZE_AFTER_RUN = 40_000, 48_000

GENUINE = judge(Reason.AUTHENTIC, STANDING, SERIAL)


def _ended(state: CodeState, kind: str, why: str | None) -> Verdict:
    act = OfficialAct(kind, why, datetime(2026, 11, 18, 7, 0, tzinfo=UTC), 48_101)
    return judge(Reason.AUTHENTIC, replace(STANDING, state=state, act=act, activated_at=None), SERIAL)


# Each made by the rules themselves, from the offline result and the standing that lead to it.
VERDICTS: dict[Reason, Verdict] = {
    Reason.MALFORMED: judge(Reason.MALFORMED, None),
    Reason.FOREIGN_HOST: judge(Reason.FOREIGN_HOST, None),
    Reason.BAD_SIGNATURE: judge(Reason.BAD_SIGNATURE, None),
    Reason.UNKNOWN_KEY: judge(Reason.UNKNOWN_KEY, None),
    Reason.NOT_ISSUED: judge(Reason.AUTHENTIC, None),
    Reason.VOIDED: _ended(CodeState.VOIDED, "void", "印刷错位"),
    Reason.RETURNED: _ended(CodeState.RETURNED, "return", None),
    Reason.RECALLED: judge(
        Reason.AUTHENTIC, replace(STANDING, package=replace(PACKAGE, recall=RECALL), checks=TWO_CHECKS), SERIAL
    ),
    Reason.NOT_AUTHORISED: judge(
        Reason.AUTHENTIC, replace(STANDING, authorised=False, authorisation_end=UNAUTHORISED_SINCE), SERIAL
    ),
    Reason.COPIED: judge(Reason.AUTHENTIC, replace(STANDING, copied=True, checks=MANY_CHECKS), SERIAL),
    Reason.NOT_ACTIVATED: judge(Reason.AUTHENTIC, ISSUED_ONLY, SERIAL),
    Reason.UNSIGNED: judge(Reason.UNSIGNED, STANDING, SERIAL),
    Reason.TYPED: judge(Reason.TYPED, STANDING, SERIAL),
    Reason.KEY_REVOKED: judge(Reason.KEY_REVOKED, STANDING, SERIAL, LOG_SIZE_BEFORE_RUN),
    Reason.UNSUPPORTED: judge(Reason.UNSUPPORTED, STANDING, SERIAL),
    Reason.KEY_REVOKED_CONFIRMED: judge(
        Reason.KEY_REVOKED, replace(STANDING, checks=TWO_CHECKS), SERIAL, LOG_SIZE_AFTER_RUN
    ),
    Reason.AUTHENTIC: GENUINE,
    Reason.UNAVAILABLE: unavailable(Reason.AUTHENTIC, SERIAL),
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
    "not-activated-not-packed": judge(
        Reason.AUTHENTIC,
        replace(
            ISSUED_ONLY,
            package=replace(PACKAGE, packed_on=None, packed_g=None, confirm_index=None),
            authorised=None,
            within_volume=None,
        ),
        SERIAL,
    ),
    "beyond-volume": judge(Reason.AUTHENTIC, replace(STANDING, within_volume=False), SERIAL),
    "voided-key-revoked": judge(
        Reason.KEY_REVOKED,
        replace(
            STANDING,
            state=CodeState.VOIDED,
            act=OfficialAct("void", None, ACTIVATED_AT, 48_000),
            activated_at=None,
        ),
        SERIAL,
        LOG_SIZE_BEFORE_RUN,
    ),
    "recalled-typed": judge(Reason.TYPED, replace(STANDING, package=replace(PACKAGE, recall=RECALL)), SERIAL),
    "unsigned-unknown": Verdict(Colour.GREY, Reason.UNSIGNED, REFUSALS[Reason.NOT_ISSUED].rungs),
    "issued-before-packing": replace(
        GENUINE,
        run=replace(RUN, issued_at=datetime(2026, 11, 1, 2, 0, tzinfo=UTC)),
        activated_at=ACTIVATED_AT + timedelta(days=1),
    ),
}

"""The public register of 云溪县 for pages: each standing once, a long name, and a sole trader without a name."""

from dataclasses import replace
from datetime import UTC, date, datetime

from gimark.registry.authorizations.rules import Change, ChangeKind, History, Standing, Terms
from gimark.registry.directory.listing import (
    DirectoryPage,
    ListedAuthorization,
    ListedClass,
    ListedEnterprise,
    ListedItem,
    ListedRight,
)
from gimark.registry.directory.rights import ListedRightInFull, ListedTown
from gimark.registry.enterprises.model import EnterpriseKind
from gimark.registry.rights.model import FactName, RightKind, SourceTag
from gimark.registry.rights.queries import ChangeFacts, RightRecord

TODAY = date(2026, 11, 22)
GI = ListedRight(
    ref="r1g0000000000000",
    kind=RightKind.GI_PRODUCT,
    product_ref="p000000000000000",
    gi_zh="云溪香菇",
    gi_en="Yunxi Shiitake",
    holder="云溪县食用菌产业中心",
    announcement="国家知识产权局公告第 000 号",
    trademark=None,
    ledger_index=18_100,
)
MARK = replace(
    GI,
    ref="r2m0000000000000",
    kind=RightKind.CERTIFICATION_MARK,
    announcement=None,
    trademark="00000000",
    holder="云溪县食用菌协会",
    ledger_index=18_104,
)
RIGHTS = [GI, MARK]
DRIED, FRESH = ListedClass("干香菇", "dried shiitake"), ListedClass("保鲜菇", "fresh shiitake")
TERMS = Terms(("dried",), "云溪用标〔2024〕007", date(2024, 4, 1), date(2028, 3, 31))
LONGER = replace(TERMS, valid_until=date(2029, 3, 31))
CHANGES = (
    Change(ChangeKind.SUSPEND, "包装缺少统一社会信用代码，限期改正", date(2025, 9, 24), 37_761),
    Change(ChangeKind.RESTORE, "已补印，复查合格", date(2025, 10, 9), 38_077),
    Change(ChangeKind.AMEND, "续展", date(2026, 3, 2), 41_300, LONGER),
)
HELD = ListedAuthorization(
    ref="a100000000000000",
    right=GI,
    standing=Standing.ACTIVE,
    since=None,
    reason=None,
    number=TERMS.number,
    classes=(DRIED, FRESH),
    valid_from=TERMS.valid_from,
    valid_until=LONGER.valid_until,
    granted_at=datetime(2024, 4, 1, 1, 0, tzinfo=UTC),
    ledger_index=18_233,
    history=History(TERMS, CHANGES),
)
OPEN_ENDED = replace(
    HELD,
    right=MARK,
    number="云溪商许〔2024〕012",
    classes=(DRIED,),
    valid_until=None,
    ledger_index=18_240,
    history=History(replace(TERMS, number="云溪商许〔2024〕012", valid_until=None)),
)
ENTERPRISE = ListedEnterprise(
    ref="e100000000000000",
    kind=EnterpriseKind.COOPERATIVE,
    name_zh="云溪县松雾菌业专业合作社",
    name_en="Yunxi Songwu Mushroom Cooperative",
    uscc="93331126MA00DEMX6R",
    address="云溪县松坞镇岭下村 8 号",
    town_zh="松坞镇",
    town_en="Songwu Town",
    ledger_index=18_230,
    authorizations=(HELD, OPEN_ENDED),
)
_STOPPED = {
    Standing.SUSPENDED: ("示例食品（云溪）有限公司", date(2026, 11, 3), "抽检不合格，停用整改"),
    Standing.REVOKED: ("云溪县岭脚山货收购部有限责任公司", date(2026, 11, 1), "连续两年没有使用专用标志"),
    Standing.EXPIRED: ("云溪县岭东菇业有限公司", None, None),
    Standing.NOT_YET: ("云溪县竹溪乡双坑村香菇生产与初加工农民专业合作社联合社", None, None),
}
WHOLE = DirectoryPage(
    (
        ENTERPRISE,
        *(
            replace(
                ENTERPRISE,
                ref=f"e20000000000000{place}",
                name_zh=name,
                name_en=None,
                authorizations=(
                    replace(
                        HELD,
                        standing=standing,
                        since=since,
                        reason=reason,
                        valid_from=date(2027, 1, 1) if standing is Standing.NOT_YET else TERMS.valid_from,
                        valid_until=date(2026, 3, 31) if standing is Standing.EXPIRED else date(2029, 12, 31),
                        history=History(TERMS),
                    ),
                ),
            )
            for place, (standing, (name, since, reason)) in enumerate(_STOPPED.items())
        ),
        replace(
            ENTERPRISE,
            ref="e300000000000000",
            kind=EnterpriseKind.SOLE_TRADER,
            name_zh=None,
            name_en=None,
            uscc=None,
            address=None,
            authorizations=(replace(HELD, history=History(TERMS)),),
        ),
    ),
    19_012,
)
EMPTY = DirectoryPage((), None)
ITEMS = [
    ListedItem("06901234567892", "松雾花菇（干）", "Songwu dried flower shiitake", 250),
    ListedItem("06901234567908", "松雾保鲜菇 礼盒", None, 1_500),
]
TOWNS = (
    ListedTown("999001001", "松坞镇", "Songwu Town"),
    ListedTown("999001002", "竹溪乡", None),
    ListedTown("999001003", "岭上乡", "Lingshang Township"),
)
RIGHT = ListedRightInFull(
    gi_zh=GI.gi_zh,
    gi_en=GI.gi_en,
    record=RightRecord(
        ref=GI.ref,
        product_ref=GI.product_ref,
        kind=GI.kind,
        holder=GI.holder,
        towns=("999001001", "999001002"),
        standard="GB/T 99952-2024",
        announcement=GI.announcement,
        trademark=None,
        defined_grades=("特级", "一级", "二级"),
        printed_texts=(),
        valid_from=date(2020, 1, 1),
        valid_until=None,
        source="示例",
        source_tag=SourceTag.INVENTED,
        evidence={},
        changes=(
            ChangeFacts(
                ((FactName.ANNOUNCEMENT, None, str(GI.announcement)), (FactName.GRADES, [], ["特级", "一级", "二级"])),
                "补登批准公告号",
                datetime(2024, 5, 6, 2, 0, tzinfo=UTC),
                19_400,
            ),
            ChangeFacts(
                (
                    (FactName.AREA, ["999001001", "999001003"], ["999001001", "999001002"]),
                    (FactName.UNTIL, "2029-12-31", None),
                ),
                "保护范围调整",
                datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
                41_288,
            ),
        ),
        ledger_index=GI.ledger_index,
    ),
    registered_at=datetime(2024, 3, 28, 2, 0, tzinfo=UTC),
    towns={town.code: town for town in TOWNS},
)

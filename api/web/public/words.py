"""What the page says for each reason: never more than is known (codes-and-ledger, "Verdicts").

标识真实 is said of a mark, never 正品 of a product. 无法识别 never means forged. Texts are source texts: `%(county)s`,
`%(host)s` and `%(entry)s` are filled in when a page is made.
"""

from dataclasses import dataclass

from api.web.translation import N_
from gimark.scans.rules import Colour, Reason

TONES = {Colour.GREEN: "ok", Colour.AMBER: "warn", Colour.RED: "bad", Colour.GREY: "reg"}


@dataclass(frozen=True, slots=True)
class Words:
    """The banner and what to do next. `art` names a drawing in macros.html; `|` in `title` is where it may break."""

    art: str
    title: str
    sentence: str
    advice: tuple[str, ...] = ()


_NOT_OURS = N_("不是本县|发放的标识")
_NOT_OURS_ADVICE = (
    N_("先不要购买，也不要食用。"),
    N_("留好包装和购物凭证，可以凭此向商家要求退货。"),
    N_("拨打下方电话举报，由监管部门核查。"),
)
_ENDED_ADVICE = (
    N_("先不要购买；已经买到的，留好包装和购物凭证。"),
    N_("可以凭此向商家要求退货，并拨打下方电话举报。"),
)

WORDS: dict[Reason, Words] = {
    Reason.MALFORMED: Words(
        "question",
        N_("无法识别"),
        N_("读到的内容不完整或有误，不能据此判断真假。请再扫一次。"),
        (
            N_("擦净、展平标签，在亮处对准二维码再扫一次。"),
            N_("还是不行，就输入二维码旁的 13 位号码。"),
        ),
    ),
    Reason.FOREIGN_HOST: Words(
        "cross",
        _NOT_OURS,
        N_("二维码里的网址不是%(county)s的查验网址。"),
        (
            N_("%(county)s的查验网址是 %(host)s，请与二维码打开的网址逐字核对。"),
            N_("如果包装上写的是别处的产品，请到发放它的地方查验。"),
            N_("如果包装上写的是本县产品，先不要购买，留好包装并举报。"),
        ),
    ),
    Reason.BAD_SIGNATURE: Words(
        "cross",
        _NOT_OURS,
        N_("它的签名与%(county)s公布的密钥不符。包装上印的产品和企业信息不能相信。"),
        _NOT_OURS_ADVICE,
    ),
    Reason.UNKNOWN_KEY: Words(
        "cross",
        _NOT_OURS,
        N_("给它签名的密钥不在%(county)s公布的密钥之中。包装上印的产品和企业信息不能相信。"),
        _NOT_OURS_ADVICE,
    ),
    Reason.NOT_ISSUED: Words(
        "cross",
        _NOT_OURS,
        N_("%(county)s的登记里没有这枚标识。包装上印的产品和企业信息不能相信。"),
        _NOT_OURS_ADVICE,
    ),
    Reason.VOIDED: Words(
        "bang",
        N_("已作废"),
        N_("这枚标识已经作废，不应出现在任何商品上。"),
        _ENDED_ADVICE,
    ),
    Reason.RETURNED: Words(
        "bang",
        N_("已退回"),
        N_("这枚标识没有用过就退回核销了，不应出现在任何商品上。"),
        _ENDED_ADVICE,
    ),
    Reason.RECALLED: Words(
        "bang",
        N_("已召回"),
        N_("请不要食用。这一批产品正在召回。"),
        (
            N_("停止食用，也不要转送他人。"),
            N_("凭包装或购物凭证，到购买处或向生产者退货。"),
        ),
    ),
    Reason.NOT_AUTHORISED: Words(
        "bang",
        N_("没有授权"),
        N_("包装这一批的当日，企业没有有效的用标授权，不应使用这枚标识。"),
        _ENDED_ADVICE,
    ),
    Reason.COPIED: Words(
        "copies",
        N_("疑似被复制"),
        N_("码是真的，但查验记录显示它可能被翻印。您手上的包装不一定是原件。"),
        (
            N_("看一看标签有没有重贴的痕迹，印刷是否模糊。"),
            N_("向商家问清进货来源；觉得不对，就拨打下方电话举报。"),
        ),
    ),
    Reason.NOT_ACTIVATED: Words(
        "clock",
        N_("尚未激活"),
        N_("标识是真的，但企业还没有启用它。这件商品现在不应在售。"),
        (
            N_("先不要购买，或者请商家换一件。"),
            N_("如果已经买到，请举报：标签可能流出了厂区。"),
        ),
    ),
    Reason.UNSIGNED: Words(
        "dash",
        N_("已登记"),
        N_("登记簿里有这个号码，但这个网址没有签名，不能验证真伪。请扫描包装上的二维码。"),
    ),
    Reason.TYPED: Words(
        "dash",
        N_("已登记"),
        N_("登记簿里有这个号码。手输号码不能验证真伪，请扫描包装上的二维码。"),
    ),
    Reason.KEY_REVOKED: Words(
        "bang",
        N_("无法确认"),
        N_("给它签名的密钥已经撤销，公示账本也不能证明它在撤销之前就已发放。"),
        _NOT_OURS_ADVICE,
    ),
    Reason.UNSUPPORTED: Words(
        "question",
        N_("签名未核对"),
        N_("本站还不能核对这种签名算法，所以不能给出结论。"),
        (N_("请勿凭这一页判断真假，可以拨打下方电话核实。"),),
    ),
    Reason.KEY_REVOKED_CONFIRMED: Words(
        "rosette",
        N_("标识真实"),
        N_("公示账本第 %(entry)s 条证明：它在签名密钥撤销之前就已登记发放。"),
    ),
    Reason.AUTHENTIC: Words(
        "rosette",
        N_("标识真实"),
        N_("由%(county)s登记发放，签名有效，已激活。"),
    ),
    Reason.UNAVAILABLE: Words(
        "clock",
        N_("暂时|无法核对"),
        N_("登记库暂时读不到，现在不能给出结论。这不说明标识是真是假。"),
        (N_("请过几分钟再扫一次。"),),
    ),
}

# An address without a signature whose number was not found, or may not be named, is no registered code.
UNSIGNED_UNKNOWN = Words(
    "dash",
    N_("无法验证"),
    N_("这个网址没有签名，不能验证真伪。请扫描包装上的二维码。"),
)


def words_for(reason: Reason, *, has_package: bool) -> Words:
    """The words of `reason`; 已登记 is only said when there is a registered package to show."""
    if reason in (Reason.UNSIGNED, Reason.TYPED) and not has_package:
        return UNSIGNED_UNKNOWN
    return WORDS[reason]


RIGHT_KINDS = {
    "gi_product": N_("地理标志产品"),
    "certification_mark": N_("地理标志证明商标"),
    "collective_mark": N_("地理标志集体商标"),
    "agi": N_("农产品地理标志"),
}

# Of each kind of official act: the heading of its record, and its name as an event in the batch's journey.
ACTS = {
    "void": (N_("作废记录"), N_("标识作废")),
    "return": (N_("退回记录"), N_("标识退回")),
    "recall": (N_("召回记录"), N_("召回")),
    "suspend": (N_("暂停授权记录"), N_("授权暂停")),
    "revoke": (N_("撤销授权记录"), N_("授权撤销")),
    "expire": (N_("授权到期记录"), N_("授权到期")),
}

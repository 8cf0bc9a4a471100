"""Acts that cannot be taken back, in words: what they are, what they will do, where a proposal of one stands."""

from api.web.figures import count_text, day_text, mass_text, minute_text
from api.web.language import Language
from api.web.provinces import PROVINCES
from api.web.translation import N_, sayer
from gimark.approvals.asked import Asked, Ending, Override, Recall, Revocation
from gimark.approvals.effects import Effect
from gimark.approvals.rules import ActKind, ProposalState
from gimark.issuance.rules import CodeState, RangeKind

Facts = list[tuple[str, str]]

KINDS = {
    ActKind.REVOKE_AUTHORIZATION: N_("撤销一份授权"),
    ActKind.RECALL_BATCH: N_("召回一批商品"),
    ActKind.END_CODES: N_("作废一段标识"),
    ActKind.OVERRIDE_VOLUME: N_("放宽用量"),
}
RETURNING = N_("退回一段标识")
# Tone and word.
STATES = {
    ProposalState.WAITING: ("warn", N_("待批准")),
    ProposalState.APPROVED: ("ok", N_("已批准")),
    ProposalState.REFUSED: ("bad", N_("已驳回")),
    ProposalState.WITHDRAWN: ("", N_("已撤回")),
    ProposalState.EXPIRED: ("", N_("已过期")),
}
CODES = {
    CodeState.ACTIVE: N_("已激活，可能已在售"),
    CodeState.ISSUED: N_("未激活"),
    CodeState.VOIDED: N_("早已作废"),
    CodeState.RETURNED: N_("早已退回"),
}
MOST_NAMED = 8


def title_of(asked: Asked, language: Language) -> str:
    """What an act is called."""
    is_return = isinstance(asked, Ending) and asked.how is RangeKind.RETURN
    return sayer(language)(RETURNING if is_return else KINDS[asked.kind])


def names_of(effect: Effect, language: Language) -> tuple[str, str]:
    """What is acted on, and whose it is."""
    if language == "en":
        return effect.name_en or effect.name_zh, effect.enterprise_en or effect.enterprise_zh
    return effect.name_zh, effect.enterprise_zh


def effects_of(asked: Asked, effect: Effect, language: Language) -> Facts:
    """What it will do, as (name, text), the gravest first."""
    say = sayer(language)
    name, enterprise = names_of(effect, language)
    facts: Facts = [(say(N_("企业")), enterprise), (say(N_("对象")), name)]
    facts += [(say(N_("后果")), said) for said in _consequences(asked, effect, language)]
    if isinstance(asked, Ending):
        facts.append((say(N_("用量")), say(N_("%(mass)s 用量退回批次"), mass=mass_text(effect.mass_g))))
    if effect.codes:
        facts.append((say(N_("涉及标识")), say(N_("%(count)s 枚"), count=count_text(effect.code_count))))
        facts += [
            (say(CODES[state]), say(N_("%(count)s 枚"), count=count_text(effect.codes[state])))
            for state in CODES
            if effect.codes.get(state)
        ]
    if effect.lots and not isinstance(asked, Recall):
        facts.append((say(N_("涉及批次")), _lots(effect, language)))
    if effect.files:
        facts.append((say(N_("印标文件")), _files(effect, language)))
    if effect.codes:
        facts.append((say(N_("查验过的省份")), _provinces(effect, language)))
    return facts


def _consequences(asked: Asked, effect: Effect, language: Language) -> list[str]:
    say = sayer(language)
    match asked:
        case Ending():
            return [say(N_("这些标识一查就显示红色，永远不能恢复"))]
        case Recall():
            return [say(N_("整批标识立即显示红色，不能再赋码、印标或激活，永远不能恢复"))]
        case Revocation():
            first = asked.effective_on and day_text(asked.effective_on, language)
            since = say(N_("%(day)s起包装的显示没有授权"), day=first or say(N_("批准当日")))
            return [since, say(N_("授权就此终止，要再用须重新核准"))]
        case Override():
            return [say(N_("计划量和包装量的上限各提高 %(mass)s，账本公示这个例外"), mass=mass_text(effect.mass_g))]
    raise TypeError(f"no words for {type(asked).__name__}")


def _lots(effect: Effect, language: Language) -> str:
    say = sayer(language)
    open_ = say(N_("未确认包装"))
    named = [
        say(N_("%(lot)s（%(day)s）"), lot=lot, day=day_text(day, language) if day else open_)
        for lot, day in effect.lots[:MOST_NAMED]
    ]
    more = len(effect.lots) - MOST_NAMED
    return say(N_("、")).join(named) + (say(N_("等 %(count)s 批"), count=len(effect.lots)) if more > 0 else "")


def _files(effect: Effect, language: Language) -> str:
    say = sayer(language)
    named = [f"{file.first + 1:,}–{file.last + 1:,}" for file in effect.files[:MOST_NAMED]]
    return say(
        N_("%(count)s 张印标订单（第 %(ranges)s 枚）"), count=len(effect.files), ranges=say(N_("、")).join(named)
    )


def _provinces(effect: Effect, language: Language) -> str:
    say = sayer(language)
    if not effect.checks:
        return say(N_("还没有人查验过"))
    unknown = say(N_("省份不明"))
    place = 0 if language == "zh" else 1
    names = [
        f"{PROVINCES[line.province][place] if line.province in PROVINCES else unknown} {count_text(line.checks)}"
        for line in effect.checks
    ]
    when = "" if effect.counted_at is None else minute_text(effect.counted_at, language)
    return say(
        N_("%(places)s，共 %(count)s 次（整个赋码批，截至 %(when)s）"),
        places=say(N_("、")).join(names),
        count=count_text(effect.check_count),
        when=when,
    )

"""The ladder: what was checked, in order, each rung with its own sentence."""

from dataclasses import dataclass

from api.web.figures import Entry, count_text, day_text, entry_of
from api.web.language import Language
from api.web.public.particulars import Particulars, Shape, act_entry
from api.web.translation import N_, Say, sayer
from gimark.scans.rules import Package, Reason, RunFacts, Rung, RungName, RungState

STATES = {RungState.PASS: "ok", RungState.WARN: "warn", RungState.FAIL: "bad", RungState.NOT_JUDGED: "na"}

_TITLES: dict[RungName, dict[RungState, str]] = {
    RungName.SIGNED: {
        RungState.PASS: N_("签名有效"),
        RungState.WARN: N_("签名密钥已撤销"),
        RungState.FAIL: N_("签名无效"),
        RungState.NOT_JUDGED: N_("签名"),
    },
    RungName.ISSUED: {
        RungState.PASS: N_("已登记发放"),
        RungState.WARN: N_("登记发放待核实"),
        RungState.FAIL: N_("没有登记发放"),
        RungState.NOT_JUDGED: N_("登记发放"),
    },
    RungName.ACTIVATED: {
        RungState.PASS: N_("已激活"),
        RungState.WARN: N_("尚未激活"),
        RungState.FAIL: N_("不能使用"),
        RungState.NOT_JUDGED: N_("激活情况"),
    },
    RungName.AUTHORISED: {
        RungState.PASS: N_("包装当日授权有效"),
        RungState.WARN: N_("包装当日授权待核实"),
        RungState.FAIL: N_("包装当日没有有效授权"),
        RungState.NOT_JUDGED: N_("包装当日授权"),
    },
    RungName.WITHIN_VOLUME: {
        RungState.PASS: N_("在核准用量之内"),
        RungState.WARN: N_("超出核准用量"),
        RungState.FAIL: N_("超出核准用量"),
        RungState.NOT_JUDGED: N_("核准用量"),
    },
}
_EARLIER_CHECKS = N_("第 %(nth)s 次查验")
_NO_COUNT = N_("此前的查验")

# Why the signature came to nothing, by the reason that won.
_UNSIGNED_WHY = {
    Reason.MALFORMED: N_("读到的内容不完整或有误"),
    Reason.FOREIGN_HOST: N_("网址不是%(county)s的，没有核对签名"),
    Reason.BAD_SIGNATURE: N_("与公布的密钥不符"),
    Reason.UNKNOWN_KEY: N_("签名的密钥不在公布之列"),
    Reason.UNSIGNED: N_("这个网址不含签名，请扫描包装上的二维码"),
    Reason.TYPED: N_("手输号码不含签名，请扫描包装上的二维码"),
    Reason.UNSUPPORTED: N_("本站还不能核对这种签名算法"),
}
_UNREAD = N_("这次没有核对签名")
# A rung can fail before a signature was looked at; then nothing is said against the signature.
_FAILED_BEFORE = {
    Reason.MALFORMED: N_("读不出签名"),
    Reason.FOREIGN_HOST: N_("网址不符"),
    Reason.KEY_REVOKED: N_("签名密钥已撤销"),
}
_ENDED = {"void": N_("已作废"), "return": N_("已退回")}


@dataclass(frozen=True, slots=True)
class Line:
    """One rung as shown: `state` is a class of the stylesheet, `entry` the ledger entry that proves it."""

    state: str
    title: str
    detail: str = ""
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the rungs' sentences draw on; a package or run of None is not known."""

    package: Package | None
    run: RunFacts | None
    county: str
    texts: Particulars


def ladder_lines(shape: Shape, known: Known, language: Language) -> tuple[Line, ...]:
    """The rungs of `shape` as lines. After a failed rung, the first that was not judged says so."""
    lines: list[Line] = []
    has_failed = has_explained = False
    for rung in shape.rungs:
        line = _line(rung, shape, known, language)
        if has_failed and not has_explained and rung.state is RungState.NOT_JUDGED and not line.detail:
            line = Line(line.state, line.title, sayer(language)(N_("前面一级没有通过，以下不再判断")))
            has_explained = True
        has_failed = has_failed or rung.state is RungState.FAIL
        lines.append(line)
    if shape.act_kind == "recall":
        say = sayer(language)
        lines.append(Line("bad", say(N_("批次已召回")), known.texts["act_on"], act_entry(known.texts)))
    return tuple(lines)


def _line(rung: Rung, shape: Shape, known: Known, language: Language) -> Line:
    say, state = sayer(language), STATES[rung.state]
    match rung.name:
        case RungName.SIGNED:
            return _signed(rung.state, shape, known, say)
        case RungName.ISSUED:
            return _issued(rung.state, known, say)
        case RungName.ACTIVATED:
            return _activated(rung.state, shape, known, say)
        case RungName.AUTHORISED:
            return _authorised(rung.state, shape, known, language)
        case RungName.WITHIN_VOLUME:
            return Line(state, say(_TITLES[rung.name][rung.state]))
        case RungName.EARLIER_CHECKS:
            return _earlier_checks(state, shape, known, say)


def _signed(state: RungState, shape: Shape, known: Known, say: Say) -> Line:
    css, title = STATES[state], _TITLES[RungName.SIGNED][state]
    if shape.reason is Reason.KEY_REVOKED_CONFIRMED and known.run is not None:
        why = say(N_("密钥 %(kid)s 后来撤销，账本证明在那之前已经发放"), kid=known.run.kid)
        return Line(css, say(_TITLES[RungName.SIGNED][RungState.PASS]), why)
    if state is RungState.PASS and known.run is not None:
        return Line(css, say(title), say(N_("%(county)s签发，密钥 %(kid)s"), county=known.county, kid=known.run.kid))
    if state is RungState.FAIL:
        title = _FAILED_BEFORE.get(shape.reason, title)
    if state is RungState.WARN:
        return Line(css, say(title))
    unread = _UNREAD if state is RungState.NOT_JUDGED else ""
    why = _UNSIGNED_WHY.get(shape.reason, unread)
    return Line(css, say(title), say(why, county=known.county) if why else "")


def _issued(state: RungState, known: Known, say: Say) -> Line:
    line = Line(STATES[state], say(_TITLES[RungName.ISSUED][state]))
    if state is not RungState.PASS or known.run is None:
        return line
    among = say(N_("%(count)s 枚之一"), count=count_text(known.run.count))
    return Line(line.state, line.title, among, entry_of(known.run.ledger_index))


def _activated(state: RungState, shape: Shape, known: Known, say: Say) -> Line:
    css, title = STATES[state], _TITLES[RungName.ACTIVATED][state]
    if state is RungState.PASS and shape.activated_place is not None:
        return Line(css, say(title), known.texts["activated_at"])
    if state is RungState.WARN:
        return Line(css, say(title), say(N_("企业应在包装、检验合格之后激活")))
    if state is RungState.FAIL and shape.act_kind in _ENDED:
        return Line(css, say(_ENDED[shape.act_kind]), known.texts["act_on"], act_entry(known.texts))
    return Line(css, say(title))


def _authorised(state: RungState, shape: Shape, known: Known, language: Language) -> Line:
    say, css = sayer(language), STATES[state]
    title = say(_TITLES[RungName.AUTHORISED][state])
    if known.package is None:
        return Line(css, title)
    if state is RungState.NOT_JUDGED and known.package.packed_on is None:
        return Line(css, title, say(N_("包装日期还没有登记，暂不判断")))
    if state is RungState.FAIL and shape.act_kind in ("suspend", "revoke", "expire"):
        return Line(css, title, known.texts["act_on"], act_entry(known.texts))
    if state is RungState.PASS and known.package.rights:
        right = known.package.rights[0]
        if right.authorised_until is None:
            return Line(css, title, say(N_("授权 %(number)s"), number=right.authorization_number))
        until = day_text(right.authorised_until, language)
        detail = say(N_("授权 %(number)s，至 %(until)s"), number=right.authorization_number, until=until)
        return Line(css, title, detail)
    return Line(css, title)


def _earlier_checks(state: str, shape: Shape, known: Known, say: Say) -> Line:
    if not shape.has_checks or state == STATES[RungState.NOT_JUDGED]:
        return Line(state, say(_NO_COUNT))
    title = say(_EARLIER_CHECKS, nth=known.texts["nth"])
    if not shape.was_checked:
        return Line(state, title, say(N_("此前没有人查过")))
    if not shape.knows_first:
        return Line(state, title)
    first = known.texts["first_on"]
    if shape.has_provinces:
        return Line(state, title, say(N_("首次 %(day)s；%(provinces)s"), day=first, provinces=known.texts["provinces"]))
    return Line(state, title, say(N_("首次 %(day)s"), day=first))

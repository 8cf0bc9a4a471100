"""A ledger entry for a reader: every field in words, every reference as a link, and the exact bytes beside them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.web.figures import Entry, count_text, day_text, entry_of, mass_text, minute_text
from api.web.language import Language
from api.web.public.words import RIGHT_KINDS
from api.web.translation import N_, Say, pgettext, sayer
from gimark.ledger.entries import decode, references

# `v` is the format's number and `type` is the heading.
_NOT_SHOWN = {"v", "type"}
_INSTANTS = {"t"}
_DAYS = {"from", "until", "harvested_from", "harvested_until", "packed_on"}

TYPES = {
    "key.add": N_("启用签名密钥"),
    "key.retire": N_("停用签名密钥"),
    "key.revoke": N_("撤销签名密钥"),
    "keyset.publish": N_("公布密钥清单"),
    "right.set": N_("登记地理标志权利"),
    "enterprise.set": N_("登记企业"),
    "item.set": pgettext("done", "登记商品"),
    "authorization.grant": N_("核准用标授权"),
    "authorization.amend": N_("变更用标授权"),
    "authorization.suspend": N_("暂停用标授权"),
    "authorization.restore": N_("恢复用标授权"),
    "authorization.revoke": N_("撤销用标授权"),
    "batch.register": pgettext("done", "登记批次"),
    "batch.confirm": pgettext("done", "确认包装"),
    "batch.amend": pgettext("done", "更正批次"),
    "batch.recall": pgettext("done", "召回批次"),
    "run.issue": N_("发放标识"),
    "run.activate": N_("激活标识"),
    "run.void": pgettext("done", "作废标识"),
    "run.return": N_("退回标识"),
    "run.reprint": N_("重印标签"),
    "rule.set": N_("设定规则"),
    "override.grant": N_("准许例外"),
    "private": N_("不公开文件的存证"),
    "correction": N_("更正账本"),
}
# What these are when they change what was registered before.
AMENDED = {
    "right.set": N_("变更地理标志权利"),
    "enterprise.set": N_("变更企业登记"),
    "item.set": N_("变更商品登记"),
}
FIELDS = {
    "t": N_("时间"),
    "by": N_("由谁"),
    "kid": N_("密钥编号"),
    "alg": N_("签名算法"),
    "pub": N_("公钥"),
    "from": N_("自"),
    "until": N_("至"),
    "at": N_("账本长度"),
    "seq": N_("清单序号"),
    "sha256": N_("摘要"),
    "gi": N_("地理标志"),
    "kind": N_("种类"),
    "area": N_("产地范围"),
    "standard": N_("执行标准"),
    "announcement": N_("批准公告"),
    "trademark": N_("商标注册号"),
    "amends": N_("修改的登记"),
    "name": N_("名称"),
    "uscc": N_("统一社会信用代码"),
    "subject": N_("对象"),
    "enterprise": N_("企业"),
    "gtin": N_("商品条码"),
    "class": N_("品类"),
    "classes": N_("品类"),
    "grade": N_("等级"),
    "net_g": N_("净含量"),
    "right": N_("权利"),
    "rights": N_("权利"),
    "number": N_("文号"),
    "labels_per_year": N_("每年标识数"),
    "authorization": N_("用标授权"),
    "authorizations": N_("用标授权"),
    "reason": N_("原因"),
    "item": N_("商品"),
    "lot": N_("批次号"),
    "town": N_("乡镇代码"),
    "harvested_from": N_("采收自"),
    "harvested_until": N_("采收至"),
    "planned_g": N_("计划质量"),
    "batch": N_("批次登记"),
    "packed_g": N_("包装质量"),
    "packed_on": N_("包装日期"),
    "run": N_("标识发放"),
    "count": N_("枚数"),
    "epoch": N_("号码密钥期"),
    "codes_root": N_("全部标识的摘要"),
    "ranges": N_("号段"),
    "rule": N_("规则"),
    "value": N_("取值"),
    "source": N_("依据"),
    "what": N_("事项"),
    "commitment": N_("承诺值"),
    "entry": N_("被更正的条目"),
}
# What a list says of an entry: these fields of it, in this order, as far as it has them.
SUMMARIES = {
    "key.add": ("kid", "alg"),
    "key.retire": ("kid",),
    "key.revoke": ("kid",),
    "keyset.publish": ("seq",),
    "right.set": ("gi", "kind", "amends"),
    "enterprise.set": ("name",),
    "item.set": ("name", "gtin"),
    "authorization.grant": ("number", "enterprise"),
    "authorization.amend": ("number", "authorization", "reason"),
    "authorization.suspend": ("authorization", "reason"),
    "authorization.restore": ("authorization", "reason"),
    "authorization.revoke": ("authorization", "reason"),
    "batch.register": ("lot", "planned_g"),
    "batch.confirm": ("batch", "packed_on", "packed_g"),
    "batch.amend": ("batch", "reason"),
    "batch.recall": ("batch", "reason"),
    "run.issue": ("lot", "count"),
    "run.activate": ("run", "ranges"),
    "run.void": ("run", "ranges", "reason"),
    "run.return": ("run", "ranges", "reason"),
    "run.reprint": ("run", "ranges", "reason"),
    "rule.set": ("rule", "value"),
    "override.grant": ("what",),
    "private": ("kind",),
    "correction": ("entry", "reason"),
}
ROLES = {
    "root": N_("根密钥保管人"),
    "regulator": N_("监管部门"),
    "producer": N_("企业"),
    "platform": N_("平台"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One field as shown; `entries` are the ledger entries it refers to, and then `text` is empty."""

    label: str
    text: str
    entries: tuple[Entry, ...] = ()


def title_of(fields: Mapping[str, Any], language: Language) -> str:
    """What kind of act an entry is; a type that this page does not know keeps its own name."""
    type_ = str(fields["type"])
    if type_ in AMENDED and "amends" in fields:
        return sayer(language)(AMENDED[type_])
    return sayer(language)(TYPES[type_]) if type_ in TYPES else type_


def rows_of(fields: Mapping[str, Any], language: Language) -> tuple[Row, ...]:
    """Every field of an entry, in the entry's own order but with time and role first."""
    first = ("t", "by")
    return _rows(fields, (*first, *(name for name in fields if name not in _NOT_SHOWN and name not in first)), language)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in a list: where it stands, when it was written, what kind of act it is, by whom, and its main facts."""

    entry: Entry
    when: str
    title: str
    by: str
    facts: tuple[Row, ...]


def line_of(index: int, raw: bytes, language: Language) -> Line:
    """Entry `index`, whose exact bytes are `raw`, as a line. Raises LedgerError when `raw` is no entry."""
    fields = decode(raw)
    when, by = _rows(fields, ("t", "by"), language)
    names = [name for name in SUMMARIES.get(fields["type"], ()) if name in fields]
    facts = _rows(fields, names, language)
    if "subject" in fields and fields["type"] == "enterprise.set":
        facts = (Row("", sayer(language)(N_("个体工商户，账本里只有名称的摘要"))),)
    return Line(entry_of(index), when.text, title_of(fields, language), by.text, facts)


def _rows(fields: Mapping[str, Any], names: Iterable[str], language: Language) -> tuple[Row, ...]:
    say = sayer(language)
    refers: dict[str, list[Entry]] = {}
    is_known = fields["type"] in TYPES
    if is_known:
        for name, index in references(fields):
            refers.setdefault(name, []).append(entry_of(index))
    rows = []
    for name in names:
        # In `run.issue` the run is a number of its own; elsewhere it is the entry that issued it.
        label = N_("发放编号") if name == "run" and name not in refers else FIELDS.get(name)
        shown = say(label) if label else name
        if name in refers:
            rows.append(Row(shown, "", tuple(refers[name])))
        else:
            # A type of a later version may mean something else by a name that is used here.
            has_sense = is_known or name in ("t", "by")
            rows.append(Row(shown, _text(name, fields[name], say, language) if has_sense else _as_it_is(fields[name])))
    return tuple(rows)


def _as_it_is(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(name: str, value: Any, say: Say, language: Language) -> str:
    """One value in words; what the format leaves open is shown as it stands."""
    if value is None:
        return say(N_("没有")) if name == "until" else say(N_("不详"))
    if name in _INSTANTS:
        return minute_text(datetime.fromisoformat(value), language)
    if name in _DAYS:
        return day_text(date.fromisoformat(value), language)
    if name.endswith("_g"):
        return mass_text(value)
    if name == "ranges":
        spans = [f"{count_text(first + 1)}–{count_text(last + 1)}" for first, last in value]
        return say(N_("第 %(spans)s 枚"), spans="、".join(spans) if language == "zh" else ", ".join(spans))
    if name in ("count", "labels_per_year", "at"):
        return count_text(value)
    known = {"by": ROLES, "kind": RIGHT_KINDS}.get(name, {})
    if isinstance(value, str) and value in known:
        return say(known[value])
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ("、" if language == "zh" else ", ").join(value)
    return _as_it_is(value)

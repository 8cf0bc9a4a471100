"""Which texts the law wants on the label, by right and class, and which are missing.

Sources: the CNIPA Measures for the special mark (announcement No. 354, trial) for what stands at the mark; Food Safety
Law, article 67, and GB 7718-2025 (4.10, 4.11) for prepackaged food; this platform's own rule where none is cited.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from labels.errors import Fault, MissingTextError
from labels.values import LabelValues, Right, printed


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a duty comes from."""

    zh: str
    en: str


MEASURES_354: Final = Rule("《地理标志专用标志使用管理办法（试行）》", "CNIPA Measures for the GI special mark (trial)")
FOOD_SAFETY_67: Final = Rule("《食品安全法》第六十七条", "Food Safety Law, article 67")
GB_7718_STANDARD: Final = Rule("GB 7718—2025 第4.10条", "GB 7718-2025, 4.10")
GB_7718_GRADE: Final = Rule("GB 7718—2025 第4.11条", "GB 7718-2025, 4.11")
PLATFORM: Final = Rule("本平台标签规则", "label rule of this platform")

# Measures on metrological supervision of prepackages (SAMR Order 70), article 6 and annex 2: up to how many grams the
# characters of the net content must be how high, in mm.
_NET_CONTENT_HEIGHTS_MM: Final = ((50, 2.0), (200, 3.0), (1000, 4.0))
_NET_CONTENT_HEIGHT_ABOVE_MM: Final = 6.0

# The name of each item on the label, Chinese and English; the keys are those of `values.printed`.
ITEMS: Final[dict[str, tuple[str, str]]] = {
    "uscc": ("统一社会信用代码", "unified social credit code"),
    "product_name": ("产品名称", "product name"),
    "standard": ("执行标准代号", "standard code"),
    "announcement": ("批准公告号", "approval announcement number"),
    "trademark": ("商标及商标注册号", "trademark and its registration number"),
    "grade": ("质量等级", "quality grade"),
    "producer": ("生产者名称", "producer's name"),
    "address": ("生产者地址", "producer's address"),
    "contact": ("生产者联系方式", "producer's contact"),
    "net_content": ("净含量", "net content"),
    "packed_on": ("包装日期", "packing date"),
    "lot": ("批次号", "lot"),
    "storage": ("贮存条件", "storage conditions"),
    "shelf_life": ("保质期", "shelf life"),
    "ingredients": ("配料", "ingredients"),
    "licence": ("食品生产许可证编号", "food production licence number"),
}
# What must stand at the mark cannot be left to the package.
AT_THE_MARK: Final = frozenset({"uscc", "product_name", "trademark"})


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that keeps the label from being printed: an item that must be there, or a grade that must not."""

    item: str
    rule: Rule
    is_forbidden: bool = False
    detail: str = ""

    @property
    def fault(self) -> Fault:
        """The same as a fault that a page can show beside its field."""
        zh, en = ITEMS[self.item]
        if self.is_forbidden:
            return Fault(
                self.item,
                f"现行标准未规定等级“{self.detail}”，标签不得标示（{self.rule.zh}）",
                f"the standard in force defines no grade “{self.detail}”, so none may be shown ({self.rule.en})",
                "删去等级，或先在标准数据中登记该等级",
                "leave the grade out, or record it with the standard first",
            )
        about_zh, about_en = (f"（{self.detail}）", f" of {self.detail}") if self.detail else ("", "")
        return Fault(
            self.item,
            f"缺少{zh}{about_zh}，依据：{self.rule.zh}",
            f"{en}{about_en} is missing, wanted by: {self.rule.en}",
            *self._remedy(),
        )

    def _remedy(self) -> tuple[str, str]:
        if self.item in AT_THE_MARK:
            return "补填后再下单", "add it before ordering"
        if self.item == "packed_on":
            return (
                "请先确认包装；包装上已印好日期的，请在“包装上已印的内容”中勾选",
                "confirm the packing first, or, where the pack bears the date, say that it is on the pack",
            )
        return "请补填；包装上已印好的，请在“包装上已印的内容”中勾选", "add it, or say that it is on the pack already"


def missing(values: LabelValues, shown: frozenset[str] | None = None) -> tuple[Missing, ...]:
    """All that is missing or forbidden. `shown` are the keys that the template draws; None: every key."""
    label = _Label(values, shown)
    return (*_at_the_mark(label), *_of_the_maker(label), *_of_the_food(label), *_grade(label))


def require_mandatory(values: LabelValues, shown: frozenset[str] | None = None) -> None:
    """`MissingTextError` with one fault for each thing that is missing or forbidden."""
    found = missing(values, shown)
    if found:
        raise MissingTextError([item.fault for item in found])


def net_content_height_mm(net_g: int | None) -> float:
    """The least height of the characters of the net content; the least of all when the mass is not known."""
    if net_g is None:
        return _NET_CONTENT_HEIGHTS_MM[0][1]
    fitting = (height for most, height in _NET_CONTENT_HEIGHTS_MM if net_g <= most)
    return next(fitting, _NET_CONTENT_HEIGHT_ABOVE_MM)


class _Label:
    """What stands where: on this label, or on the package."""

    def __init__(self, values: LabelValues, shown: frozenset[str] | None) -> None:
        self.values = values
        self._texts = printed(values)
        self._shown = shown

    def shows(self, item: str) -> bool:
        """Whether the template draws the item, or the package is said to bear it."""
        drawn = self._shown is None or ("description" if item == "grade" else item) in self._shown
        return drawn or self.leaves_to_the_pack(item)

    def says(self, item: str) -> bool:
        """Whether the buyer can read the item, here or on the package."""
        return self.leaves_to_the_pack(item) or (bool(self._texts[item]) and self.shows(item))

    def leaves_to_the_pack(self, item: str) -> bool:
        """Whether the package bears the item; never so for what belongs at the mark."""
        return item in self.values.on_pack and item not in AT_THE_MARK

    def absent(self, rule: Rule, *items: str) -> Iterator[Missing]:
        """Those of `items` that the buyer cannot read."""
        yield from (Missing(item, rule) for item in items if not self.says(item))


def _at_the_mark(label: _Label) -> Iterator[Missing]:
    """Measures No. 354: the code at the mark; for a GI product its name with the standard or the announcement; for a
    mark that trademark with its registration number."""
    yield from label.absent(MEASURES_354, "uscc", "product_name")
    for right in label.values.rights:
        if right.kind == "gi_product":
            yield from _of_gi_product(label, right)
        elif right.kind in ("certification_mark", "collective_mark") and not (
            right.name and right.trademark and label.shows("trademark")
        ):
            yield Missing("trademark", MEASURES_354, detail=right.name)


def _of_gi_product(label: _Label, right: Right) -> Iterator[Missing]:
    if label.says("product_name") and right.name not in label.values.product_name:
        yield Missing("product_name", MEASURES_354, detail=right.name)
    by_standard = right.standard and label.shows("standard")
    by_announcement = right.announcement and label.shows("announcement")
    if not (by_standard or by_announcement or label.leaves_to_the_pack("standard")):
        yield Missing("standard", MEASURES_354, detail=right.name)


def _of_the_maker(label: _Label) -> Iterator[Missing]:
    """Who made it, how much, when, how to keep it; and the lot, which the code beside it carries too."""
    rule = FOOD_SAFETY_67 if label.values.is_prepackaged_food else PLATFORM
    yield from label.absent(rule, "producer", "address", "net_content", "packed_on", "storage")
    yield from label.absent(PLATFORM, "lot")


def _of_the_food(label: _Label) -> Iterator[Missing]:
    """What only prepackaged food needs."""
    if not label.values.is_prepackaged_food:
        return
    yield from label.absent(GB_7718_STANDARD, "standard")
    yield from label.absent(FOOD_SAFETY_67, "shelf_life", "ingredients", "contact")
    if label.values.needs_licence:
        yield from label.absent(FOOD_SAFETY_67, "licence")


def _grade(label: _Label) -> Iterator[Missing]:
    """GB 7718-2025, 4.11: shown when the standard defines grades, and only one that it defines."""
    grade, defined = label.values.grade, label.values.defined_grades
    if grade is None:
        if defined and not label.leaves_to_the_pack("grade"):
            yield Missing("grade", GB_7718_GRADE)
    elif grade not in defined:
        yield Missing("grade", GB_7718_GRADE, is_forbidden=True, detail=grade)
    elif not label.shows("grade"):
        yield Missing("grade", GB_7718_GRADE)

"""What the studio calls things."""

from typing import Final

from api.web.translation import N_
from gimark.issuance.rules import PrintFormat
from labels.carrier import Legibility
from labels.face import Style

FORMATS: Final = {
    PrintFormat.PDF: N_("PDF（普通打印机、印刷厂）"),
    PrintFormat.ZPL: N_("ZPL（斑马等热敏打印机）"),
    PrintFormat.TSPL: N_("TSPL（TSC、佳博等热敏打印机）"),
    PrintFormat.SVG: N_("SVG（逐枚，设计用）"),
    PrintFormat.PNG: N_("PNG（逐枚，黑白点阵）"),
}
STYLES: Final = {
    Style.TEXT: N_("正文"),
    Style.BOLD: N_("粗体"),
    Style.SONG: N_("品名"),
    Style.CODE: N_("号码"),
}
ALIGNS: Final = (("left", N_("左")), ("centre", N_("中")), ("right", N_("右")))
KEYS: Final = {
    "product_name": N_("产品名称"),
    "description": N_("品类与等级"),
    "uscc": N_("统一社会信用代码"),
    "standard": N_("执行标准"),
    "announcement": N_("批准公告"),
    "trademark": N_("商标注册"),
    "producer": N_("生产者"),
    "address": N_("地址"),
    "contact": N_("电话"),
    "lot": N_("批次"),
    "packed_on": N_("包装日期"),
    "net_content": N_("净含量"),
    "shelf_life": N_("保质期"),
    "storage": N_("贮存"),
    "licence": N_("许可证"),
    "ingredients": N_("配料"),
    "host": N_("查验网址"),
}
LEGIBILITY: Final = {
    Legibility.GOOD: ("ok", N_("好读")),
    Legibility.SMALL: ("warn", N_("偏小")),
    Legibility.REFUSED: ("bad", N_("不能用")),
}

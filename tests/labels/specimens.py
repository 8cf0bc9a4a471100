"""Labels of an invented county, with codes that are shaped like real ones but signed by nobody."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from labels.design import Design, make_design
from labels.fonts import Faces, find_faces
from labels.layout import SERIAL_ALPHABET, Layout, lay_out
from labels.library import shipped_templates
from labels.template import Template
from labels.values import LabelValues, Right

GI = Right("gi_product", "云溪香菇", standard="GB/T 99952-2024")
VALUES = LabelValues(
    product_name="云溪香菇",
    rights=(GI,),
    uscc="93000952MA0YXT007Q",
    producer="云溪县松雾菌业专业合作社",
    address="云溪县松坞镇岭下路8号",
    lot="26-112",
    host="gi.yunxi.example",
    packed_on=date(2026, 11, 12),
    net_content="100 g",
    net_g=100,
    storage="阴凉干燥处，密封避光",
    description="干香菇·花菇",
    grade="一级",
    defined_grades=("一级", "二级"),
    shelf_life="18个月",
    licence="SC11699990100013",
    needs_licence=True,
    on_pack=frozenset({"contact", "ingredients"}),
)
ROLL_70, ROLL_50, SHEET = "roll-70x40", "roll-50x30", "a4-3x8"
URI_LENGTH = 162
_HEAD = b"https://gi.yunxi.example/01/09521123000262/10/26-112/21/"
_BASE64URL = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def codes(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """URIs (count, 162) and serials (count, 13)."""
    noise = np.random.default_rng(seed)
    serials = np.frombuffer(SERIAL_ALPHABET.encode(), np.uint8)[noise.integers(0, 32, (count, 13))]
    uris = np.empty((count, URI_LENGTH), np.uint8)
    uris[:, : len(_HEAD)] = np.frombuffer(_HEAD, np.uint8)
    uris[:, len(_HEAD) : len(_HEAD) + 13] = serials
    uris[:, len(_HEAD) + 13 : -86] = np.frombuffer(b"?s=AQAB", np.uint8)
    uris[:, -86:] = np.frombuffer(_BASE64URL, np.uint8)[noise.integers(0, 64, (count, 86))]
    return uris, serials


@cache
def faces() -> Faces:
    """The fonts of this machine."""
    return find_faces()


def template(name: str) -> Template:
    """A template that comes with the program."""
    return shipped_templates()[name]


def layout(name: str = ROLL_70, dpi: int = 300, **changes: Any) -> Layout:
    """A template laid out with the specimen's values, some of them changed."""
    return lay_out(template(name), replace(VALUES, **changes), URI_LENGTH, dpi, faces())


@cache
def design(name: str = ROLL_70, dpi: int = 300) -> Design:
    """A finished design of the specimen."""
    return make_design(layout(name, dpi), faces())

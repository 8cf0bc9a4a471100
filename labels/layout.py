"""Laying out one batch's label: template, values and fonts to placed texts, before any file is made.

Whatever cannot be printed as the template wants it is an error here, and names the field.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from labels.artwork import Artwork
from labels.block import lay_block
from labels.carrier import Carrier, advise, require_legible
from labels.errors import Checked, Fault, TemplateError
from labels.face import Face, Faces, Style, require_glyphs
from labels.geometry import start_x
from labels.mandatory import AT_THE_MARK, net_content_height_mm, require_mandatory
from labels.mark import PlacedArtwork, place_artwork, placeholder
from labels.placed import PlacedCircle, PlacedRule, PlacedText
from labels.template import SerialField, Template, TextField
from labels.text import LEAST_HEIGHT_MM, Fit, fit_line, least_size
from labels.values import LabelValues, printed

SERIAL_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TOLERANCE_MM: Final = 0.01
# Not text that the law asks for: it may be smaller than 1.8 mm.
_FREE_KEYS: Final = frozenset({"host", "description"})


@dataclass(frozen=True, slots=True)
class Layout:
    """A label with everything in its place, the same for all labels of a batch but for symbol and typed code.

    `symbol_mm` is the top left corner of the first module, without the quiet zone. `typed` holds a placeholder of
    the typed code at its place.
    """

    template: Template
    carrier: Carrier
    symbol_mm: tuple[float, float]
    texts: tuple[PlacedText, ...]
    rules: tuple[PlacedRule, ...]
    circles: tuple[PlacedCircle, ...]
    artwork: PlacedArtwork | None
    typed: PlacedText
    is_draft: bool


def lay_out(
    template: Template,
    values: LabelValues,
    payload_length: int,
    dpi: int,
    faces: Faces,
    artwork: Artwork | None = None,
) -> Layout:
    """The layout of one batch's label for a printer of `dpi`, with symbols of `payload_length` bytes.

    `MissingTextError` when something mandatory is neither drawn nor on the package, `CarrierError` when the symbol
    would be illegible, `FontError` when a character cannot be drawn, `TemplateError` when a text does not fit; a plain
    `LabelError` with the faults of all when there are several kinds.
    """
    checked = Checked()
    checked.take(lambda: require_mandatory(values, template.keys))
    carrier = checked.take(lambda: require_legible(advise(payload_length, template.qr.box_mm, dpi, template.qr.level)))
    placed = _placed(template, values, faces, checked)
    circles, words = ((), ()) if artwork else placeholder(template.mark, faces)
    mark = checked.take(lambda: place_artwork(template.mark, artwork)) if artwork else None
    typed = checked.take(lambda: _typed(template.serial, faces[Style.CODE]))
    checked.settle()
    assert carrier is not None
    assert typed is not None
    return Layout(
        template=template,
        carrier=carrier,
        symbol_mm=_symbol_corner(template, carrier),
        texts=(*placed, *words),
        rules=tuple(
            PlacedRule(rule.x1_mm, rule.y1_mm, rule.x2_mm, rule.y2_mm, rule.weight_mm) for rule in template.rules
        ),
        circles=circles,
        artwork=mark,
        typed=typed,
        is_draft=any(face.is_draft for face in faces.values()),
    )


def _placed(template: Template, values: LabelValues, faces: Faces, checked: Checked) -> list[PlacedText]:
    """All texts but those of the mark and the code; what is wrong with them goes into `checked`."""
    texts = _drawn(values)
    placed: list[PlacedText] = []
    for number, field in enumerate(template.texts):
        text = checked.take(partial(_place, field, f"texts/{number}", texts, values, faces))
        placed += [text] if text is not None else []
    for number, block in enumerate(template.lines):
        placed += checked.take(partial(lay_block, block, f"lines/{number}", texts, faces)) or ()
    return placed


def _drawn(values: LabelValues) -> dict[str, str | None]:
    """The texts of the label; what the package bears is left to it."""
    left = values.on_pack - AT_THE_MARK
    return {key: None if key in left else text for key, text in printed(values).items()}


def _symbol_corner(template: Template, carrier: Carrier) -> tuple[float, float]:
    """Where the first module goes, so that symbol and quiet zone are centred in their box."""
    inset = (template.qr.box_mm - carrier.modules * carrier.module_mm) / 2
    return template.qr.x_mm + inset, template.qr.y_mm + inset


def _place(
    field: TextField, path: str, texts: dict[str, str | None], values: LabelValues, faces: Faces
) -> PlacedText | None:
    """The field's text at the largest size that fits; None when its value is empty."""
    text = field.text if field.key is None else texts[field.key]
    if not text:
        return None
    if field.with_key is not None and not texts[field.with_key]:
        return None
    text = field.prefix + text
    face = faces[field.style]
    require_glyphs(face, text, path)
    fit = _shrunk(field, path, text, _least(field, text, values, face), face)
    return PlacedText(
        field.style,
        fit.text,
        start_x(field.x_mm, fit.width_mm, field.align),
        field.y_mm,
        fit.size_mm,
        fit.stretch,
    )


def _least(field: TextField, text: str, values: LabelValues, face: Face) -> "_Least":
    """The smallest size that template and law allow, and which of them says so."""
    own = _Least(field.least_mm, "模板的最小字号", "the template's least size")
    if field.key is None or field.key in _FREE_KEYS:
        return own
    is_net = field.key == "net_content"
    height = net_content_height_mm(values.net_g) if is_net else LEAST_HEIGHT_MM
    by_law = least_size(face, text, height)
    if by_law <= field.least_mm:
        return own
    zh, en = ("市场监管总局令第70号附件2", "SAMR Order 70, annex 2") if is_net else ("GB 7718", "GB 7718")
    return _Least(by_law, f"{zh}，字符高度不小于 {height:g} mm", f"{en}: characters at least {height:g} mm high")


def _shrunk(field: TextField, path: str, text: str, least: "_Least", face: Face) -> Fit:
    """Narrower first, then smaller."""
    if least.size_mm > field.size_mm + _TOLERANCE_MM:
        raise TemplateError([_too_high(path, text, least, field.size_mm)])
    for size in (field.size_mm, (field.size_mm + least.size_mm) / 2, least.size_mm):
        fit = fit_line(face, text, size, field.width_mm)
        if fit is not None:
            return fit
    raise TemplateError([_too_wide(path, text, least, field.width_mm)])


def _typed(field: SerialField, face: Face) -> PlacedText:
    """The place of the typed code: every code as wide as the widest, so that all stand in one column."""
    widest = max(SERIAL_ALPHABET, key=face.width)
    sample = f"{widest * 4}-{widest * 4}-{widest * 5}"
    require_glyphs(face, f"{SERIAL_ALPHABET}-", "serial")
    if field.size_mm < least_size(face, sample):
        raise TemplateError([_too_low(field, least_size(face, sample))])
    fit = fit_line(face, sample, field.size_mm, field.width_mm)
    if fit is None:
        own = _Least(field.size_mm, "模板的字号", "the template's size")
        raise TemplateError([_too_wide("serial", sample, own, field.width_mm)])
    return PlacedText(Style.CODE, sample, field.x_mm - fit.width_mm / 2, field.y_mm, fit.size_mm, fit.stretch)


class _Least(NamedTuple):
    """The smallest size of a text, and the rule that it comes from."""

    size_mm: float
    rule_zh: str
    rule_en: str


def _too_wide(field: str, text: str, least: _Least, room: float) -> Fault:
    return Fault(
        field,
        f"“{text}”以 {least.size_mm:.2f} mm 字号在 {room:.1f} mm 内排不下，依据：{least.rule_zh}",
        f"“{text}” at {least.size_mm:.2f} mm does not fit in {room:.1f} mm, by {least.rule_en}",
        "缩短文字，将该项印在包装上，或选用更大的标签",
        "shorten the text, leave it to the package, or choose a larger label",
    )


def _too_high(field: str, text: str, least: _Least, room: float) -> Fault:
    return Fault(
        field,
        f"“{text}”需要 {least.size_mm:.2f} mm 字号，模板最多 {room:.2f} mm，依据：{least.rule_zh}",
        f"“{text}” needs size {least.size_mm:.2f} mm, the template gives at most {room:.2f} mm, by {least.rule_en}",
        "将该项印在包装上，或选用更大的标签",
        "leave it to the package, or choose a larger label",
    )


def _too_low(field: SerialField, least: float) -> Fault:
    return Fault(
        "serial",
        f"字号 {field.size_mm:.2f} mm 的号码低于 {LEAST_HEIGHT_MM} mm",
        f"a typed code of size {field.size_mm:.2f} mm is lower than {LEAST_HEIGHT_MM} mm",
        f"字号至少 {least:.2f} mm",
        f"make the size at least {least:.2f} mm",
    )

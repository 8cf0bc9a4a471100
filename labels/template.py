"""A label template: data in millimetres.

Positions count from the label's top left corner; texts stand on their baseline. A template says where things go and
how small they may get; what they say comes from `LabelValues`.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from labels.face import Style
from labels.qr import Level
from labels.values import KEYS

Length = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Size = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
Leading = Annotated[float, Field(ge=1, le=3, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
Caption = Annotated[str, Field(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
Align = Literal["left", "centre", "right"]


def _known(key: str) -> str:
    if key not in KEYS:
        raise ValueError(f"no value has this name / 没有这个值: {key}")
    return key


Key = Annotated[str, AfterValidator(_known)]


class _Data(BaseModel):
    """Values that do not change and take no word they do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelSize(_Data):
    """The label itself. `safe_mm` is the rim in which nothing may be printed, `bleed_mm` what is cut off around."""

    width_mm: Size
    height_mm: Size
    safe_mm: Length = 0.5
    bleed_mm: Length = 0.0


class Roll(_Data):
    """One label a page, in the order of the roll. `gap_mm` is the liner between labels, set in the printer."""

    gap_mm: Length = 2.0


class Sheet(_Data):
    """Labels in a grid on a page, row by row from the top left."""

    page_width_mm: Size
    page_height_mm: Size
    columns: Annotated[int, Field(ge=1, le=50)]
    rows: Annotated[int, Field(ge=1, le=50)]
    left_mm: Length
    top_mm: Length
    gap_x_mm: Length = 0.0
    gap_y_mm: Length = 0.0


class QrField(_Data):
    """The square for the symbol with its quiet zone; the symbol is the largest one of whole dots, centred in it."""

    x_mm: Length
    y_mm: Length
    box_mm: Size
    level: Level = "M"


class MarkField(_Data):
    """The circle for the special mark: centre and diameter."""

    x_mm: Length
    y_mm: Length
    diameter_mm: Size


class TextField(_Data):
    """One line of text: a `key` of the label's values, or fixed `text`. It may shrink from `size_mm` to `least_mm`.

    `prefix` stands before the value. A fixed text `with_key` is drawn only where that key has a value: it is the
    caption of another field.
    """

    x_mm: Length
    y_mm: Length
    width_mm: Size
    size_mm: Size
    least_mm: Size
    style: Style = Style.TEXT
    align: Align = "left"
    key: Key | None = None
    text: Caption | None = None
    with_key: Key | None = None
    prefix: Caption = ""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.key is None) == (self.text is None):
            raise ValueError("either key or text, not both / key 与 text 只能填一个")
        return self


class SerialField(_Data):
    """The typed code of each label: fifteen characters of one width, centred on `x_mm`."""

    x_mm: Length
    y_mm: Length
    width_mm: Size
    size_mm: Size


class RuleField(_Data):
    """A straight line."""

    x1_mm: Length
    y1_mm: Length
    x2_mm: Length
    y2_mm: Length
    weight_mm: Size = 0.15


class Cell(_Data):
    """A caption with the value of `key`; without that value there is no caption either."""

    key: Key
    caption: Caption = ""


class Row(_Data):
    """Cells beside each other; a row whose cells are all empty takes no room."""

    cells: Annotated[tuple[Cell, ...], Field(min_length=1, max_length=4)]


class LinesField(_Data):
    """A block of rows from `y_mm` (its top) down to `y_mm + height_mm`.

    Texts are `size_mm` high and may be set narrower or smaller, down to `least_mm`, then run on into the next line.
    Lines are `leading` times their size apart and may close up to `least_leading`. With `caption_mm` captions are
    spread over a column of that width; else they stand just before their value.
    """

    x_mm: Length
    y_mm: Length
    width_mm: Size
    height_mm: Size
    size_mm: Size
    least_mm: Size
    leading: Leading = 1.2
    least_leading: Leading = 1.0
    rows: Annotated[tuple[Row, ...], Field(max_length=30)]
    caption_mm: Length = 0.0
    caption_size_mm: Size | None = None


class Template(_Data):
    """A label with its carrier: a roll or a sheet, exactly one of the two.

    `fonts` names a font of the machine (its PostScript name) for a style; the others have the usual one.
    """

    id: Name
    name_zh: Name
    name_en: Name
    label: LabelSize
    qr: QrField
    mark: MarkField
    serial: SerialField
    texts: Annotated[tuple[TextField, ...], Field(max_length=40)]
    lines: Annotated[tuple[LinesField, ...], Field(max_length=4)] = ()
    rules: Annotated[tuple[RuleField, ...], Field(max_length=20)] = ()
    fonts: dict[Style, Name] = {}
    roll: Roll | None = None
    sheet: Sheet | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The keys of `LabelValues` that the template draws."""
        cells = (cell.key for block in self.lines for row in block.rows for cell in row.cells)
        return frozenset((*cells, *(text.key for text in self.texts if text.key)))

    @property
    def per_page(self) -> int:
        """Labels on a page."""
        return 1 if self.sheet is None else self.sheet.columns * self.sheet.rows

    @property
    def page_mm(self) -> tuple[float, float]:
        """Width and height of a page."""
        if self.sheet is not None:
            return self.sheet.page_width_mm, self.sheet.page_height_mm
        bleed = 2 * self.label.bleed_mm
        return self.label.width_mm + bleed, self.label.height_mm + bleed

    def corners_mm(self) -> tuple[tuple[float, float], ...]:
        """The top left corner of each label on a page, from the page's top left, in printing order."""
        sheet = self.sheet
        if sheet is None:
            return ((self.label.bleed_mm, self.label.bleed_mm),)
        across = self.label.width_mm + sheet.gap_x_mm
        down = self.label.height_mm + sheet.gap_y_mm
        return tuple(
            (sheet.left_mm + column * across, sheet.top_mm + row * down)
            for row in range(sheet.rows)
            for column in range(sheet.columns)
        )

    @model_validator(mode="after")
    def _has_one_carrier(self) -> Self:
        if (self.roll is None) == (self.sheet is None):
            raise ValueError("either roll or sheet / roll 与 sheet 只能填一个")
        return self

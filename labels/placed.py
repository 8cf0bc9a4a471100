"""What a layout is made of: texts and lines at their places, in mm from the label's top left corner."""

from dataclasses import dataclass

from labels.face import Style


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A line of text. `x_mm` is its left end, `y_mm` its baseline; `spacing_mm` is added after each character."""

    style: Style
    text: str
    x_mm: float
    y_mm: float
    size_mm: float
    stretch: float = 1.0
    spacing_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A straight line."""

    x1_mm: float
    y1_mm: float
    x2_mm: float
    y2_mm: float
    weight_mm: float


@dataclass(frozen=True, slots=True)
class PlacedCircle:
    """The outline of a circle, dashed when `dash_mm` is not 0."""

    x_mm: float
    y_mm: float
    radius_mm: float
    weight_mm: float
    dash_mm: float = 0.0

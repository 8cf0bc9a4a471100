"""Artwork that was read: a picture for screens, and for vector files the drawing itself as a PDF form."""

import io
from dataclasses import dataclass

from PIL import Image

# Bytes of a PDF object; a number stands for a reference to that one of the form's own objects.
Tree = tuple[bytes | int, ...]


@dataclass(frozen=True, slots=True)
class FormObject:
    """An indirect object of a form: a value, or a stream with its dictionary but for `/Length`."""

    value: Tree
    stream: bytes | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A drawing as a PDF form XObject (ISO 32000-1, 8.10) that fills the unit square by `matrix`."""

    box: tuple[float, float, float, float]
    matrix: tuple[float, float, float, float, float, float]
    operators: bytes
    resources: Tree = (b"<<>>",)
    objects: tuple[FormObject, ...] = ()


@dataclass(frozen=True, slots=True)
class Artwork:
    """A licensed mark. Only the proportion of `width` and `height` counts: pixels of a picture, units of a drawing.

    `png` shows it on white; it is what is printed when there is no `form`. `paths` is a vector mark as SVG elements in
    those units, where it was SVG.
    """

    width: float
    height: float
    png: bytes
    form: Form | None = None
    paths: str | None = None

    @property
    def is_vector(self) -> bool:
        """Whether it can be printed at any size."""
        return self.form is not None

    @property
    def rgb(self) -> tuple[int, int, bytes]:
        """Width and height in pixels of the picture, and its three bytes a pixel, row by row."""
        with Image.open(io.BytesIO(self.png), formats=("PNG",)) as picture:
            return picture.width, picture.height, picture.convert("RGB").tobytes()

"""Fitting text: how high it must be, how narrow it may get, where it may break."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from labels.face import Face

# GB 7718: characters of mandatory text on packages of more than 35 cm².
LEAST_HEIGHT_MM: Final = 1.8
# How much narrower than designed a line may be set before it is set smaller or broken.
LEAST_STRETCH: Final = 0.88
_NOT_FIRST: Final = frozenset("，。、；：！？）》”’％…·)]}.,;:!?%")
_NOT_LAST: Final = frozenset("（《“‘([{")


@dataclass(frozen=True, slots=True)
class Fit:
    """A text at its size; `stretch` is its horizontal scale, at most 1."""

    text: str
    size_mm: float
    stretch: float
    width_mm: float


def least_size(face: Face, text: str, height_mm: float = LEAST_HEIGHT_MM) -> float:
    """The size at which the lowest characters of `text` are `height_mm` high: Latin ones and digits, else Chinese."""
    latin = any(character.isascii() and character.isalnum() for character in text)
    return height_mm / (face.capital_height if latin else face.han_height)


def fit_line(face: Face, text: str, size_mm: float, width_mm: float) -> Fit | None:
    """`text` on one line of `width_mm`, set narrower if it must be; None when it does not fit."""
    natural = face.width(text) * size_mm
    stretch = min(1.0, width_mm / natural) if natural else 1.0
    return Fit(text, size_mm, stretch, natural * stretch) if stretch >= LEAST_STRETCH else None


def wrap(face: Face, text: str, size_mm: float, width_mm: float) -> list[Fit] | None:
    """`text` broken into lines of `width_mm`; None when a single piece is wider than that.

    Chinese breaks anywhere but before closing and after opening punctuation; words, numbers and codes stay whole.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and face.width((line + piece).rstrip()) * size_mm > width_mm:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    lines.append(line.rstrip())
    fits = [fit_line(face, content, size_mm, width_mm) for content in lines]
    return None if None in fits else [fit for fit in fits if fit is not None]


def _pieces(text: str) -> Iterator[str]:
    """The parts of `text` between which a line may break."""
    piece = ""
    for character in text:
        if piece and _may_break(piece[-1], character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return before == " " or not (before.isascii() and after.isascii())

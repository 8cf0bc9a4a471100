"""The outlines of SVG's shapes as straight lines and cubic curves."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from fontTools.pens.basePen import BasePen
from fontTools.svgLib.path import parse_path

from labels.artwork.refusals import too_much
from labels.artwork.svgnumbers import checked, number_of, numbers_of, wrong

MOST_STEPS: Final = 200_000
# What path data may hold; fontTools passes over what it does not know, and a mark may not lose a line.
_DATA: Final = re.compile(r"[MmZzLlHhVvCcSsQqTtAaEe0-9+\-., \t\r\n]*", re.ASCII)
# Numbers that its reader would take for two.
_MISREAD: Final = re.compile(r"[0-9]\.(?![0-9])|(?<![0-9.])0[0-9]|[0-9.][eE](?![+-]?[0-9])", re.ASCII)
_ARC: Final = re.compile(r"[Aa][^MmZzLlHhVvCcSsQqTtAa]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of an outline: to a point, along a line, along a cubic curve (six values), or closed (none)."""

    kind: Literal["M", "L", "C", "Z"]
    values: tuple[float, ...]


Outline = tuple[Step, ...]


class _Recorder(BasePen):  # type: ignore[misc] # fontTools has no types
    """Takes down what is drawn; quadratic curves come as cubic ones."""

    def __init__(self) -> None:
        super().__init__(None)
        self.steps: list[Step] = []

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - fontTools calls it so
        self._add("M", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self._add("L", pt)

    def _curveToOne(self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]) -> None:  # noqa: N802
        self._add("C", pt1, pt2, pt3)

    def _closePath(self) -> None:  # noqa: N802
        self._add("Z")

    def _add(self, kind: Literal["M", "L", "C", "Z"], *points: tuple[float, float]) -> None:
        if len(self.steps) >= MOST_STEPS:
            raise too_much(f"轮廓超过 {MOST_STEPS:,} 段", f"an outline of more than {MOST_STEPS:,} pieces")
        self.steps.append(Step(kind, tuple(checked(part, "d") for point in points for part in point)))


def read_outline(kind: str, attributes: Mapping[str, str]) -> Outline:
    """The outline of a shape; `TemplateError` for a number or path data that cannot be understood."""

    def at(name: str) -> float:
        return number_of(attributes.get(name, "0"), name)

    if kind == "path":
        return _path(attributes.get("d", ""))
    if kind == "rect":
        return _rectangle(at, attributes)
    if kind == "line":
        return _path(f"M{at('x1')!r} {at('y1')!r}L{at('x2')!r} {at('y2')!r}", is_ours=True)
    if kind in ("circle", "ellipse"):
        across, down = (at("r"), at("r")) if kind == "circle" else (at("rx"), at("ry"))
        return _ellipse(at("cx"), at("cy"), across, down)
    points = numbers_of(attributes.get("points", ""), "points")
    if len(points) % 2:
        raise wrong("points")
    drawn = "L".join(f"{x!r} {y!r}" for x, y in zip(points[::2], points[1::2], strict=True))
    return _path(f"M{drawn}{'Z' if kind == 'polygon' else ''}", is_ours=True) if drawn else ()


def _path(data: str, *, is_ours: bool = False) -> Outline:
    if not is_ours and (_DATA.fullmatch(data) is None or _MISREAD.search(_ARC.sub("", data))):
        raise wrong("d")
    recorder = _Recorder()
    try:
        parse_path(" ".join(data.split()), recorder)
    except (ValueError, IndexError, TypeError, AssertionError, ZeroDivisionError, OverflowError) as broken:
        raise wrong("d") from broken
    return tuple(recorder.steps)


def _rectangle(at: Callable[[str], float], attributes: Mapping[str, str]) -> Outline:
    """With round corners where it has them (SVG 2, 10.2)."""
    x, y, width, height = at("x"), at("y"), at("width"), at("height")
    if width <= 0 or height <= 0:
        return ()
    across = at("rx") if "rx" in attributes else at("ry")
    down = at("ry") if "ry" in attributes else across
    across, down = min(max(across, 0.0), width / 2), min(max(down, 0.0), height / 2)
    if not (across and down):
        return _path(f"M{x!r} {y!r}h{width!r}v{height!r}h{-width!r}Z", is_ours=True)
    arc = f"a{across!r} {down!r} 0 0 1"
    return _path(
        f"M{x + across!r} {y!r}h{width - 2 * across!r}{arc} {across!r} {down!r}v{height - 2 * down!r}"
        f"{arc} {-across!r} {down!r}h{2 * across - width!r}{arc} {-across!r} {-down!r}v{2 * down - height!r}"
        f"{arc} {across!r} {-down!r}Z",
        is_ours=True,
    )


def _ellipse(x: float, y: float, across: float, down: float) -> Outline:
    if across <= 0 or down <= 0:
        return ()
    arc = f"a{across!r} {down!r} 0 1 1"
    return _path(f"M{x - across!r} {y!r}{arc} {2 * across!r} 0{arc} {-2 * across!r} 0Z", is_ours=True)

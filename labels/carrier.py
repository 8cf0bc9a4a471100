"""The carrier advisor: from payload length and space to whole printer dots a module, and whether that can be read."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from labels.errors import CarrierError, Fault
from labels.qr import Level, version_for
from labels.qr.symbolmap import modules_of

QUIET_ZONE: Final = 4  # modules on each side (ISO/IEC 18004:2015, 5.3.8)
PRINTER_DPI: Final = (203, 300, 600)
REFUSED_UNDER_MM: Final = 0.30
REFUSED_UNDER_DOTS: Final = 2
SMALL_UNDER_MM: Final = 0.396  # GS1 General Specifications: least module of a 2D code at retail point of sale
_INCH_MM: Final = 25.4
_TOLERANCE_DOTS: Final = 1e-6


class Legibility(StrEnum):
    """What can be expected of a printed symbol."""

    GOOD = "good"
    SMALL = "small"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A symbol on a printer: `dots` printer dots a module, never a fraction, so that every module has the same size."""

    version: int
    level: Level
    dpi: int
    dots: int
    box_mm: float

    @property
    def modules(self) -> int:
        """Modules on a side, without the quiet zone."""
        return modules_of(self.version)

    @property
    def module_mm(self) -> float:
        """Side of one module."""
        return self.dots * _INCH_MM / self.dpi

    @property
    def side_mm(self) -> float:
        """Side of the symbol with its quiet zone."""
        return (self.modules + 2 * QUIET_ZONE) * self.module_mm

    @property
    def legibility(self) -> Legibility:
        """Refused under 0.30 mm or two dots a module; small under GS1's 0.396 mm for scanners in shops."""
        if self.dots < REFUSED_UNDER_DOTS or self.module_mm < REFUSED_UNDER_MM:
            return Legibility.REFUSED
        return Legibility.SMALL if self.module_mm < SMALL_UNDER_MM else Legibility.GOOD

    @property
    def advice_zh(self) -> str:
        """One sentence for the person who orders."""
        return f"{self._size_zh}{_ADVICE_ZH[self.legibility]}"

    @property
    def advice_en(self) -> str:
        """One sentence for the person who orders."""
        return f"{self._size_en}{_ADVICE_EN[self.legibility]}"

    @property
    def _size_zh(self) -> str:
        return f"{self.dpi} dpi 打印机：每模块 {self.dots} 点、{self.module_mm:.3f} mm，"

    @property
    def _size_en(self) -> str:
        return f"At {self.dpi} dpi: {self.dots} dots, {self.module_mm:.3f} mm a module; "


_ADVICE_ZH: Final = {
    Legibility.GOOD: "手机和门店扫码器都能读",
    Legibility.SMALL: f"手机能读，但小于 GS1 对门店扫码器的下限 {SMALL_UNDER_MM} mm",
    Legibility.REFUSED: f"小于 {REFUSED_UNDER_MM:.2f} mm 或不足 {REFUSED_UNDER_DOTS} 点，不能使用；"
    "请改用更高分辨率的打印机或更大的标签",
}
_ADVICE_EN: Final = {
    Legibility.GOOD: "telephones and shop scanners read it",
    Legibility.SMALL: f"telephones read it, but it is under GS1's {SMALL_UNDER_MM} mm for shop scanners",
    Legibility.REFUSED: f"under {REFUSED_UNDER_MM:.2f} mm or {REFUSED_UNDER_DOTS} dots it is not to be used: "
    "take a finer printer or a larger label",
}


def advise(payload_length: int, box_mm: float, dpi: int, level: Level = "M") -> Carrier:
    """The largest symbol of `payload_length` bytes that fits a square of `box_mm`, quiet zone included."""
    version = version_for(payload_length, level)
    side = modules_of(version) + 2 * QUIET_ZONE
    return Carrier(version, level, dpi, int(box_mm / side * dpi / _INCH_MM + _TOLERANCE_DOTS), box_mm)


def advise_all(payload_length: int, box_mm: float, level: Level = "M") -> tuple[Carrier, ...]:
    """The advice for each usual printer resolution."""
    return tuple(advise(payload_length, box_mm, dpi, level) for dpi in PRINTER_DPI)


def require_legible(carrier: Carrier) -> Carrier:
    """The carrier itself; `CarrierError` when it is refused."""
    if carrier.legibility is Legibility.REFUSED:
        raise CarrierError([_illegible(carrier)])
    return carrier


def _illegible(carrier: Carrier) -> Fault:
    place = f"{carrier.box_mm:g} mm"
    return Fault(
        "qr",
        f"二维码区 {place} 内，{carrier.dpi} dpi 打印机每模块只有 {carrier.dots} 点（{carrier.module_mm:.3f} mm），"
        f"下限：{REFUSED_UNDER_MM:.2f} mm、{REFUSED_UNDER_DOTS} 点",
        f"in {place} at {carrier.dpi} dpi a module has only {carrier.dots} dots ({carrier.module_mm:.3f} mm); "
        f"the least is {REFUSED_UNDER_MM:.2f} mm and {REFUSED_UNDER_DOTS} dots",
        "改用更高分辨率的打印机或更大的标签",
        "use a finer printer or a larger label",
    )

"""What a printer can be."""

from gimark.errors import Checklist

LONGEST_NAME = 60
# The resolutions of label printers, in dots an inch; `labels.carrier` knows the same.
RESOLUTIONS = (203, 300, 600)
# Further off, the paper lies wrong.
MOST_OFFSET_UM = 10_000
MOST_PRINTERS = 50


def check_printer(checklist: Checklist, dpi: int, offset_um: tuple[int, int]) -> None:
    """Note a resolution that no label printer has, and an offset (micrometres to the right and down) over a
    centimetre."""
    if dpi not in RESOLUTIONS:
        known = ", ".join(map(str, RESOLUTIONS))
        checklist.add(
            "dpi",
            f"没有 {dpi} dpi 的标签打印机",
            f"no label printer has {dpi} dpi",
            f"可选：{known}",
            f"Choose from {known}",
        )
    if max(map(abs, offset_um)) > MOST_OFFSET_UM:
        checklist.add(
            "offset_mm",
            "偏移超过 10 毫米",
            "the offset is over ten millimetres",
            "请检查纸张位置后重新测量",
            "See how the paper lies and measure again",
        )

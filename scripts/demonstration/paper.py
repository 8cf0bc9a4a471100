"""The printed page: rasterised as a camera sees it, and decoded by a reader that knows nothing of us."""

import csv
import shutil
import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image

from gimark.errors import Fault, StoreFailedError
from labels.reader import QR_CODES

DPI = 300


def scan_first_label(pdf: Path, folder: Path) -> str:
    """The text of the first symbol on the first page, from a picture left in `folder` as `label.png`.

    poppler makes the picture where it is installed, pypdfium2 elsewhere. Raises StoreFailedError when nothing reads.
    """
    page = folder / "page.png"
    if shutil.which("pdftoppm"):
        stem = page.with_suffix("")
        subprocess.run(
            ["pdftoppm", "-r", str(DPI), "-gray", "-png", "-f", "1", "-l", "1", "-singlefile", pdf, stem], check=True
        )
    else:
        import pypdfium2

        with pypdfium2.PdfDocument(pdf) as document:
            document[0].render(scale=DPI / 72, grayscale=True).to_pil().save(page)
    with Image.open(page) as picture:
        found = zxingcpp.read_barcodes(picture, formats=QR_CODES)
        if not found:
            raise StoreFailedError(
                (
                    Fault(
                        "labels.pdf",
                        "印刷页上没有读出二维码",
                        "no symbol on the printed page could be read",
                        "请报告：这是程序的错误",
                        "Please report it: this is a bug",
                    ),
                )
            )
        first = min(found, key=lambda symbol: (symbol.position.top_left.y // 50, symbol.position.top_left.x))
        _crop(picture, first).save(folder / "label.png")
    page.unlink()
    return str(first.text)


def urls(codes_csv: Path) -> list[str]:
    """The URLs of the print house's file, in its order."""
    with codes_csv.open(encoding="utf-8-sig", newline="") as file:
        return [row["url"] for row in csv.DictReader(file)]


def _crop(picture: Image.Image, symbol: zxingcpp.Barcode) -> Image.Image:
    corners = symbol.position
    margin = (corners.bottom_right.x - corners.top_left.x) // 6
    return picture.crop(
        (
            corners.top_left.x - margin,
            corners.top_left.y - margin,
            corners.bottom_right.x + margin,
            corners.bottom_right.y + margin,
        )
    )

"""The fonts of this machine that a template may choose: simplified Chinese, and for codes those of one width."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from labels.face import NO_EMBEDDING, FontFace

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "C:/Windows/Fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
)
_KINDS: Final = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_SIMPLIFIED: Final = 1 << 18  # OS/2 ulCodePageRange1: code page 936 (OpenType 1.9, OS/2)
# Whoever asks while another looks waits for what that one finds, and does not look too.
_LOOKING: Final = Lock()
# In a collection for several languages, the faces that draw as the mainland does.
_MAINLAND: Final = ("cjksc", "-sc", "sc-")


@dataclass(frozen=True, slots=True)
class InstalledFont:
    """A font that may be embedded. `name` is its PostScript name; codes may be set in one `of_one_width` too, which
    need not draw Chinese."""

    name: str
    face: FontFace
    draws_chinese: bool
    is_of_one_width: bool


def installed_fonts() -> dict[str, InstalledFont]:
    """By PostScript name; looked for once in the life of the process."""
    with _LOOKING:
        return _looked_for()


@cache
def _looked_for() -> dict[str, InstalledFont]:
    files = (file for folder in FOLDERS for file in sorted(Path(folder).rglob("*")))
    found = (font for file in files if file.suffix.lower() in _KINDS for font in _of_file(file))
    return {font.name: font for font in sorted(found, key=lambda font: font.name)}


def _of_file(path: Path) -> Iterator[InstalledFont]:
    """Those of the file's faces that can be chosen; none of a file that cannot be read."""
    from fontTools.ttLib import TTLibError

    try:
        with path.open("rb") as file:
            fonts = _fonts(path, file)
            found = [font for number, one in enumerate(fonts) if (font := _described(path, number, one)) is not None]
    except (TTLibError, OSError, KeyError, ValueError):  # somebody else's file: it is no choice
        return
    mainland = [font for font in found if any(mark in font.name.lower() for mark in _MAINLAND)]
    yield from mainland or found


def _fonts(path: Path, file: object) -> "list[TTFont]":
    from fontTools.ttLib import TTCollection, TTFont

    if path.suffix.lower() in (".ttc", ".otc"):
        return list(TTCollection(file, lazy=True).fonts)
    return [TTFont(file, lazy=True)]


def _described(path: Path, number: int, font: "TTFont") -> InstalledFont | None:
    metrics = font["OS/2"]
    draws_chinese = bool(getattr(metrics, "ulCodePageRange1", 0) & _SIMPLIFIED)
    is_of_one_width = bool(font["post"].isFixedPitch)
    name = str(font["name"].getDebugName(6) or "")
    if not name or metrics.fsType & NO_EMBEDDING or not (draws_chinese or is_of_one_width):
        return None
    return InstalledFont(name, FontFace(path, number), draws_chinese, is_of_one_width)

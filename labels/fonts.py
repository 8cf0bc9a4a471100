"""Finding the fonts of a label.

A label file carries its glyphs with it, so that a print house needs no font of ours. The operator may name one font
file; else the systems' own Chinese fonts are tried in order. Where there is none, `DraftFace` lays a label out with an
un-embedded font, and everything made with it is a draft.
"""

from collections.abc import Mapping
from pathlib import Path

from labels.errors import Fault, FontError
from labels.face import DraftFace, Faces, FontFace, Style, face_names
from labels.installed import installed_fonts

__all__ = ["Faces", "find_faces", "with_fonts"]

_LINUX = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/google-noto-sans-cjk-fonts",
    "/usr/share/fonts/google-noto-serif-cjk-fonts",
)
_WINDOWS = ("C:/Windows/Fonts",)
_MACOS = ("/System/Library/Fonts", "/System/Library/Fonts/Supplemental")
# (folders, file, PostScript name of the face): Debian, Arch, Fedora; Windows; macOS.
_KNOWN: dict[Style, tuple[tuple[tuple[str, ...], str, str], ...]] = {
    Style.TEXT: (
        (_LINUX, "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular"),
        (_WINDOWS, "msyh.ttc", "MicrosoftYaHei"),
        (_WINDOWS, "simhei.ttf", "SimHei"),
        (_MACOS, "PingFang.ttc", "PingFangSC-Regular"),
        (_MACOS, "STHeiti Light.ttc", "STHeitiSC-Light"),
    ),
    Style.BOLD: (
        (_LINUX, "NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold"),
        (_WINDOWS, "msyhbd.ttc", "MicrosoftYaHei-Bold"),
        (_MACOS, "PingFang.ttc", "PingFangSC-Semibold"),
        (_MACOS, "STHeiti Medium.ttc", "STHeitiSC-Medium"),
    ),
    Style.SONG: (
        (_LINUX, "NotoSerifCJK-Bold.ttc", "NotoSerifCJKsc-Bold"),
        (_WINDOWS, "simsun.ttc", "SimSun"),
        (_MACOS, "Songti.ttc", "STSongti-SC-Bold"),
    ),
    Style.CODE: (
        (_LINUX, "NotoSansCJK-Bold.ttc", "NotoSansMonoCJKsc-Bold"),
        (_WINDOWS, "consolab.ttf", "Consolas-Bold"),
        (_MACOS, "Menlo.ttc", "Menlo-Bold"),
    ),
}


def with_fonts(faces: Faces, wanted: Mapping[Style, str]) -> Faces:
    """`faces` with the fonts that a template names for some styles; `FontError` for one that is not on this machine."""
    if not wanted:
        return faces
    installed = installed_fonts()
    absent = [(style, name) for style, name in wanted.items() if name not in installed]
    if absent:
        raise FontError([_not_installed(style, name) for style, name in absent])
    return {**faces, **{style: installed[name].face for style, name in wanted.items()}}


def find_faces(chosen: Path | None = None) -> Faces:
    """A face for each style: the operator's file if one is named, else the system's, else a draft for all.

    A style without a font of its own takes the bold or the plain one. `FontError` when the file that the operator
    named cannot be read, draws no Chinese, or forbids embedding.
    """
    if chosen is not None:
        face = _chosen(chosen)
        return dict.fromkeys(Style, face)
    found: Faces = {style: known for style in Style if (known := _on_system(style)) is not None}
    if Style.TEXT not in found:
        return dict.fromkeys(Style, DraftFace())
    plain = found[Style.TEXT]
    bold = found.get(Style.BOLD, plain)
    return {
        Style.TEXT: plain,
        Style.BOLD: bold,
        Style.SONG: found.get(Style.SONG, bold),
        Style.CODE: found.get(Style.CODE, bold),
    }


def _chosen(path: Path) -> FontFace:
    """The operator's font; in a collection the first face for simplified Chinese."""
    face = FontFace(path, _simplified_face(path))
    if face.missing("国0A"):
        raise FontError([_not_chinese(path)])
    if not face.metrics.may_be_embedded:
        raise FontError([_not_embeddable(path)])
    return face


def _on_system(style: Style) -> FontFace | None:
    """The first known face of `style` that is here and may be embedded."""
    for folders, file, name in _KNOWN[style]:
        for folder in folders:
            path = Path(folder) / file
            if path.is_file():
                face = FontFace(path, _face_named(path, name))
                if face.metrics.may_be_embedded:
                    return face
    return None


def _face_named(path: Path, name: str) -> int:
    """The number of the face with that PostScript name, else the first."""
    return next((number for number, found in enumerate(face_names(path)) if found == name), 0)


def _simplified_face(path: Path) -> int:
    """The number of the first face whose name says simplified Chinese, else the first."""
    marks = ("cjksc", "-sc", "sc-", "gb", "yahei", "simsun", "simhei")
    return next((n for n, name in enumerate(face_names(path)) if any(mark in name.lower() for mark in marks)), 0)


def _not_chinese(path: Path) -> Fault:
    return Fault(
        "font",
        f"字体文件 {path.name} 不含中文",
        f"the font file {path.name} draws no Chinese",
        "请指定含简体中文的字体文件",
        "name a font file with simplified Chinese",
    )


def _not_embeddable(path: Path) -> Fault:
    return Fault(
        "font",
        f"字体文件 {path.name} 的许可不允许嵌入",
        f"the licence bits of {path.name} forbid embedding",
        "请指定允许嵌入的字体，例如思源黑体",
        "name a font that may be embedded, such as Noto Sans CJK",
    )


def _not_installed(style: Style, name: str) -> Fault:
    return Fault(
        f"fonts/{style}",
        f"本机没有字体 {name[:60]}",
        f"the font {name[:60]} is not on this machine",
        "改选本机已有的字体，或安装它",
        "choose one that is here, or install it",
    )

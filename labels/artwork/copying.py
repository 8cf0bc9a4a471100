"""Copying the objects that a page's drawing uses, and only those, from one PDF into the objects of a form."""

import io
import zlib
from typing import Any, Final

from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
)

from labels.artwork.model import FormObject, Tree
from labels.artwork.refusals import forbidden, refused, too_much

MOST_OBJECTS: Final = 2_000
MOST_BYTES: Final = 16 * 1024 * 1024
MOST_DEEP: Final = 60
MOST_PIXELS: Final = 4096**2
# The kinds of resources that drawing needs (ISO 32000-1, 7.8.3).
_RESOURCES: Final = ("/ColorSpace", "/ExtGState", "/Font", "/Pattern", "/Properties", "/Shading", "/XObject")
# Says nothing about how it looks, or leads out of the drawing.
_LEFT_OUT: Final = frozenset(
    ("/Length", "/Metadata", "/PieceInfo", "/LastModified", "/StructParent", "/StructParents", "/Parent", "/OPI", "/AF")
)
_PICTURES_AS_THEY_ARE: Final = "/DCTDecode"
_REFUSED_FILTERS: Final = frozenset(("/JBIG2Decode", "/JPXDecode", "/CCITTFaxDecode", "/Crypt"))
_FONT_FILES: Final = ("/FontFile", "/FontFile2", "/FontFile3")


class Copier:
    """Collects indirect objects by where they stand in the file they come from; each is copied once.

    Raises `TemplateError` for what is forbidden and for more than any mark needs, and what pypdf raises for what is
    broken.
    """

    def __init__(self) -> None:
        self._places: dict[tuple[int, int], int] = {}
        self._objects: list[FormObject | None] = []
        self._bytes = 0

    def objects(self) -> tuple[FormObject, ...]:
        """What was collected."""
        return tuple(copied for copied in self._objects if copied is not None)

    def operators(self, content: bytes) -> bytes:
        """The drawing operators themselves."""
        self._count(len(content))
        return content

    def resources(self, found: DictionaryObject) -> Tree:
        """The resources of a page or a form."""
        kept = DictionaryObject({NameObject(kind): found[kind] for kind in _RESOURCES if kind in found})
        return self._value(kept, 0)

    def _value(self, value: PdfObject, depth: int) -> Tree:
        if depth > MOST_DEEP:
            raise too_much("层次过深", "nested too deeply")
        if isinstance(value, IndirectObject):
            return self._reference(value, depth)
        if isinstance(value, DictionaryObject):  # never a stream: that is always an object of its own
            return self._dictionary(value, depth)
        if isinstance(value, ArrayObject):
            parts = [part for item in list(value) for part in (*self._value(item, depth + 1), b" ")]
            return (b"[", *parts, b"]")
        return (_written(value),)

    def _dictionary(self, value: DictionaryObject, depth: int) -> Tree:
        _require_harmless(value)
        parts: list[bytes | int] = [b"<<"]
        for name in value:
            if name not in _LEFT_OUT:
                parts += [_written(NameObject(name)), b" ", *self._value(value.raw_get(name), depth + 1), b" "]
        return (*parts, b">>")

    def _reference(self, reference: IndirectObject, depth: int) -> Tree:
        known = self._places.get((reference.idnum, reference.generation))
        if known is not None:
            return (known,)
        value = reference.get_object()
        if value is None or isinstance(value, NullObject):
            return (b"null",)
        if len(self._objects) >= MOST_OBJECTS:
            raise too_much(f"超过 {MOST_OBJECTS} 个对象", f"more than {MOST_OBJECTS} objects")
        place = self._places[(reference.idnum, reference.generation)] = len(self._objects)
        self._objects.append(None)
        self._objects[place] = self._object(value, depth)
        return (place,)

    def _object(self, value: PdfObject, depth: int) -> FormObject:
        if not isinstance(value, StreamObject):
            return FormObject(self._value(value, depth + 1))
        plain = DictionaryObject({name: value.raw_get(name) for name in value})
        if "/F" in plain or "/FFilter" in plain:
            raise forbidden("对其他文件的引用", "a reference to another file")
        data = self._stream(value, plain)
        return FormObject(self._dictionary(plain, depth + 1), data)

    def _stream(self, value: StreamObject, plain: DictionaryObject) -> bytes:
        """The stream's bytes: photographs as they are, all else unpacked and packed again."""
        filters = _names(_resolved(plain, "/Filter"))
        if _REFUSED_FILTERS.intersection(filters):
            raise forbidden(f"{filters[-1][1:]} 压缩的图像", f"a picture packed as {filters[-1][1:]}")
        if _resolved(plain, "/Subtype") == "/Image":
            _require_pixels(plain)
        if filters == [_PICTURES_AS_THEY_ARE]:
            data = bytes(value._data)  # noqa: SLF001 - pypdf gives packed bytes by no other name
            self._count(len(data))
            return data
        if _PICTURES_AS_THEY_ARE in filters:
            raise forbidden("两重压缩的图像", "a picture that is packed twice")
        data = value.get_data()
        self._count(len(data))
        plain.pop("/DecodeParms", None)
        plain[NameObject("/Filter")] = NameObject("/FlateDecode")
        return zlib.compress(data, 9)

    def _count(self, more: int) -> None:
        self._bytes += more
        if self._bytes > MOST_BYTES:
            raise too_much(f"解压后超过 {MOST_BYTES >> 20} MiB", f"over {MOST_BYTES >> 20} MiB unpacked")


def _require_harmless(value: DictionaryObject) -> None:
    """No program, no reference to another file, no text whose font the reader would have to guess."""
    kind = _resolved(value, "/Type")
    if _resolved(value, "/Subtype") == "/PS" or "/Ref" in value or kind == "/Filespec":
        raise forbidden("程序或对其他文件的引用", "a program or a reference to another file")
    if kind == "/Font" and "/DescendantFonts" not in value and not _embeds(value):
        raise refused(
            "专用标志里的文字没有转成轮廓，字体也没有嵌入",
            "text in the mark's file is neither outlines nor in a font that it carries",
            "请把文字转为轮廓后另存",
            "Turn text into outlines and save it again",
        )


def _resolved(value: DictionaryObject, name: str) -> Any:
    return value[name].get_object() if name in value else None


def _embeds(font: DictionaryObject) -> bool:
    if _resolved(font, "/Subtype") == "/Type3":
        return True
    found = _resolved(font, "/FontDescriptor")
    return isinstance(found, DictionaryObject) and any(file in found for file in _FONT_FILES)


def _require_pixels(image: DictionaryObject) -> None:
    width, height = int(_resolved(image, "/Width")), int(_resolved(image, "/Height"))
    if not 0 < width * height <= MOST_PIXELS:
        raise too_much(f"图像 {width}×{height} 像素", f"a picture of {width} × {height} pixels")


def _names(found: Any) -> list[str]:
    if found is None or isinstance(found, NullObject):
        return []
    return [str(item) for item in found] if isinstance(found, ArrayObject) else [str(found)]


def _written(value: PdfObject) -> bytes:
    """A plain value as PDF writes it."""
    written = io.BytesIO()
    value.write_to_stream(written)
    return written.getvalue()

"""A mark as PDF: its one page becomes a form of our own file, and must look the same there.

Nothing but the page's drawing operators and what they use is taken over: no script, annotation, attachment or layer
switch can come along. What pypdf copied is painted by PDFium beside the original; a difference is a refusal.
"""

import io
import warnings
from collections.abc import Iterator
from typing import Final, cast

import numpy as np
import pypdfium2
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, NullObject, PdfObject, RectangleObject

from labels.artwork.copying import Copier
from labels.artwork.model import Artwork, Form
from labels.artwork.refusals import forbidden, refused
from labels.artwork.rendering import picture_of, rendered, single_page
from labels.errors import TemplateError

# What a damaged or hostile file makes pypdf raise.
_BROKEN: Final = (
    *(PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError),
    *(RecursionError, NotImplementedError, OverflowError, OSError),
)
_LEAST_POINTS: Final = 1.0
_MOST_POINTS: Final = 14_400.0
# Two paintings of one page differ in the smoothing of edges at most.
_DIFFERENT: Final = 96
_MOST_DIFFERENT: Final = 1e-4


def read_pdf(content: bytes, picture: bytes | None = None) -> Artwork:
    """The mark from a PDF of one page; `TemplateError` for an encrypted or damaged file, for more pages, and for what
    a mark has no use for. With the `picture` of an earlier reading nothing is painted and compared again."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pypdf warns of what it mends; the comparison below decides
            reader = PdfReader(io.BytesIO(content), strict=False)
            page = _only_page(reader)
            _require_plain(reader, page)
            form, width, height = _form(page)
    except TemplateError:
        raise
    except _BROKEN as broken:
        raise _unreadable() from broken
    if picture is None:
        _require_same(content, form, width, height)
        picture = picture_of(form, width, height)
    return Artwork(width, height, picture, form)


def _only_page(reader: PdfReader) -> PageObject:
    if reader.is_encrypted:
        raise refused(
            "专用标志的 PDF 有密码或限制",
            "the mark's PDF is encrypted",
            "请另存为没有密码和权限限制的 PDF",
            "Save it as a PDF without password and restrictions",
        )
    if len(reader.pages) != 1:
        raise refused(
            f"专用标志的 PDF 有 {len(reader.pages)} 页，应只有 1 页",
            f"the mark's PDF has {len(reader.pages)} pages instead of one",
            "请只保留标志所在的一页",
            "Keep the page with the mark alone",
        )
    return reader.pages[0]


def _require_plain(reader: PdfReader, page: PageObject) -> None:
    """Nothing that acts, nothing that stands over the page, nothing that is carried along."""
    root = cast("DictionaryObject", reader.trailer["/Root"].get_object())
    names = _dictionary(root.get("/Names"))
    found = {
        ("脚本或动作", "a script or an action"): "/JavaScript" in names
        or "/AA" in root
        or _acts(root)
        or "/AA" in page,
        ("批注或表单", "annotations or a form"): _has_any(page.get("/Annots")) or "/AcroForm" in root,
        ("附件", "attached files"): "/EmbeddedFiles" in names or "/AF" in root or "/Collection" in root,
        ("隐藏的图层", "hidden layers"): _hides_layers(root),
    }
    for (zh, en), is_there in found.items():
        if is_there:
            raise forbidden(zh, en)
    if page.rotation % 360 or page.get("/UserUnit", 1) != 1:
        raise refused(
            "专用标志的 PDF 页面带有旋转或缩放",
            "the page of the mark's PDF is rotated or scaled",
            "请把页面转正后另存",
            "Save it with an upright page",
        )


def _acts(root: DictionaryObject) -> bool:
    """Whether something is done on opening; a mere place to show is not."""
    action = root.get("/OpenAction")
    action = None if action is None else action.get_object()
    return isinstance(action, DictionaryObject) and action.get("/S") != "/GoTo"


def _hides_layers(root: DictionaryObject) -> bool:
    shown = _dictionary(_dictionary(root.get("/OCProperties")).get("/D"))
    return _has_any(shown.get("/OFF")) or shown.get("/BaseState", "/ON") != "/ON"


def _dictionary(value: PdfObject | None) -> DictionaryObject:
    found = None if value is None else value.get_object()
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _has_any(value: PdfObject | None) -> bool:
    found = None if value is None else value.get_object()
    return not (found is None or isinstance(found, NullObject) or (isinstance(found, ArrayObject) and not len(found)))


def _form(page: PageObject) -> tuple[Form, float, float]:
    """The page as a form of what can be seen of it, with its width and height in points."""
    left, bottom, right, top = _edges(page.cropbox)
    width, height = right - left, top - bottom
    if not (_LEAST_POINTS <= width <= _MOST_POINTS and _LEAST_POINTS <= height <= _MOST_POINTS):
        raise _unreadable()
    contents = page.get_contents()
    copier = Copier()
    form = Form(
        box=(left, bottom, right, top),
        matrix=(1 / width, 0, 0, 1 / height, -left / width, -bottom / height),
        operators=copier.operators(b"" if contents is None else contents.get_data()),
        resources=copier.resources(_dictionary(page.get("/Resources"))),
        objects=copier.objects(),
    )
    return form, width, height


def _edges(box: RectangleObject) -> Iterator[float]:
    return (float(edge) for edge in (box.left, box.bottom, box.right, box.top))


def _require_same(content: bytes, form: Form, width: float, height: float) -> None:
    """The mark is never altered (CNIPA Measures No. 354, article 7): copied and original are painted and compared."""
    try:
        original, copied = rendered(content), rendered(single_page(form, width, height))
    except pypdfium2.PdfiumError as broken:
        raise _unreadable() from broken
    rows, columns = (min(one, other) for one, other in zip(original.shape[:2], copied.shape[:2], strict=True))
    apart = np.abs(original[:rows, :columns].astype(int) - copied[:rows, :columns]).max(axis=2) > _DIFFERENT
    if apart.mean() > _MOST_DIFFERENT:
        raise refused(
            "专用标志的 PDF 不能原样放进标签",
            "the mark's PDF cannot be taken over without a change",
            "请把图稿拼合（扁平化）后另存为 PDF 1.4，或上传 SVG",
            "Flatten the drawing and save it as PDF 1.4, or upload SVG",
        )


def _unreadable() -> TemplateError:
    return refused(
        "专用标志文件不是可读的 PDF",
        "the mark's file is not a readable PDF",
        "请重新导出后上传",
        "Export it again and upload that",
    )

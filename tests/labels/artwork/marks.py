"""Invented marks, nothing like the official one, as files of every kind."""

import io
import zlib

import pydyf
from PIL import Image
from pypdf import PdfReader, PdfWriter

OPERATORS = b"0.8 0.2 0.1 rg 10 10 80 60 re f 1 1 1 rg 50 40 20 0 360 re f 0 0 0.5 RG 4 w 20 20 m 80 60 l S"
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 80">
<title>invented</title>
<g transform="translate(5,5)" fill="#cc3319">
<rect x="5" y="5" width="80" height="60" rx="6"/>
<path d="M40 20a15 15 0 1 0 .1 0zM10,10 L20,10 Q 25 15 20 20z" style="fill:#ffffff;fill-rule:evenodd"/>
<circle cx="20" cy="50" r="8" fill="none" stroke="navy" stroke-width="3"/>
<polygon points="60,10 70,30 50,30" transform="rotate(20 60 20)"/>
</g></svg>"""


def pdf(operators: bytes = OPERATORS, **page: object) -> bytes:
    """One page of 100 × 80 points; `page` adds to its dictionary, `catalog_…` to the document's."""
    document = pydyf.PDF()
    content = pydyf.Stream([operators], compress=True)
    document.add_object(content)
    for name in [name for name in page if name.startswith("catalog_")]:
        document.catalog[name.removeprefix("catalog_")] = page.pop(name)
    entries = {
        "Type": "/Page",
        "Parent": document.pages.reference,
        "MediaBox": pydyf.Array([0, 0, 100, 80]),
        "Contents": content.reference,
        **page,
    }
    document.add_page(pydyf.Dictionary(entries))
    output = io.BytesIO()
    document.write(output)
    return output.getvalue()


def rewritten(content: bytes, **changes: object) -> bytes:
    """The file as pypdf writes it: `pages` of it, or under a `password`."""
    writer = PdfWriter()
    for _ in range(int(changes.get("pages", 1))):  # type: ignore[call-overload]
        writer.append(PdfReader(io.BytesIO(content)))
    if "attached" in changes:
        writer.add_attachment("a.txt", b"a")
    if "password" in changes:
        writer.encrypt(str(changes["password"]), algorithm="AES-256")
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def png(width: int, height: int, mode: str = "RGB") -> bytes:
    """A dark picture."""
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, "PNG")
    return file.getvalue()


def png_bomb(side: int) -> bytes:
    """A few bytes that claim to be a picture of `side` × `side`."""
    head = side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big") for name, data in chunks
    )

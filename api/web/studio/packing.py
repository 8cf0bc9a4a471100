"""A draft's template in an address, so that its picture can be asked for before anything is kept."""

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from labels.errors import Fault, TemplateError
from labels.library import LONGEST, read_template, write_template
from labels.template import Template

# Four bytes a character at most.
MOST_BYTES = 4 * LONGEST


def packed(template: Template) -> str:
    """The template as a short text for an address."""
    return urlsafe_b64encode(zlib.compress(write_template(template).encode(), 9)).decode().rstrip("=")


def unpacked(text: str) -> Template:
    """The template again; `TemplateError` for a text that `packed` never made."""
    try:
        content = zlib.decompressobj()
        data = content.decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4)), MOST_BYTES)
        if not content.eof:
            raise TemplateError([_NO_TEMPLATE])
        return read_template(data.decode(), is_draft=True)
    except (zlib.error, binascii.Error, UnicodeError, ValueError) as broken:
        raise TemplateError([_NO_TEMPLATE]) from broken


_NO_TEMPLATE = Fault(
    "template", "地址里的模板不完整", "the address holds no whole template", "请重新打开模板", "open the template again"
)

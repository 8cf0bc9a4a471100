"""A page rendered once and filled many times: static bytes with slots between them."""

import re
import secrets
from collections.abc import Mapping
from functools import lru_cache

from markupsafe import escape

# Drawn anew in every process, so no text from outside can hold a slot's mark.
_MARK = secrets.token_hex(12)
_SLOT = re.compile(f"{_MARK}_([a-z_]+)_{_MARK}")


def slot(name: str) -> str:
    """The mark of the slot `name`, to be rendered where a value will stand. HTML escaping leaves it as it is."""
    return f"{_MARK}_{name}_{_MARK}"


class Sheet:
    """A rendered page cut at its slots."""

    __slots__ = ("_names", "_pieces")

    def __init__(self, html: str, shared: Mapping[str, bytes]) -> None:
        """Cuts `html`; slots named in `shared` are filled now, with those very bytes, which no sheet copies."""
        cut = _SLOT.split(html)
        pieces: list[bytes] = [text.encode() for text in cut]
        names: list[tuple[int, str]] = []
        for place, name in zip(range(1, len(cut), 2), cut[1::2], strict=True):
            if name in shared:
                pieces[place] = shared[name]
            else:
                names.append((place, name))
        self._pieces = pieces
        self._names = tuple(names)

    def fill(self, values: Mapping[str, str]) -> bytes:
        """The page as UTF-8 with every slot filled by its value, escaped for HTML text and quoted attributes."""
        pieces = self._pieces.copy()
        for place, name in self._names:
            pieces[place] = _safe(values[name])
        return b"".join(pieces)


@lru_cache(maxsize=4096)
def _safe(text: str) -> bytes:
    """`text` escaped, in UTF-8. Most texts of a page (days, counts, minutes) come again and again."""
    return escape(text).encode()

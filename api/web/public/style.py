"""The stylesheet, inside every public page, and the policy that lets a browser use it.

A scan is mostly somebody's first and only view: a linked sheet would be a second round trip on a phone in a market
hall and a second request on the server. The policy names the sheet by its hash, so nothing else can be styled in.
"""

import hashlib
import re
from base64 import b64encode
from pathlib import Path

from markupsafe import Markup

_SOURCE = Path(__file__).resolve().parents[2] / "static" / "gimark.css"


def _without_layout(css: str) -> str:
    """`css` without comments, line ends and indents. Every line of the sheet ends where a space means nothing."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return "".join(line.strip() for line in bare.splitlines())


STYLE = Markup(_without_layout(_SOURCE.read_text(encoding="utf-8")))  # noqa: S704 - our own file
STYLE_SOURCE = f"'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src {STYLE_SOURCE}",
        "img-src data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

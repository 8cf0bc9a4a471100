"""The stylesheets, inside every public page, and the policies that let a browser use them.

A scan is mostly somebody's first and only view: a linked sheet would be a second round trip on a phone in a market
hall and a second request on the server. The policy names the sheets by their hashes, so nothing else can be styled in.
A page behind a code has the first sheet alone; the site's other pages have a second one for what only they show.
"""

import hashlib
from base64 import b64encode

from markupsafe import Markup

from api.web.assets import sheet


def _source(sheet: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(sheet.encode()).digest()).decode()}'"


STYLE = Markup(sheet("ground.css") + sheet("gimark.css"))  # noqa: S704 - our own files
SITE_STYLE = Markup(sheet("site.css"))  # noqa: S704 - our own file


def _policy(*more: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_source(STYLE)} {_source(SITE_STYLE)}",
            "img-src data:",
            *more,
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


CONTENT_SECURITY_POLICY = _policy()
# For the one page whose script computes from what it fetches here.
CHECKING_POLICY = _policy("script-src 'self'", "connect-src 'self'")

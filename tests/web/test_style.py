"""The stylesheet inside every page, and the policy that names it."""

import base64
import hashlib
import re
from itertools import chain

from api.web.public.style import CHECKING_POLICY, CONTENT_SECURITY_POLICY, SITE_STYLE, STYLE
from tests.web.gallery import gallery

CLASS = re.compile(r"\.([a-z][a-z0-9-]*)", re.IGNORECASE)


def test_the_policy_allows_these_very_sheets_and_no_script() -> None:
    for name, sheets in (("zh/authentic", [STYLE]), ("zh/register", [STYLE, SITE_STYLE])):
        found = re.findall(r"<style>(.*?)</style>", gallery()[name].decode(), flags=re.DOTALL)
        assert found == sheets
        for sheet in found:
            digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY + CHECKING_POLICY
    assert "script-src" not in CONTENT_SECURITY_POLICY
    assert "script-src 'self'; connect-src 'self';" in CHECKING_POLICY


def test_a_sheet_cannot_close_its_element() -> None:
    assert "<" not in STYLE + SITE_STYLE


# What has these names looks like its surroundings: the column that is alone on a phone, and the ordinary of each kind.
PLAIN = {"front", "v-ok", "reg", "on"}


def _classes() -> set[str]:
    pages = [page.decode() for page in gallery().values()]
    written = {word for page in pages for value in re.findall(r'class="([^"]*)"', page) for word in value.split()}
    return written | {"warn", "bad", "ok"}  # static/entry-proof.js sets these


def _selectors(sheet: str) -> set[str]:
    rules = re.findall(r"[^{}]+(?={)", sheet)
    return set(chain.from_iterable(CLASS.findall(rule) for rule in rules))


def test_the_sheets_hold_no_class_that_no_page_uses() -> None:
    assert _selectors(STYLE + SITE_STYLE) - _classes() == set()


def test_no_page_uses_a_class_that_no_sheet_knows() -> None:
    assert _classes() - _selectors(STYLE + SITE_STYLE) == PLAIN

"""The stylesheet inside every page, and the policy that names it."""

import base64
import hashlib
import re
from itertools import chain

from api.web.public.style import CONTENT_SECURITY_POLICY, STYLE
from tests.web.gallery import gallery

CLASS = re.compile(r"\.([a-z][a-z0-9-]*)", re.IGNORECASE)


def test_the_policy_allows_this_very_sheet_and_no_script() -> None:
    page = gallery()["zh/authentic"].decode()
    (style,) = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "script-src" not in CONTENT_SECURITY_POLICY


def test_the_sheet_cannot_close_its_element() -> None:
    assert "<" not in STYLE


# What has these names looks like its surroundings: the column that is alone on a phone, and the ordinary of each kind.
PLAIN = {"front", "v-ok", "reg", "on"}


def _classes() -> set[str]:
    pages = [page.decode() for page in gallery().values()]
    return {word for page in pages for value in re.findall(r'class="([^"]*)"', page) for word in value.split()}


def _selectors() -> set[str]:
    rules = re.findall(r"[^{}]+(?={)", STYLE)
    return set(chain.from_iterable(CLASS.findall(rule) for rule in rules))


def test_the_sheet_holds_no_class_that_no_page_uses() -> None:
    assert _selectors() - _classes() == set()


def test_no_page_uses_a_class_that_the_sheet_does_not_know() -> None:
    assert _classes() - _selectors() == PLAIN

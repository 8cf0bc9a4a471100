"""What was done is told on the next page, however long the words for it are."""

from starlette.requests import Request

from api.web.desk.pages import see
from tests.api.site import Site


def test_what_was_done_is_told_in_a_cookie_that_every_browser_keeps(site: Site) -> None:
    request = Request({"type": "http", "query_string": b"", "headers": []})
    line = see(site.process, request, "/producer", "𬒗" * 1_000).headers["set-cookie"]
    assert line.startswith("gimark-told=%F0%AC%92%97")
    assert len(line.encode()) <= 4_096

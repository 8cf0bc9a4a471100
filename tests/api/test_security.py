"""The guards: ids and headers on every answer, the Host, cross-site requests, body size."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import Problems, SitePages
from api.refusals import BodyTooLargeError
from api.security import BodyLimit, Guard, HostCheck, SameSite
from api.web.public.pages import PublicPages
from tests.web.samples import SITE

PROBLEMS = Problems(("zh", "en"), SitePages(PublicPages(SITE)))


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the size of the body, or fails when asked to."""
    request = Request(scope, receive)
    if request.url.path == "/bug":
        raise RuntimeError("secret state")
    size = len(await request.body())
    headers = {"Referrer-Policy": "no-referrer"} if request.url.path == "/own" else None
    await PlainTextResponse(str(size), headers=headers)(scope, receive, send)


def client(app: ASGIApp, base_url: str = "http://localhost") -> TestClient:
    return TestClient(app, base_url=base_url)


def test_every_answer_has_an_id_of_its_own_and_the_headers() -> None:
    guarded = client(Guard(echo, PROBLEMS, is_https=True))
    first, second = guarded.get("/"), guarded.get("/")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in first.headers["content-security-policy"]
    assert first.headers["strict-transport-security"].startswith("max-age=")


def test_an_answer_s_own_header_is_kept() -> None:
    assert client(Guard(echo, PROBLEMS, is_https=False)).get("/own").headers["referrer-policy"] == "no-referrer"


def test_strict_transport_is_only_promised_over_tls() -> None:
    assert "strict-transport-security" not in client(Guard(echo, PROBLEMS, is_https=False)).get("/").headers


@pytest.fixture
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("quiet")
def test_a_bug_is_answered_with_a_fixed_text_and_the_id() -> None:
    response = client(Guard(echo, PROBLEMS, is_https=False)).get("/bug")
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["request_id"] == response.headers["x-request-id"]


def hosts() -> frozenset[str]:
    return frozenset({"gi.example.cn", "localhost", "::1"})


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("gi.example.cn", 200),
        ("GI.Example.CN", 200),
        ("gi.example.cn:8443", 200),
        ("[::1]:8000", 200),
        ("gi.example.cn.evil.cn", 421),
        ("evil.cn", 421),
        ("gi.example.cn.", 421),
        ("gi-example.cn", 421),
        ("", 421),
    ],
)
def test_only_our_own_hosts_are_answered(host: str, status: int) -> None:
    app = HostCheck(echo, PROBLEMS, hosts, "https://gi.example.cn")
    response = client(app).get("/01/09521234500018", headers={"host": host})
    assert response.status_code == status
    if status == 421:
        assert "https://gi.example.cn" in response.json()["detail"]


OURS = frozenset({"https://gi.example.cn"})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "https://gi.example.cn"}, 403),
        ({"origin": "https://gi.example.cn"}, 200),
        ({"origin": "http://localhost"}, 200),
        ({"origin": "https://evil.cn"}, 403),
        ({"origin": "null"}, 403),
        ({"cookie": "session=1"}, 403),
        ({}, 200),
    ],
)
def test_an_unsafe_request_must_come_from_our_own_pages(headers: dict[str, str], status: int) -> None:
    response = client(SameSite(echo, PROBLEMS, OURS)).post("/orders", content=b"x", headers=headers)
    assert response.status_code == status


def test_a_link_from_elsewhere_may_be_followed() -> None:
    response = client(SameSite(echo, PROBLEMS, OURS)).get("/", headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 200


def limited() -> TestClient:
    app = BodyLimit(echo, PROBLEMS, limit=1024, upload_limit=4096, upload_prefixes=("/imports",))
    return client(Guard(app, PROBLEMS, is_https=False))


def test_a_body_up_to_the_limit_passes_and_one_byte_more_does_not() -> None:
    assert limited().post("/", content=b"x" * 1024).text == "1024"
    assert limited().post("/", content=b"x" * 1025).status_code == 413


def test_an_upload_path_takes_more() -> None:
    assert limited().post("/imports", content=b"x" * 4096).text == "4096"
    assert limited().post("/imports", content=b"x" * 4097).status_code == 413


def test_a_body_without_a_length_is_counted_as_it_comes() -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(3):
            yield b"x" * 512

    assert limited().post("/", content=parts()).status_code == 413


def test_a_framework_that_swallows_the_broken_off_body_changes_nothing() -> None:
    async def swallow(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await echo(scope, receive, send)
        except BodyTooLargeError:
            await PlainTextResponse("bad request", 400)(scope, receive, send)

    app = BodyLimit(swallow, PROBLEMS, limit=8, upload_limit=8)
    assert client(app).post("/", content=iter([b"x" * 9])).status_code == 413


def test_a_length_that_is_no_number_is_refused() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", "٣".encode())]}
    asyncio.run(BodyLimit(echo, PROBLEMS, limit=8, upload_limit=8)(scope, receive, send))
    assert sent[0]["status"] == 413

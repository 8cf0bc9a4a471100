"""What is built later answers when it is there; until then nobody is refused, and look-ups are not held up."""

import asyncio
import subprocess
import sys
import threading

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import capture_logs

from api.front import front, problems_of
from api.later import Later
from tests.api.site import BASE, Site
from tests.scans.desk import uri_of

PATIENCE_S = 30


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(scope["path"])(scope, receive, send)


async def asked(app: ASGIApp, path: str) -> str:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE) as client:
        return (await client.get(path, headers={"Accept": "application/json"})).text


def test_requests_wait_for_it_and_it_is_built_once() -> None:
    may_go_on, builds = threading.Event(), []

    def build() -> ASGIApp:
        builds.append(1)
        assert may_go_on.wait(PATIENCE_S)
        return answer

    async def play() -> list[str]:
        later = Later(build)
        later.begin()
        given_up, *waiting = (asyncio.create_task(asked(later, path)) for path in ("/0", "/1", "/2"))
        await asyncio.sleep(0.05)
        given_up.cancel()
        assert not any(task.done() for task in waiting)
        may_go_on.set()
        return [*await asyncio.gather(*waiting), await asked(later, "/3")]

    assert asyncio.run(asyncio.wait_for(play(), PATIENCE_S)) == ["/1", "/2", "/3"]
    assert builds == [1]


def test_where_it_cannot_be_built_every_request_fails_and_the_log_says_why() -> None:
    def build() -> ASGIApp:
        raise ImportError("no such module")

    async def play() -> None:
        later = Later(build)
        later.begin()
        for path in ("/1", "/2"):
            with pytest.raises(ImportError):
                await asked(later, path)

    with capture_logs() as said:
        asyncio.run(asyncio.wait_for(play(), PATIENCE_S))
    assert [entry["log_level"] for entry in said] == ["error"]


def test_a_process_that_ends_while_it_is_built_complains_of_nothing() -> None:
    program = """
import threading
from api.later import Later

def build():
    threading.main_thread().join()
    raise RuntimeError("can't register atexit after shutdown")

Later(build).begin()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_look_ups_are_answered_and_guards_stand_before_the_rest_is_built(site: Site) -> None:
    uri = uri_of(site.county, site.county.run(site.county.batch()))
    site.process.snapshot.look()

    def never() -> ASGIApp:
        raise AssertionError("nobody has begun")

    app = front(site.process, problems_of(site.process), Later(never))
    assert '"not_activated"' in asyncio.run(asked(app, uri))
    assert "421" in asyncio.run(asked(app, "https://elsewhere.example/readyz"))

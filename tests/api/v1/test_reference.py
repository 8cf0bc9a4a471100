"""The reference page: its walk is walked, command by command, and it shows every operation in both languages."""

import os
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from api.jobs.handlers import handlers
from api.main import application
from api.v1 import described
from api.v1.reference import WALK, walk
from api.v1.words import GROUPS_ZH, OPERATIONS_ZH
from api.wiring import Process
from gimark.accounts.model import User
from gimark.accounts.rules import Permission
from gimark.clock import FixedClock, SystemClock, local_day
from gimark.jobs.worker import Worker
from tests.api.site import Site
from tests.api.v1.programs import program
from tests.founded import HOST, TOWN, Workshop

SCOPES = (Permission.READ, Permission.MANAGE_BATCHES, Permission.ISSUE_CODES, Permission.CHANGE_CODES)
# The shell takes the command apart as it would for curl, and tells what curl would have been given.
SAY_WHAT_CURL_GETS = 'curl() { printf "%s\\0" "$@"; }\n'


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[tuple[Site, Workshop]]:
    copy = workshop.copy(tmp_path, FixedClock(SystemClock().now()))
    with copy.here.store.acting() as act:
        act.session.execute(update(User).values(must_change_password=False))
        act.commit()
    process = Process(copy.here)
    with TestClient(application(process), base_url=f"https://{HOST}") as client:
        yield Site(cast("Any", SimpleNamespace(store=copy.here.store)), copy.here, process, client), copy


def run(site: Site, command: str, shell: dict[str, str]) -> httpx2.Response:
    """What the site answers to a command of the page."""
    told = subprocess.run(
        ["bash", "-c", SAY_WHAT_CURL_GETS + command],
        env={"PATH": os.environ["PATH"], **shell},
        capture_output=True,
        check=True,
    )
    given = told.stdout.decode().split("\0")[:-1]
    method, url, headers, body = "GET", "", [], None
    words = iter(given)
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers.append((name, value))
        elif word == "-d":
            body = next(words).encode()
        elif word == "-o":
            assert next(words) == shell["FILE"]
        elif word != "-i":
            url = word
    return site.client.request(method, url, headers=headers, content=body)


def kept(answer: httpx2.Response, member: str) -> str:
    if member in answer.headers and member[0].isupper():
        return str(answer.headers[member])
    found: Any = answer.json()
    for part in member.split("/"):
        found = found[int(part)] if part.isdigit() else found[part]
    return str(found)


def test_the_walk_leads_from_a_batch_to_activated_labels(shop: tuple[Site, Workshop]) -> None:
    site, workshop = shop
    today = local_day(site.here.store.clock.now())
    shell = {
        "API": f"https://{HOST}/v1",
        "KEY": program(site, workshop.producer, *SCOPES).key.token,
        "TOWN": TOWN,
        "TODAY": str(today),
        "HARVESTED": str(today - timedelta(days=14)),
    }
    statuses = []
    for step, (_, command, _) in zip(WALK, walk(), strict=True):
        if step.path == "/print-orders/$ORDER":
            worker = Worker(site.here.store, handlers(site.here))
            while worker.run_once():
                pass
        answer = run(site, command, shell)
        assert answer.is_success, answer.text
        statuses.append(answer.status_code)
        shell |= {variable: kept(answer, member) for variable, member in step.keeps}
        if step.method == "POST":  # sent again by somebody who lost the answer
            again = run(site, command, shell)
            assert again.status_code in (answer.status_code, 412), again.text
    assert statuses == [200, 200, 201, 200, 201, 202, 200, 200, 201]
    assert shell["FILE"] == "labels-0001.pdf"
    headers = {"authorization": f"Bearer {shell['KEY']}"}
    states = site.client.get(f"/v1/runs/{shell['RUN']}/ranges", headers=headers).json()
    assert states["counts"]["active"] == 24


@pytest.mark.parametrize(("language", "said"), [("zh", "接口说明"), ("en", "API reference")])
def test_the_page_shows_every_operation_without_any_script(site: Site, language: str, said: str) -> None:
    answer = site.client.get(f"/v1/?lang={language}", headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert said in answer.text
    for methods in described()["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in answer.text
    again = site.client.get(f"/v1/?lang={language}", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_page_is_found_without_the_slash_too(site: Site) -> None:
    assert site.client.get("/v1", follow_redirects=False).headers["location"] == "/v1/"


def test_ids_on_the_page_are_unique_and_its_commands_are_whole(site: Site) -> None:
    text = site.client.get("/v1/").text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    for block in re.findall(r"<pre>(.*?)</pre>", text, re.DOTALL):
        if block.startswith("curl"):
            checked = subprocess.run(["bash", "-n", "-c", unescape(block)], capture_output=True, check=False)
            assert checked.returncode == 0, block


def test_every_operation_and_capability_has_a_chinese_name() -> None:
    operations = [operation for methods in described()["paths"].values() for operation in methods.values()]
    assert {operation["operationId"] for operation in operations} == OPERATIONS_ZH.keys()
    assert {operation["tags"][0] for operation in operations} == GROUPS_ZH.keys()

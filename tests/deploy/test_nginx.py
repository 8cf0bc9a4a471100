"""nginx as deploy/ sets it up before a running server: TLS, names, addresses, bodies, and what is not logged."""

import json
import os
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from api.web.assets import ENTRY_PROOF
from gimark.accounts.rules import Role
from gimark.clock import SystemClock
from gimark.scans.model import ScanCheck
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from scripts.bench.verify_site import HOST, build, settings_of
from tests.api.v1.programs import new_key
from tests.county import staff
from tests.deploy.nginx import PATIENCE_S, Proxy, free_ports, proxy_before

START_S = 60


@dataclass(frozen=True)
class Front:
    """A server behind nginx, and some of its codes' targets."""

    proxy: Proxy
    folder: Path
    targets: list[str]
    server: "subprocess.Popen[bytes]"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    targets = [uri.removeprefix(f"https://{HOST}") for uri in build(folder, 40)]
    [port] = free_ports(1)
    environment = {
        **os.environ,
        "GIMARK_DATA_DIR": str(settings_of(folder).data_dir),
        "GIMARK_PASSPHRASE_FILE": str(folder / "passphrase"),
        "GIMARK_PUBLIC_BASE": f"https://{HOST}",
        "GIMARK_TRUSTED_PROXIES": "127.0.0.1",
        "GIMARK_SCAN_DURABILITY": "committed",
        "GIMARK_LOG_LEVEL": "debug",
    }
    command = [sys.executable, "-m", "scripts.cli", "serve", "--no-worker", "--port", str(port)]
    with (folder / "server.log").open("wb") as log, proxy_before(port, HOST, folder / "proxy") as proxy:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + START_S
            while proxy.get("/healthz")[0].status != 200:
                assert server.poll() is None, (folder / "server.log").read_text()
                assert time.monotonic() < deadline, "the server did not answer in time"
                time.sleep(0.2)
            yield Front(proxy, folder, targets, server)
        finally:
            server.terminate()
            server.wait(PATIENCE_S)


def devices(front: Front) -> set[tuple[int, bytes]]:
    """The code and the device of every check."""
    engine = open_engine(settings_of(front.folder).database)
    with engine.connect() as connection:
        found = {(row.idx, row.device) for row in connection.execute(select(ScanCheck.idx, ScanCheck.device))}
    engine.dispose()
    return found


def test_a_code_is_looked_up_through_tls(front: Front) -> None:
    response, body = front.proxy.get(front.targets[0], accept="application/json")
    assert response.status == 200
    assert json.loads(body)["verdict"] == "green"
    assert response.headers["strict-transport-security"] == "max-age=31536000"
    assert response.headers["cache-control"] == "no-store"
    page = front.proxy.get(front.targets[0], accept="text/html")[1].decode()
    assert "标识真实" in page


def test_http_leads_to_https_on_our_own_name(front: Front) -> None:
    for host in (HOST, f"{HOST}:80"):
        request = f"GET {front.targets[0]} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        response, _ = front.proxy.ask(request.encode(), is_plain=True)
        assert response.status == 301
        assert response.headers["location"] == f"https://{HOST}{front.targets[0]}"


def test_a_host_of_somebody_else_is_misdirected(front: Front) -> None:
    request = b"GET / HTTP/1.1\r\nHost: bank.example\r\nConnection: close\r\n\r\n"
    for is_plain in (True, False):
        assert front.proxy.ask(request, is_plain=is_plain)[0].status == 421
    with pytest.raises(ssl.SSLError):
        front.proxy.ask(request, "bank.example")


def test_an_address_that_the_client_made_up_is_not_believed(front: Front) -> None:
    target = front.targets[1]
    for number in range(5):
        made_up = f"203.0.113.{number}"
        headers = {"x_forwarded_for": made_up, "forwarded": f"for={made_up}", "x_real_ip": made_up}
        assert front.proxy.get(target, accept="application/json", user_agent="phone", **headers)[0].status == 200
    assert len({device for index, device in devices(front) if index == 1}) == 1


def test_a_body_that_is_too_large_is_refused_by_whoever_meets_it_first(front: Front) -> None:
    head = f"POST /v1/batches HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    over_ours = front.proxy.ask(f"{head}Content-Length: {(1 << 20) + 1}\r\n\r\n".encode() + b" " * ((1 << 20) + 1))
    assert over_ours[0].status == 413
    assert over_ours[0].headers["content-type"].startswith("application/problem+json")
    over_all = front.proxy.ask(f"{head}Content-Length: {22 << 20}\r\n\r\n".encode())
    assert over_all[0].status == 413
    assert b"nginx" in over_all[1]


def test_what_a_program_decides_changes_on_is_not_compressed(front: Front) -> None:
    """nginx makes the ETag of what it compresses a weak one, and no change is decided on those."""
    store = Store(open_engine(settings_of(front.folder).database), SystemClock())
    key = new_key(store, staff(store, Role.AUDITOR))
    store.engine.dispose()
    asked = {"authorization": f"Bearer {key.token}", "accept_encoding": "gzip"}
    response, body = front.proxy.get("/v1/items", **asked)
    assert (response.status, len(json.loads(body)["items"])) == (200, 27)
    for path in ("/v1/openapi.json", "/v1/", "/register.json"):
        assert front.proxy.get(path, **asked)[0].headers["content-encoding"] == "gzip", path


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_this_machine_is_not_told_through_the_proxy(front: Front, path: str) -> None:
    response, body = front.proxy.get(path)
    assert response.status == 404
    assert b"gimark_" not in body


def test_what_never_changes_is_kept_by_the_proxy(front: Front) -> None:
    seen = []
    for _ in range(2):
        response, body = front.proxy.get(ENTRY_PROOF.path)
        assert (response.status, body) == (200, ENTRY_PROOF.body)
        seen.append(response.headers["x-cache"])
    assert seen == ["MISS", "HIT"]


def test_a_verdict_is_never_kept_by_the_proxy(front: Front) -> None:
    answers = [front.proxy.get(front.targets[2], accept="application/json")[0] for _ in range(2)]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 2
    assert [answer.headers["x-cache"] for answer in answers] == [None, None]


def test_neither_log_has_an_address_or_a_code(front: Front) -> None:
    for target in front.targets[3:6]:
        front.proxy.get(target, x_forwarded_for="203.0.113.77")
    front.proxy.get("/01/nonsense")
    logged = "".join(
        path.read_text(encoding="utf-8") for path in (front.folder / "server.log", *front.folder.glob("proxy/*.log"))
    )
    for target in front.targets:
        serial = re.search("/21/([^?]+)", target)
        assert serial is not None
        assert serial[1] not in logged
        assert target.partition("?s=")[2] not in logged
    assert "203.0.113.77" not in logged
    assert not list(front.folder.glob("proxy/access*"))


def test_while_the_server_is_away_nothing_is_said_of_any_code(tmp_path: Path) -> None:
    [nobody] = free_ports(1)
    with proxy_before(nobody, HOST, tmp_path / "proxy") as proxy:
        response, body = proxy.get("/01/09521123000261/10/A/21/0123456789ABC?s=x")
    assert response.status == 503
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["retry-after"] == "30"
    assert "暂时无法核对" in body.decode()

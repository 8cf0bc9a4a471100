"""An ERP vendor's first day: from an access key to a verdict on a package, with curl alone, against `gimark serve`."""

import csv
import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from gimark.clock import SystemClock, local_day
from tests.curl import PATIENCE_S, Curl
from tests.founded import GTIN, HOST, TOWN, USCC, Founding
from tests.labels.thermal.test_thermal import decoded, zebra
from tests.scripts.command import environment_for
from tests.served import PHONE, Served, serving

COUNT, ON_SHEETS = 300, 240
SCOPES = ("read", "manage_batches", "issue_codes", "change_codes", "void_codes")


def gimark(data_dir: Path, *arguments: str, told: str = "") -> str:
    """A command of the office, as a process."""
    path = os.pathsep.join([str(Path.cwd()), str(Path.cwd() / "trace")])
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "scripts.cli", *arguments],
        env=os.environ | environment_for(data_dir) | {"PYTHONPATH": path},
        input=told,
        text=True,
        capture_output=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert ran.returncode == 0, ran
    return ran.stdout


def access_key(data_dir: Path) -> str:
    """A producer's user, its password of its own, and a key for the ERP."""
    added = gimark(
        data_dir, "user", "add", "songwu", "--role", "producer_manager", "--enterprise", USCC, "--as", "admin"
    )
    [once] = re.findall(r"\b[0-9a-z]{5}(?:-[0-9a-z]{5}){3}\b", added)
    gimark(data_dir, "user", "password", "songwu", told=f"{once}\nanother one of my own\n")
    until = (local_day(SystemClock().now()) + timedelta(days=30)).isoformat()
    scopes = [option for scope in SCOPES for option in ("--scope", scope)]
    made = gimark(data_dir, "access", "create", "ERP", *scopes, "--until", until, "--as", "songwu")
    [token] = re.findall(r"gimark_\w+", made)
    return str(token)


@pytest.fixture
def served(founding: Founding, tmp_path: Path) -> Iterator[tuple[Served, str]]:
    """The office's server with its worker, and the key that the vendor was handed."""
    here = founding.copy(tmp_path)
    here.store.engine.dispose()
    data_dir = here.settings.data_dir
    token = access_key(data_dir)
    with serving(data_dir) as running:
        yield running, token


def verdict(consumer: Curl, url: str, reason: str) -> str:
    """The colour that a phone is shown, once all processes know of the act (within a second or so)."""
    ends = time.monotonic() + 10
    while True:
        shown = consumer(url.removeprefix(f"https://{HOST}")).json
        if shown["reason"] == reason or time.monotonic() > ends:
            assert shown["reason"] == reason, shown
            return str(shown["verdict"])
        time.sleep(0.2)


@pytest.mark.long
def test_an_erp_goes_from_its_key_to_a_label_and_a_verdict_with_curl_alone(
    served: tuple[Served, str], tmp_path: Path
) -> None:
    server, token = served
    address = f"http://127.0.0.1:{server.port}"
    erp = Curl(f"{address}/v1", tmp_path, ("--header", f"Authorization: Bearer {token}"))
    phone = Curl(
        address,
        tmp_path,
        ("--header", f"Host: {HOST}", "--header", f"User-Agent: {PHONE}", "--header", "Accept: application/json"),
    )
    today = local_day(SystemClock().now())

    [item] = [one for one in erp("/items").json["items"] if one["gtin"] == GTIN]
    registered = erp.post(
        "/batches",
        {
            "item": item["ref"],
            "lot": "ERP1",
            "town": TOWN,
            "harvested_from": (today - timedelta(days=30)).isoformat(),
            "harvested_until": (today - timedelta(days=10)).isoformat(),
            "planned_g": COUNT * item["net_g"],
        },
    )
    batch = registered.json["ref"]
    packed = {"packed_g": COUNT * item["net_g"], "packed_on": today.isoformat()}
    version = f"If-Match: {erp(f'/batches/{batch}').headers['etag']}"
    erp.post(f"/batches/{batch}/confirmation", packed, 'If-Match: "stale"', expect=412)
    assert erp.post(f"/batches/{batch}/confirmation", packed, version, expect=200).json["state"] == "confirmed"

    run = erp.post("/runs", {"batch": batch, "count": COUNT}).json
    assert (run["count"], run["gtin"], run["lot"]) == (COUNT, GTIN, "ERP1")

    labels = {"run": run["ref"], "first": 0, "last": ON_SHEETS - 1, "template": "a4-3x8"}
    roll = {**labels, "first": ON_SHEETS, "last": COUNT - 1, "template": "roll-70x40", "format": "zpl"}
    sheets, rolls = (erp.post("/print-orders", body, expect=202).json for body in (labels, roll))
    released = erp.polled(f"/print-orders/{sheets['ref']}", "released")
    assert [file["name"] for file in released["files"]] == ["codes.csv", "labels-0001.pdf"]
    pdf = erp(f"/print-orders/{sheets['ref']}/files/labels-0001.pdf").body
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == ON_SHEETS // 24
        page = document[1].render(scale=300 / 72, grayscale=True).to_numpy().squeeze()
    on_page = {symbol.text for symbol in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)}
    text = erp(f"/print-orders/{sheets['ref']}/files/codes.csv").body.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert on_page == {row["url"] for row in rows[24:48]}
    erp.polled(f"/print-orders/{rolls['ref']}", "released")
    zpl = erp(f"/print-orders/{rolls['ref']}/files/labels-0001.zpl").body
    [[printed], *others] = [decoded(paper) for paper in zebra(zpl)]
    assert len(others) == COUNT - ON_SHEETS - 1

    code, other = rows[24], printed.decode()
    assert verdict(phone, code["url"], "not_activated") == "amber"
    everything = {"kind": "activate", "ranges": [{"first": 0, "last": COUNT - 1}]}
    erp.post(f"/runs/{run['ref']}/ranges", everything)
    assert verdict(phone, code["url"], "authentic") == "green"
    assert verdict(phone, other, "authentic") == "green"

    one = {"first": code["typed"], "last": code["typed"]}
    erp.post(f"/runs/{run['ref']}/ranges", {"kind": "void", "ranges": [one], "reason": "标签破损"})
    assert verdict(phone, code["url"], "voided") == "red"
    assert verdict(phone, other, "authentic") == "green"
    life = erp("/codes", "--get", "--data-urlencode", f"code={code['url']}").json
    assert (life["state"], life["signature"], life["index"]) == ("voided", "authentic", 24)
    assert [act["kind"] for act in life["acts"]] == ["activate", "void"]
    assert erp(f"/batches/{batch}/volume").json["issued_g"] == (COUNT - 1) * item["net_g"]
    assert server.stop() == 0

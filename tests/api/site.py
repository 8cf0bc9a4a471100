"""A whole web process over a small county: real store, keys, ledger and published files, in one folder."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from api.installation import Installation, note_signer
from api.main import application
from api.settings import Settings
from api.wiring import Process
from gimark.accounts.secrets import account_secrets
from gimark.files.folder import LocalFiles
from gimark.keys.keyset import IssuingKey, KeySet, KeyState, LogKey, publish
from gimark.keys.note import NoteSigner
from gimark.ledger.signing import start_state
from gimark.registry.county.actions import CountyForm, set_county
from tests.county import ORIGIN, County

HOST = ORIGIN
BASE = f"https://{HOST}"
PHONE = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile"
FORM = CountyForm(
    code="999001",
    name_zh="云溪县",
    name_en="Yunxi County",
    regulator_zh="云溪县市场监督管理局",
    regulator_en="Yunxi County Administration for Market Regulation",
    regulator_address="",
    regulator_phone="",
    regulator_email="",
    title_zh="云溪县地理标志查验",
    title_en="Yunxi GI mark check",
    host=HOST,
    icp_number="",
    psb_number="",
)


def installation(county: County, folder: Path, origin: str = ORIGIN, host: str = HOST, **settings: Any) -> Installation:
    """The county's installation with its key set, checkpoint and status list published."""
    made = Settings(**{"data_dir": folder, "public_base": f"https://{host}", "passphrase": "example", **settings})
    here = Installation(made, county.store, LocalFiles(folder / "files"))
    root, log = note_signer(f"{origin}/root", b"\x03" * 32), note_signer(f"{origin}/log", b"\x04" * 32)
    here.root_key, here.keyring, here.log_signer = root.key, county.keyring, log
    here.account_secrets = account_secrets(b"\x02" * 32)
    if not (made.published / "checkpoint").exists():
        with county.store.acting() as act:
            set_county(act, county.regulator, FORM)
            act.commit()
        here.publish_keyset(publish(keyset(county, log), root))
        start_state(folder / "signer-state.json", f"{origin}/log")
        here.publish_checkpoint()
        here.publish_status()
    return here


def keyset(county: County, log: NoteSigner, **changes: Any) -> KeySet:
    """The county's key set."""
    signer: Any = county.keyring.issuing["0001"].signer
    key = IssuingKey("0001", "ed25519", signer.public, date(2026, 1, 1), date(2026, 12, 31), KeyState.ACTIVE)
    whole = {
        "origin": county.keyring.origin,
        "hosts": (county.keyring.host,),
        "seq": 1,
        "published_at": datetime(2026, 1, 1, tzinfo=UTC),
        "expires_at": datetime(2027, 1, 1, tzinfo=UTC),
        "quorum": 0,
        "logs": (LogKey(log.key, date(2026, 1, 1), date(2030, 1, 1)),),
        "witnesses": (),
        "keys": (key,),
    }
    return KeySet(**{**whole, **changes})


class Site:
    """A running web process, and a phone that asks it."""

    def __init__(self, county: County, here: Installation, process: Process, client: TestClient) -> None:
        self.county = county
        self.here = here
        self.process = process
        self.client = client

    def get(self, target: str, **headers: str) -> httpx2.Response:
        """GET a target or a whole URI of ours, as a phone does; the register is read anew first."""
        self.process.snapshot.look()
        return self.client.get(target.removeprefix(BASE), headers=headers)

    def json(self, target: str, **headers: str) -> Mapping[str, Any]:
        """The same, asking for JSON."""
        found: Mapping[str, Any] = self.get(target, accept="application/json", **headers).json()
        return found


@contextmanager
def running(county: County, folder: Path, **settings: Any) -> Iterator[Site]:
    """A web process of the county from start to close."""
    here = installation(county, folder, **settings)
    process = Process(here)
    headers = {"user-agent": PHONE, "accept": "text/html,*/*;q=0.8", "accept-language": "zh-CN"}
    with TestClient(application(process), base_url=BASE, headers=headers) as client:
        yield Site(county, here, process, client)

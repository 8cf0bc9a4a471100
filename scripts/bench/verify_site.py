"""The server process of the `verify` benchmark: the application, and beside it what it is compared with.

One uvicorn serves all of it, so that they differ in nothing but what answers: a bare ASGI answer, an empty FastAPI
route, the least a look-up can be (read the code, decode the serial, check the signature, answer as long a text), and,
where it is installed, Django with a row per code (verify_django.py).
Started by verify.py as `python -m scripts.bench.verify_site FOLDER PORT`.
"""

import sys
import time
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe

import uvicorn
from fastapi import FastAPI
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

from api.founding import ADMINISTRATOR, found
from api.installation import Installation, open_installation
from api.logs import configure
from api.main import application
from api.settings import Settings
from api.wiring import Process
from gimark.accounts.actions import UserForm, create_user
from gimark.accounts.queries import actor_for
from gimark.accounts.rules import Role
from gimark.clock import local_day
from gimark.codes.minting import mint
from gimark.codes.uri import Malformed, parse_path_and_query
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.issuance.signing import issued_run, secrets_of
from gimark.keys import ed25519
from gimark.production.actions import confirm_batch, register_batch
from gimark.production.registering import BatchForm
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.model import TradeItem
from scripts.bench import verify_django

ORIGIN = HOST = "gi.yunxi.example"
PROFILE = Path(__file__).parents[1] / "profiles" / "yunxi"
USCC = "93000952MA0YXT007Q"
HELLO, EMPTY, LEAST, CLOCK = "/hello", "/empty", "/least", "/clock"
HELLO_BODY = b'{"hello":"world"}'
URIS = "uris.txt"
LEAST_BODY = HELLO_BODY.ljust(2_000)


def settings_of(folder: Path, database_url: str = "") -> Settings:
    """The settings of the bench's installation, whatever the environment says; on SQLite unless a database is given."""
    return Settings(
        data_dir=folder / "site",
        passphrase=None,
        passphrase_file=folder / "passphrase",
        database_url=database_url,
        trusted_proxies=(),
        bad_signatures_per_minute=10**9,
    )


def build(folder: Path, count: int, database_url: str = "") -> list[str]:
    """Found an installation with one activated run of `count` codes; their URIs."""
    settings = settings_of(folder, database_url)
    (folder / "passphrase").touch(mode=0o600)
    (folder / "passphrase").write_text(token_urlsafe(), encoding="ascii")
    found(settings, PROFILE, ORIGIN, HOST)
    here = open_installation(settings)
    try:
        uris = _issue(here, count)
    finally:
        here.store.engine.dispose()
    (folder / URIS).write_text("\n".join(uris), encoding="ascii")
    return uris


def forged(target: str) -> str:
    """The same code with one character of its signature changed."""
    at = target.index("?s=") + 40
    return target[:at] + ("A" if target[at] != "A" else "B") + target[at + 1 :]


def _issue(here: Installation, count: int) -> list[str]:
    store = here.store
    today = local_day(store.clock.now())
    with store.acting() as act:
        item = act.session.scalars(
            select(TradeItem).join(Enterprise, Enterprise.id == TradeItem.enterprise_id).where(Enterprise.uscc == USCC)
        ).first()
        if item is None:
            raise LookupError(f"the profile has no item of {USCC}")
        administrator = actor_for(act.session, ADMINISTRATOR)
        create_user(act, administrator, UserForm("bench", Role.PRODUCER_MANAGER, item.enterprise_id))
        producer = actor_for(act.session, "bench")
        mass_g = count * item.net_g
        town = act.session.get_one(Enterprise, item.enterprise_id).town_code
        form = BatchForm(item.ref, "BENCH1", town, today - timedelta(days=9), today - timedelta(days=2), mass_g)
        batch_ref = register_batch(act, producer, form).ref
        confirm_batch(act, producer, batch_ref, mass_g, today)
        act.commit()
    run = issue_codes(store, here.keyring, producer, IssueForm(batch_ref, count, "bench"))
    with store.acting() as act:
        change_ranges(act, producer, run.ref, RangeForm(RangeKind.ACTIVATE, ((0, count - 1),)))
        act.commit()
    with store.reading() as session:
        issued = issued_run(session, here.keyring, run.number)
    return [row.tobytes().decode() for row in mint(issued.codes, *secrets_of(here.keyring, issued), 0, count).uris]


def beside(app: ASGIApp, here: Installation, django: verify_django.Respond | None) -> ASGIApp:
    """`app` with its peers beside it, and the CPU clocks of this process."""
    framework = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    keyset, [cipher] = here.keyset, here.keyring.ciphers.values()
    key = keyset.keys[0]

    @framework.get(EMPTY)
    async def empty() -> dict[str, str]:
        return {"hello": "world"}

    def least(scope: Scope) -> bytes:
        code = parse_path_and_query(scope["raw_path"].removeprefix(LEAST.encode()), scope["query_string"])
        if isinstance(code, Malformed) or code.token is None or cipher.decode(code.serial) is None:
            return b""
        message = code.message(keyset.origin, key.kid)
        return LEAST_BODY if ed25519.verify(key.public, message, code.token.signature) else b""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == HELLO:
            await _answer(send, HELLO_BODY)
        elif path == CLOCK:
            await _answer(send, b"%d %d" % (time.thread_time_ns(), time.process_time_ns()))
        elif path == EMPTY:
            await framework(scope, receive, send)
        elif path.startswith(LEAST):
            await _answer(send, least(scope))
        elif django is not None and path.startswith(verify_django.PREFIX):
            await _answer(send, django(scope))
        else:
            await app(scope, receive, send)

    return serve


async def _answer(send: Send, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main(folder: Path, port: int) -> None:
    """Serve until told to stop."""
    configure("warning")
    here = open_installation(settings_of(folder))
    uris = (folder / URIS).read_text(encoding="ascii").split()
    django = verify_django.peer(folder, uris, here.keyset) if verify_django.is_installed() else None
    app = beside(application(Process(here)), here, django)
    config = uvicorn.Config(
        app,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=3_600,
        loop="uvloop",
        http="httptools",
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

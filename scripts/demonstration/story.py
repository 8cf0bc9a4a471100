"""The main job, end to end, each step with its real result (`gimark demo`).

A batch of an authorised enterprise becomes signed codes, printed labels, a scan from the printed page, and four
verdicts over HTTP: genuine, forged, voided, not yet activated.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from api.founding import ADMINISTRATOR, REGULATOR, found
from api.installation import KEYS_NOTE, Installation, open_installation
from api.jobs.labelling import order_labels
from api.settings import Settings
from api.web.desk.places import SIGN_IN
from gimark.accounts.actions import reset_password
from gimark.accounts.queries import actor_for, ref_of
from gimark.accounts.rules import Actor
from gimark.clock import FixedClock, local_day
from gimark.issuance.custody.actions import hand_out
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.printing import PrintForm
from gimark.issuance.queries import RunFacts
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.ledger.checkpoints import Checkpoint
from gimark.production.actions import confirm_batch, register_batch
from gimark.production.registering import BatchForm
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.items.queries import items_of
from scripts.cli.serving import listening_at
from scripts.demonstration import folder as folders
from scripts.demonstration import paper, season
from scripts.demonstration.server import serving
from scripts.lookup import look_up
from scripts.printing import finish

PROFILE = Path(__file__).parents[1] / "profiles" / "yunxi"
HOST = "gi.yunxi.example"
PRODUCER = "producer-01"
COUNT, ACTIVATED, VOIDED = 1_000, (0, 499), (500, 549)
TEMPLATE, DPI = "a4-3x8", 300

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class LookUp:
    """One look-up: what was asked, what must come, what came."""

    what: str
    url: str
    expected: str
    verdict: str
    reason: str


def run(folder: Path, bind: str, port: int, *, once: bool, percent: int = 100) -> int:
    """Play the whole demonstration in `folder`; 0 when every verdict was as it must be.

    `percent` is how large the season is that stands behind it.
    """
    if not once:
        listening_at(bind, port).close()  # what is taken is told now and not after a whole season
    settings = folders.fresh(folder, HOST)
    here = _founded(settings, folder, percent)
    with here.store.reading() as session:
        producer = actor_for(session, PRODUCER)
    batch_ref, issued = _register_and_issue(here, producer)
    _publish(here, issued)
    _confirm(here, producer, batch_ref, issued)
    files = _print(here, producer, issued, folder)
    _activate_and_void(here, producer, issued)
    first = _scan(files["labels.pdf"], folder)
    with serving(settings, bind, 0 if once else port) as server:
        looks = _look_up(server.address, first, paper.urls(files["codes.csv"]))
        _leave(settings, folder, looks)
        if not once:
            _open_desks(here, server.address)
            # Last, so that whoever reads it and presses Ctrl+C ends nothing that is under way.
            console.print(f"\n正在服务 / serving [bold]{server.address}[/]  Ctrl+C")
            console.print(f"  {server.address}{first.partition(HOST)[2]}")
            server.wait()
    return 0 if all(look.verdict == look.expected for look in looks) else 1


def _founded(settings: Settings, folder: Path, percent: int) -> Installation:
    _title(1, "建平台，载入虚构的云溪县 / found the installation, load the invented county")
    now = datetime.now(UTC)
    clock = FixedClock(now - timedelta(days=season.SEASON_DAYS + 10))
    root = folders.root_beside(folder)
    founded = found(settings, PROFILE, HOST, HOST, clock, root)
    _fact("根公钥 / root key", founded.root_vkey)
    _fact("根私钥 / root's private key", f"{root.path}（正式使用时放在离线介质上 / off line in earnest）")
    past = open_installation(settings, clock)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("一季的批次和标识 / a season of batches and codes", total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        played = season.play(past, clock, now, show, percent)
    past.store.engine.dispose()
    _fact("一季 / season", f"{played.batches} 批 / batches, {played.codes:,} 枚 / codes, {played.scans:,} 次 / scans")
    return open_installation(settings)


def _register_and_issue(here: Installation, producer: Actor) -> tuple[str, RunFacts]:
    _title(2, "登记批次并赋码 / register a batch, issue codes")
    today = local_day(here.store.clock.now())
    with here.store.acting() as act:
        enterprise = act.session.get_one(Enterprise, producer.enterprise_id)
        item = items_of(act.session, enterprise.id)[0]
        _fact("企业 / enterprise", f"{enterprise.name_zh} {enterprise.uscc}")
        _fact("商品 / item", f"{item.name_zh}  GTIN {item.gtin}")
        batch = register_batch(
            act,
            producer,
            BatchForm(
                item_ref=item.ref,
                lot=f"YX{today:%y%m%d}",
                town_code=enterprise.town_code,
                harvested_from=today - timedelta(days=30),
                harvested_until=today - timedelta(days=10),
                planned_g=COUNT * item.net_g,
                producer_lot="26-112",
            ),
        )
        ref, lot, index = batch.ref, batch.lot, batch.ledger_index
        act.commit()
    _fact("批次 / batch", f"{lot}  {ref}  账本 / ledger {index}")
    issued = issue_codes(here.store, here.keyring, producer, IssueForm(ref, COUNT, "demo-order"))
    _fact("赋码批 / run", f"No. {issued.number}  {issued.count:,} 枚 / codes  账本 / ledger {issued.ledger_index}")
    _fact("编码集合根 / codes root", issued.codes_root.hex())
    return ref, issued


def _publish(here: Installation, issued: RunFacts) -> None:
    _title(3, "公布存证快照 / publish the checkpoint")
    checkpoint = Checkpoint.unverified(here.publish_checkpoint())
    _fact("快照 / checkpoint", f"{checkpoint.size} 条 / entries  {checkpoint.root.hex()}")
    _fact("覆盖本批 / covers the run", f"{issued.ledger_index} < {checkpoint.size}")


def _confirm(here: Installation, producer: Actor, batch_ref: str, issued: RunFacts) -> None:
    _title(4, "确认包装 / confirm the packing")
    with here.store.acting() as act:
        batch = confirm_batch(act, producer, batch_ref, issued.net_g * COUNT, local_day(act.now))
        packed_g, packed_on = batch.packed_g, batch.packed_on
        act.commit()
    _fact("包装 / packed", f"{packed_g:,} g  {packed_on}")


def _activate_and_void(here: Installation, producer: Actor, issued: RunFacts) -> None:
    _title(6, "激活，作废 / activate, void")
    with here.store.acting() as act:
        active = change_ranges(act, producer, issued.ref, RangeForm(RangeKind.ACTIVATE, (ACTIVATED,)))
        void = change_ranges(act, producer, issued.ref, RangeForm(RangeKind.VOID, (VOIDED,), "整卷破损"))
        act.commit()
    _fact("激活 / activated", f"{ACTIVATED[0]}–{ACTIVATED[1]}  账本 / ledger {active.ledger_index}")
    _fact("作废 / voided", f"{VOIDED[0]}–{VOIDED[1]}  账本 / ledger {void.ledger_index}")
    here.publish_checkpoint()
    here.publish_status()


def _print(here: Installation, producer: Actor, issued: RunFacts, folder: Path) -> dict[str, Path]:
    _title(5, "印标文件 / label files")
    form = PrintForm(issued.ref, 0, COUNT - 1, TEMPLATE, DPI, "demo-print")
    order = order_labels(here, producer, form)
    order = finish(here, order.ref, console)
    left: dict[str, Path] = {}
    for file in order.leaving:
        name = "labels.pdf" if file.name.endswith(".pdf") else file.name
        left[name] = folder / name
        with here.store.acting() as act:
            hand_out(act, producer, order.ref, file.name)
            act.commit()
        with here.files.open(file.sha256) as source, left[name].open("wb") as target:
            shutil.copyfileobj(source, target)
        _fact(name, f"{left[name]}  {file.size:,} B  SHA-256 {file.sha256[:16]}…")
    return left


def _scan(pdf: Path, folder: Path) -> str:
    _title(7, "从印刷页扫码 / scan a label from the printed page")
    decoded = paper.scan_first_label(pdf, folder)
    _fact("读出 / decoded", decoded)
    return decoded


def _look_up(server: str, first: str, urls: list[str]) -> list[LookUp]:
    _title(8, f"查验 / look up  {server}")
    asked = (
        ("页上的标识 / the scanned code", first, "green"),
        ("改动一个字符 / one character flipped", _flipped(first), "red"),
        ("已作废 / voided", urls[VOIDED[0]], "red"),
        ("未激活 / not activated", urls[VOIDED[1] + 1], "amber"),
    )
    colours = {"green": "green", "amber": "yellow", "red": "red", "grey": "white"}
    looks: list[LookUp] = []
    for what, url, expected in asked:
        answer = look_up(server, url)
        look = LookUp(what, url, expected, str(answer["verdict"]), str(answer["reason"]))
        mark = "✓" if look.verdict == expected else "✗"
        console.print(f"  {mark} [{colours[look.verdict]}]● {look.verdict}[/] {look.reason:<14} {what}")
        looks.append(look)
    return looks


def _open_desks(here: Installation, address: str) -> None:
    """Let whoever watches sit down at the desks: a fresh one-time password for one user of each."""
    console.print(f"\n工作台 / desks  [bold]{address}{SIGN_IN}[/]  一次性密码 / one-time passwords")
    with here.store.acting() as act:
        administrator = actor_for(act.session, ADMINISTRATOR)
        for name in (PRODUCER, REGULATOR, ADMINISTRATOR):
            ref = ref_of(act.session, administrator, name)
            _fact(name, reset_password(act, administrator, ref).one_time_password)
        act.commit()


def _flipped(url: str) -> str:
    """The URL with one character of its signature changed, as a forger who guesses would have it."""
    place = len(url) - 40
    return url[:place] + ("A" if url[place] != "A" else "B") + url[place + 1 :]


def _leave(settings: Settings, folder: Path, looks: list[LookUp]) -> None:
    verdicts = json.dumps([asdict(look) for look in looks], ensure_ascii=False, indent=1)
    (folder / "verdicts.json").write_text(verdicts + "\n", encoding="utf-8")
    shutil.copy(settings.published / KEYS_NOTE, folder / "gi-keys")
    shutil.copy(settings.published / "checkpoint", folder / "checkpoint")
    left = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    _fact("留下 / left", f"{folder}: {', '.join(left)}")


def _title(number: int, text: str) -> None:
    console.print(f"\n[bold]{number}. {text}[/]")


def _fact(name: str, value: str) -> None:
    console.print(f"  {name}  [cyan]{value}[/]")

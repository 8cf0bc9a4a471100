"""The command line, as somebody at a terminal has it: real processes on an installation that was really founded."""

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select

from api.installation import note_signer
from gimark.clock import SystemClock, local_day
from gimark.codes.serial import typed_form
from gimark.ledger.disk import write_whole
from gimark.production.actions import register_batch
from gimark.production.registering import BatchForm
from gimark.registry.items.model import TradeItem
from scripts.demonstration.paper import urls
from tests.founded import GTIN, HOST, OTHER_USCC, TOWN, USCC, Founding, Workshop
from tests.scripts.command import Gimark, environment_for, forking

TODAY = local_day(SystemClock().now())
HARVEST = f"{TODAY - timedelta(days=40)}..{TODAY - timedelta(days=20)}"
FAR_TOWN = "999001011"


@pytest.fixture(scope="module")
def process() -> Iterator["subprocess.Popen[str]"]:
    """The process that forks for each command."""
    with forking() as process:
        yield process


@pytest.fixture(scope="module")
def shop(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A workshop for commands that are refused; its batch is registered, not confirmed."""
    copy = workshop.copy(tmp_path_factory.mktemp("shop"))
    with copy.here.store.acting() as act:
        item = act.session.scalars(select(TradeItem.ref).where(TradeItem.gtin == GTIN)).one()
        harvest = (TODAY - timedelta(days=30), TODAY - timedelta(days=10))
        ref = register_batch(act, copy.producer, BatchForm(item, "YX-0", TOWN, *harvest, 250_000)).ref
        act.commit()
    copy.here.store.engine.dispose()
    return replace(copy, batch_ref=ref)


@pytest.fixture(scope="module")
def refusing(process: "subprocess.Popen[str]", shop: Workshop) -> Iterator[Gimark]:
    """Commands on that workshop; what they were refused for left its ledger clean and as long as it was."""
    gimark = Gimark(process, shop.here.settings.data_dir)
    before = gimark("ledger", "check").out
    yield gimark
    assert gimark("ledger", "check").out == before


@pytest.fixture
def own(process: "subprocess.Popen[str]", workshop: Workshop, tmp_path: Path) -> Gimark:
    """Commands on a workshop of the test's own."""
    copy = workshop.copy(tmp_path)
    copy.here.store.engine.dispose()
    return Gimark(process, copy.here.settings.data_dir)


def ref_of(what: str, told: str) -> str:
    found = re.search(rf"/ {what} (\w{{16}})", told)
    assert found is not None, told
    return found[1]


def register(*changes: str, **named: str) -> tuple[str, ...]:
    """A registration that would be taken, but for what is changed."""
    told = {"item": GTIN, "lot": "YX-2", "kg": "250", "town": TOWN, "harvested": HARVEST, "as": "songwu", **named}
    return (
        *("batch", "register", told["item"], told["lot"], told["kg"]),
        *("--town", told["town"], "--harvested", told["harvested"], "--as", told["as"], *changes),
    )


def test_the_whole_of_a_producers_work(own: Gimark, workshop: Workshop) -> None:
    told = own("user", "add", "new-maker", "--role", "producer_manager", "--enterprise", USCC, "--as", "admin").out
    assert re.search(r"new-maker .* \w{5}-\w{5}-\w{5}-\w{5}", told)
    batch = ref_of("batch", own(*register(lot="YX26A1112", **{"as": "new-maker"})).out)
    own("batch", "confirm", batch, "249.5", str(TODAY), "--as", "new-maker")
    issued = ("issue", batch, "24", "--key", "my order", "--as", "new-maker")
    run = ref_of("run", own(*issued).out)
    assert ref_of("run", own(*issued).out) == run
    assert "idempotency_key" in own.refused("issue", batch, "23", "--key", "my order", "--as", "new-maker")

    serials = workshop.here.keyring.ciphers[1].encode(workshop.run.number + 1, 0, 24)
    typed = [typed_form(bytes(serial).decode()) for serial in serials]
    own("codes", "activate", run, "0", "11", "--as", "new-maker")
    own("codes", "void", run, typed[2].lower(), typed[3], "--reason", "卷边破损", "--as", "new-maker")
    own("codes", "return", run, "20", "23", "--reason", "未用", "--as", "new-maker")
    assert "codes 3–4 (index 2–3): voided" in own.refused("codes", "activate", run, "2", "3", "--as", "new-maker")
    shown = json.loads(own("ledger", "show", str(entries(own) - 2)).out)
    assert (shown["type"], shown["ranges"], shown["reason"]) == ("run.void", [[2, 3]], "卷边破损")

    own("batch", "recall", batch, "--reason", "抽检不合格", "--as", "new-maker")
    assert "已召回" in own.refused("codes", "activate", run, "12", "12", "--as", "new-maker")
    published = own("ledger", "publish").out
    assert published.splitlines()[1] == str(entries(own))
    assert f"{entries(own)} entries agree" in own("ledger", "check").out


def test_a_user_s_role_link_and_lost_authenticator_are_seen_to(own: Gimark) -> None:
    assert (
        "producer_clerk"
        in own("user", "role", "songwu", "--role", "producer_clerk", "--enterprise", USCC, "--as", "admin").out
    )
    assert "not found" in own.refused("user", "role", "songwu", "--role", "auditor", "--as", "banling")
    assert "enterprise" in own.refused("user", "role", "songwu", "--role", "producer_clerk", "--as", "admin")
    assert "own role" in own.refused("user", "role", "admin", "--role", "auditor", "--as", "admin")
    link = own("user", "link", "songwu", "--as", "admin").out.splitlines()[-1]
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/sign-in/reset/[\w-]{43}", link)
    for name in ("songwu", "admin"):
        assert name in own("user", "unpair", name, "--as", "admin").out
    assert "name" in own.refused("user", "unpair", "nobody", "--as", "admin")


def entries(gimark: Gimark) -> int:
    return int(scalar(gimark, "SELECT size FROM log_head"))


def scalar(gimark: Gimark, statement: str, *values: object) -> str:
    with closing(sqlite3.connect(gimark.data_dir / "gimark.db")) as connection:
        [found] = connection.execute(statement, values).fetchone()
    return str(found)


def published(gimark: Gimark, name: str) -> Path:
    return gimark.data_dir / "published" / ".well-known" / name


@pytest.fixture(scope="module")
def selling(
    process: "subprocess.Popen[str]", workshop: Workshop, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Gimark, list[str], list[str]]:
    """A workshop that printed two labels and voided the first; their URLs; the options that verify off line."""
    copy = workshop.copy(tmp_path_factory.mktemp("selling"))
    copy.here.store.engine.dispose()
    gimark = Gimark(process, copy.here.settings.data_dir)
    run = scalar(gimark, "SELECT ref FROM issue_run")
    told = gimark("labels", run, "--last", "1", "--out", "labels", "--template", "roll-70x40", "--as", "songwu").out
    for name in ("codes.csv", "labels-0001.pdf"):
        digest = hashlib.sha256((gimark.folder / "labels" / name).read_bytes()).hexdigest()
        assert re.search(rf"labels/{name}  [\d,]+ B  SHA-256 {digest}\n", told)
    gimark("codes", "void", run, "0", "0", "--reason", "破损", "--as", "songwu")
    copy.here.publish_checkpoint()
    copy.here.publish_status()
    copy.here.store.engine.dispose()
    root = (gimark.data_dir / "keys" / "root.vkey").read_text().strip()
    keys = ["--keyset", str(published(gimark, "gi-keys")), "--root", root]
    return gimark, urls(gimark.folder / "labels" / "codes.csv"), keys


def test_a_code_is_verified_off_line(selling: tuple[Gimark, list[str], list[str]]) -> None:
    gimark, (first, second), keys = selling
    status = ["--status", str(published(gimark, "gi-status"))]
    assert "authentic" in gimark("verify", second, *keys, *status).out
    assert "voided" in gimark("verify", first, *keys, *status, code=3).out or "returned"
    forged = second[:-40] + ("A" if second[-40] != "A" else "B") + second[-39:]
    assert "bad_signature" in gimark("verify", forged, *keys, *status, code=3).out
    unsigned = gimark("verify", second.partition("?")[0], *keys).out
    assert "unsigned" in unsigned
    for strange in ("https://gi.example.cn/", "nonsense", "", "https://x/[/red]", "[bold]", "\x1b[2J"):
        told = gimark("verify", strange, *keys, code=3).out
        assert re.search(r"malformed|foreign_host", told), told
        assert "\x1b[2J" not in told
        assert strange.replace("\x1b", "�") in told


def test_a_picture_of_a_printed_label_is_verified(selling: tuple[Gimark, list[str], list[str]]) -> None:
    gimark, (_, second), keys = selling
    subprocess.run(
        ["pdftoppm", "-r", "300", "-png", "-f", "2", "-l", "2", "-singlefile", "labels/labels-0001.pdf", "label"],
        cwd=gimark.folder,
        check=True,
    )
    with Image.open(gimark.folder / "label.png") as picture:
        assert [symbol.text for symbol in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)] == [
            second
        ]
    assert f"authentic  {second}" in gimark("verify", "label.png", *keys).out


def test_label_files_are_fetched_again_and_a_place_that_takes_none_is_named(
    selling: tuple[Gimark, list[str], list[str]],
) -> None:
    gimark, printed, _ = selling
    run = scalar(gimark, "SELECT ref FROM issue_run")
    again = ("labels", run, "--last", "1", "--template", "roll-70x40", "--as", "songwu", "--out")
    gimark(*again, "once more")
    assert urls(gimark.folder / "once more" / "codes.csv") == printed
    assert "out: " in gimark.refused(*again, "labels/codes.csv")
    assert scalar(gimark, "SELECT count(*) FROM print_order") == "1"


def test_a_key_set_is_believed_under_the_right_root_alone(
    selling: tuple[Gimark, list[str], list[str]], founding: Founding
) -> None:
    gimark, (_, second), (_, keyset, _, root) = selling
    other = note_signer(f"{HOST}/root", b"\x07" * 32).key
    refused = gimark.refused
    refused("verify", second, "--keyset", keyset, "--root", str(other))
    refused("verify", second, "--keyset", keyset, "--root", "nonsense")
    assert "root" in refused("verify", second, "--keyset", keyset)
    assert "cannot be read" in refused("verify", second, "--keyset", "no-such-file", "--root", root)
    other_status = founding.data_dir / "published" / ".well-known" / "jwks.json"
    refused("verify", second, "--keyset", keyset, "--root", root, "--status", other_status)
    tampered = gimark.folder / "gi-keys"
    tampered.write_bytes(Path(keyset).read_bytes().replace(b"seq 1", b"seq 2"))
    refused("verify", second, "--keyset", tampered, "--root", root)
    assert "--server" in refused("verify", second)
    assert "gave no verdict" in refused("verify", second, "--server", "http://127.0.0.1:9")


def test_what_is_no_picture_and_a_picture_without_a_code_are_refused(
    selling: tuple[Gimark, list[str], list[str]],
) -> None:
    gimark, _, keys = selling
    (gimark.folder / "text.png").write_text("no picture")
    blank = io.BytesIO()
    Image.new("L", (64, 64), 255).save(blank, "png")
    (gimark.folder / "blank.png").write_bytes(blank.getvalue())
    assert "is no picture" in gimark.refused("verify", "text.png", *keys)
    assert "is no picture" in gimark.refused("verify", "no-such.png", *keys)
    assert "no code could be read" in gimark.refused("verify", "blank.png", *keys)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        *(({"kg": mass}, "planned_kg") for mass in ("NaN", "sNaN", "Infinity", "0", "1e12", "1e999999", "0.0001")),
        *(({"kg": mass}, "planned_kg") for mass in ("２５０", "250kg", "", "1_000", "²")),
        *(({"lot": lot}, "lot") for lot in ("A" * 21, ".", "yx26", "", "ＹＸ", "A B", "A/B", "\x1b[31m")),
        ({"town": "999001099"}, "999001099"),
        ({"town": FAR_TOWN}, "town"),
        ({"town": ""}, "town"),
        ({"harvested": "2026-10-21..2026-10-01"}, "harvested"),
        ({"harvested": "yesterday"}, "harvested"),
        ({"harvested": "20261001"}, "harvested"),
        ({"harvested": "2026-W40-1"}, "harvested"),
        ({"harvested": ""}, "harvested"),
        ({"harvested": "２０２６-10-01"}, "harvested"),
        ({"harvested": "2026-10-01..2999-10-01"}, "future"),
        ({"harvested": "2026-10-01..2026-10-02..2026-10-03"}, "harvested"),
        ({"as": "nobody"}, "as: there is no such user"),
        ({"as": ""}, "as: there is no such user"),
        ({"as": "regulator"}, "regulator"),
        ({"as": "banling"}, "item"),
        ({"item": "9521123000269"}, "item"),
        ({"item": "no such item"}, "item"),
        ({"lot": "YX-1"}, "YX-1"),
    ],
)
def test_a_bad_registration_is_refused_in_one_line(refusing: Gimark, changes: dict[str, str], words: str) -> None:
    assert words in refusing.refused(*register(**changes))


@pytest.mark.parametrize(
    ("mass", "day", "words"),
    [
        ("0", str(TODAY), "packed_kg"),
        ("２５０", str(TODAY), "packed_kg"),
        ("10", str(TODAY - timedelta(days=300)), "packed_on"),
        ("10", str(TODAY + timedelta(days=2)), "future"),
        ("10", "2026-02-30", "packed_on"),
        ("1e12", str(TODAY), "packed_kg"),
    ],
)
def test_a_bad_confirmation_is_refused_in_one_line(
    refusing: Gimark, shop: Workshop, mass: str, day: str, words: str
) -> None:
    told = refusing.refused("batch", "confirm", shop.batch_ref, mass, day, "--as", "songwu")
    assert words in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("issue", "{batch}", "0", "--as", "songwu"), "count"),
        (("issue", "{batch}", "99999999999999999999", "--as", "songwu"), "count"),
        (("issue", "{batch}", "1021", "--as", "songwu"), "1,020 left"),
        (("issue", "{batch}", "1", "--as", "banling"), "batch"),
        (("issue", "{batch}", "1", "--as", "regulator"), "regulator"),
        (("issue", "{batch}", "1", "--key", "", "--as", "songwu"), "idempotency_key"),
        (("issue", "{batch}", "1", "--key", "k" * 81, "--as", "songwu"), "idempotency_key"),
        (("issue", "nowhere", "1", "--as", "songwu"), "batch"),
        (("batch", "confirm", "{batch}", "1", str(TODAY), "--as", "banling"), "batch"),
        (("batch", "recall", "{batch}", "--reason", "借用", "--as", "banling"), "batch"),
        (("batch", "recall", "{batch}", "--reason", " ", "--as", "songwu"), "reason"),
        (("batch", "recall", "{batch}", "--reason", "一" * 241, "--as", "songwu"), "reason"),
        (("batch", "recall", "{batch}", "--reason", "两\n行", "--as", "songwu"), "reason"),
        (("codes", "activate", "{run}", "5", "4", "--as", "songwu"), "reversed"),
        (("codes", "activate", "{run}", "0", "60", "--as", "songwu"), "outside"),
        (("codes", "activate", "{run}", "0", "9" * 12, "--as", "songwu"), "outside"),
        (("codes", "activate", "{run}", "0", "9" * 5000, "--as", "songwu"), "first"),
        (("codes", "activate", "{run}", "0", "ABCD-EFGH-JKMNP", "--as", "songwu"), "first"),
        (("codes", "activate", "{run}", "", "", "--as", "songwu"), "first"),
        (("codes", "activate", "{run}", "０", "１", "--as", "songwu"), "first"),
        (("codes", "activate", "{run}", "0", "0", "--as", "banling"), "run"),
        (("codes", "activate", "nowhere", "0", "0", "--as", "songwu"), "run"),
        (("codes", "void", "{run}", "0", "0", "--reason", "", "--as", "songwu"), "reason"),
        (("codes", "return", "{run}", "0", "0", "--reason", "未用", "--as", "regulator"), "regulator"),
        (("labels", "{run}", "--template", "no-such", "--as", "songwu"), "template"),
        (("labels", "{run}", "--dpi", "0", "--as", "songwu"), "dpi"),
        (("labels", "{run}", "--first", "5", "--last", "4", "--as", "songwu"), "reversed"),
        (("labels", "{run}", "--as", "banling"), "run"),
        (("user", "add", "x", "--role", "producer_manager", "--enterprise", USCC, "--as", "admin"), "name"),
        (("user", "add", "new", "--role", "king", "--as", "admin"), "role"),
        (("user", "add", "new", "--role", "producer_manager", "--as", "admin"), "enterprise"),
        (("user", "add", "new", "--role", "auditor", "--enterprise", OTHER_USCC, "--as", "admin"), "enterprise"),
        (("user", "add", "new", "--role", "producer_manager", "--enterprise", "nobody", "--as", "admin"), "enterprise"),
        (("user", "add", "songwu", "--role", "auditor", "--as", "admin"), "name"),
        (("user", "add", "new", "--role", "auditor", "--as", "songwu"), "enterprise"),
        (("ledger", "show", "9999"), "9999"),
        (("ledger", "show", "--", "-1"), "-1"),
        (("ledger", "rebuild", "no-such-folder"), "checkpoint"),
        (("init", "--profile", "nowhere", "--origin", "x", "--host", "x"), "data_dir"),
    ],
)
def test_a_bad_command_is_refused_in_one_line(
    refusing: Gimark, shop: Workshop, arguments: tuple[str, ...], words: str
) -> None:
    named = {"{batch}": shop.batch_ref, "{run}": shop.run.ref}
    assert words in refusing.refused(*(named.get(argument, argument) for argument in arguments))


def test_ranges_that_were_acted_on_are_refused_with_their_state(own: Gimark) -> None:
    run = scalar(own, "SELECT ref FROM issue_run")
    void = ("codes", "void", run, "10", "19", "--reason", "破损", "--as", "songwu")
    own(*void)
    before = entries(own)
    assert "codes 11–20 (index 10–19): voided" in own.refused(*void)
    assert "code 20 (index 19): voided" in own.refused("codes", "activate", run, "19", "30", "--as", "songwu")
    assert "11 left" in own.refused("issue", scalar(own, "SELECT ref FROM batch"), "12", "--as", "songwu")
    assert entries(own) == before
    own("ledger", "check")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE batch SET planned_g = planned_g * 10", "planned_g"),
        ("UPDATE enterprise SET name_zh = '[red]冒名[/bold]' WHERE id = 1", "[red]冒名[/bold]"),
        ("UPDATE log_entry SET body = x'7b' WHERE idx = 5", "log_entry/5"),
        ("DELETE FROM log_entry WHERE idx = 7", "log_entry/7"),
        ("UPDATE log_node SET hash = zeroblob(32) WHERE level = 0 AND idx = 3", "log_node/0/3"),
    ],
)
def test_a_row_changed_behind_the_acts_back_is_told(own: Gimark, statement: str, words: str) -> None:
    own("ledger", "check")
    with closing(sqlite3.connect(own.data_dir / "gimark.db")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement).rowcount == 1
        connection.commit()
    told = own("ledger", "check", code=1)
    assert words in told.out
    assert "Traceback" not in told.err


def test_an_altered_published_file_is_told(own: Gimark) -> None:
    bundle = next((own.data_dir / "published" / "tile" / "entries").rglob("*[0-9]"))
    write_whole(bundle, bundle.read_bytes().replace(b"regulator", b"regulated", 1))
    assert "✗" in own("ledger", "check", code=1).out


def test_the_log_is_rebuilt_from_what_was_published(own: Gimark, founding: Founding) -> None:
    """The entries come back; the rows of the acts do not, and the check names what is missing."""
    own("ledger", "publish")
    size, mirror = entries(own), own.folder / "mirror"
    shutil.copytree(own.data_dir / "published", mirror)
    for leftover in own.data_dir.glob("gimark.db*"):
        leftover.unlink()
    shutil.copy(founding.data_dir / "gimark.db", own.data_dir / "gimark.db")
    assert entries(own) < size
    assert str(size) in own("ledger", "rebuild", "mirror").out
    assert entries(own) == size
    told = own("ledger", "check", code=1).out
    assert "run.issue: the tables have no such act" in told
    assert "log_" not in told


def test_init_founds_and_tells_its_secrets_once(process: "subprocess.Popen[str]", tmp_path: Path) -> None:
    gimark = Gimark(process, tmp_path / "data")
    for command in (("ledger", "check"), ("keys", "show"), ("user", "add", "x", "--role", "auditor", "--as", "admin")):
        assert "gimark init" in gimark.refused(*command)
    profile = Path.cwd() / "scripts" / "profiles" / "yunxi"
    asked = ("init", "--profile", profile, "--origin", "gi.yunxi.example", "--host", "gi.yunxi.example")
    told = gimark(*asked).out
    root = (gimark.data_dir / "keys" / "root.vkey").read_text().strip()
    assert root in told
    assert len(re.findall(r"\w{5}-\w{5}-\w{5}-\w{5}", told)) == 2
    assert root in gimark("keys", "show").out
    assert "never written over" in gimark.refused(*asked)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("GIMARK_PUBLIC_BASE", "ftp://x"),
        ("GIMARK_SNAPSHOT_POLL_MS", "many"),
        ("GIMARK_PASSPHRASE_FILE", "both are given"),
        ("GIMARK_LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_setting_is_named_and_no_secret_shown(refusing: Gimark, setting: str, value: str) -> None:
    told = refusing.refused("ledger", "check", **{setting: value})
    assert setting in told or setting == "GIMARK_PASSPHRASE_FILE"
    assert environment_for(refusing.data_dir)["GIMARK_PASSPHRASE"] not in told


def test_a_wrong_passphrase_is_refused_where_secrets_are_needed(refusing: Gimark, shop: Workshop) -> None:
    for command in (("issue", shop.batch_ref, "1", "--as", "songwu"), ("ledger", "publish")):
        assert "passphrase" in refusing.refused(*command, GIMARK_PASSPHRASE="another passphrase")
    assert scalar(refusing, "SELECT count(*) FROM volume_reservation") == "0"


def test_an_argument_that_is_no_text_is_refused(shop: Workshop) -> None:
    ran = started(["batch", "recall", b"\xff\xfe", "--reason", "x", "--as", "songwu"], shop.here.settings.data_dir)
    assert (ran.returncode, ran.stderr.count("\n"), "UTF-8" in ran.stderr) == (1, 1, True)


def started(arguments: list[str | bytes], data_dir: Path | None = None) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join([str(Path.cwd()), str(Path.cwd() / "trace")])
    return subprocess.run(
        [sys.executable, "-P", "-m", "scripts.cli", *arguments],
        env=os.environ | {"PYTHONPATH": path, "COLUMNS": "200"} | (environment_for(data_dir) if data_dir else {}),
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_every_command_and_imports_nothing_slow() -> None:
    ran = started(["--help"])
    assert ran.returncode == 0
    import typer.main

    from scripts.cli.commands import app

    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        assert command.hidden or re.search(rf"│ {name} ", ran.stdout), name
    probe = (
        "import sys, scripts.cli.app as cli\n"
        "sys.argv = ['gimark', '--help']\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "slow = {'sqlalchemy', 'numpy', 'fastapi', 'pydantic', 'cryptography', 'gimark', 'labels', 'PIL'}\n"
        "print(sorted(slow & sys.modules.keys()), file=sys.stderr)\n"
    )
    path = os.pathsep.join([str(Path.cwd()), str(Path.cwd() / "trace")])
    probed = subprocess.run(
        [sys.executable, "-P", "-c", probe],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert probed.stderr.strip() == "[]"

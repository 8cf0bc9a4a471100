"""Label files: what leaves is what was issued, once, whole, and never before the public ledger has the run."""

import csv
import hashlib
import io
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select, update

from api.installation import Installation
from api.jobs import printing
from api.jobs.handlers import handlers
from api.jobs.labelling import order_labels
from api.jobs.parts import MadePart, PartOrder, make_part
from gimark.clock import FixedClock, SystemClock
from gimark.codes.offline import verify_offline
from gimark.errors import ConflictError, GimarkError, IdempotencyKeyReusedError
from gimark.issuance.model import PrintOrder, PrintState, RangeAct
from gimark.issuance.printing import PrintForm, print_order
from gimark.issuance.queries import PrintFacts
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.jobs.kinds import PRINT_LABELS
from gimark.jobs.model import Job
from gimark.jobs.queries import JobFacts, job_by_key
from gimark.jobs.rules import JobState
from gimark.jobs.worker import LEASE, Worker
from gimark.keys.statuslist import read_published
from gimark.ledger import book
from gimark.ledger.entries import decode
from gimark.production.actions import recall_batch
from gimark.production.model import Batch
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.rights.model import GiProduct
from labels.errors import LabelError
from tests.founded import COUNT, GTIN, PASSPHRASE, Workshop

PART = 12
PAGES, PER_PAGE = 3, 24
DPI = 300
ENDED_WITHIN_S = 60
# What is made once for these tests is made in one process.
pytestmark = pytest.mark.xdist_group("printing")

# The real worker in a process of its own, with small parts so that there are several. It kills itself when two parts
# are done, after naming the processes of its pool, or goes on until it is told to stop.
WORKER = """
import multiprocessing, os, signal, sys

def kill_after_two_parts(handle, done, total):
    if done == 2:
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    from api.jobs import printing
    from gimark.jobs.worker import JobHandle
    from scripts.cli import running

    printing.MOST_LABELS = int(sys.argv[2])
    if sys.argv[1] == "be-killed":
        JobHandle.progress = kill_after_two_parts
    running.work(attached=False)
"""


def form(workshop: Workshop, first: int = 0, last: int = COUNT - 1, **changes: object) -> PrintForm:
    return replace(PrintForm(workshop.run.ref, first, last, "a4-3x8", DPI, "print-1"), **changes)  # type: ignore[arg-type]


def order(workshop: Workshop, *spans: int, **changes: object) -> str:
    return order_labels(workshop.here, workshop.producer, form(workshop, *spans, **changes)).ref


def facts(here: Installation, ref: str) -> PrintFacts:
    with here.store.reading() as session:
        return print_order(session, ref)


def job(here: Installation, ref: str) -> JobFacts:
    with here.store.reading() as session:
        found = job_by_key(session, f"{PRINT_LABELS}:{ref}")
    assert found is not None
    return found


def work(here: Installation) -> None:
    """Do every job that is due."""
    worker = Worker(here.store, handlers(here))
    while worker.run_once():
        pass


def content(here: Installation, order: PrintFacts, name: str) -> bytes:
    [file] = [file for file in order.files if file.name == name]
    with here.files.open(file.sha256) as kept:
        return kept.read()


def rows(here: Installation, order: PrintFacts) -> list[dict[str, str]]:
    text = content(here, order, "codes.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def scanned(pdf: bytes, folder: Path) -> list[str]:
    """What poppler and ZXing read from every page, row by row from the top left."""
    (folder / "labels.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", folder / "labels.pdf", folder / "page"], check=True)
    texts: list[str] = []
    for page in sorted(folder.glob("page-*.pgm")):
        with Image.open(page) as picture:
            found = zxingcpp.read_barcodes(picture)
        page.unlink()
        found.sort(key=lambda symbol: (symbol.position.top_left.y // 100, symbol.position.top_left.x))
        texts += [symbol.text for symbol in found]
    return texts


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop of the test's own; its clock goes with the machine's until a test sets it."""
    copy = workshop.copy(tmp_path, FixedClock(SystemClock().now()))
    yield copy
    copy.here.store.engine.dispose()


@pytest.fixture(scope="session")
def printed(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workshop, PrintFacts]]:
    """A workshop that printed its run; for reading, and for copies of its folder."""
    copy = workshop.copy(tmp_path_factory.mktemp("printed"))
    ref = order(copy)
    work(copy.here)
    yield copy, facts(copy.here, ref)
    copy.here.store.engine.dispose()


@pytest.fixture
def printed_shop(printed: tuple[Workshop, PrintFacts], tmp_path: Path) -> Iterator[Workshop]:
    """A copy of the workshop that printed its run, of the test's own."""
    printed[0].here.store.engine.dispose()
    copy = printed[0].copy(tmp_path)
    yield copy
    copy.here.store.engine.dispose()


def test_every_symbol_on_every_page_is_read_by_strangers_and_stands_in_the_csv_in_its_place(
    printed: tuple[Workshop, PrintFacts], tmp_path: Path
) -> None:
    here, order = printed[0].here, printed[1]
    pdf = content(here, order, "labels-0001.pdf")
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    typed = [row["typed"] for row in rows(here, order)]
    assert len(pages) == PAGES
    for number, page in enumerate(pages):
        text = page.extract_text()
        assert all(code in text for code in typed[number * PER_PAGE : (number + 1) * PER_PAGE])
    assert scanned(pdf, tmp_path) == [row["url"] for row in rows(here, order)]


def test_the_csv_is_one_that_excel_and_a_print_house_read(printed: tuple[Workshop, PrintFacts]) -> None:
    here, order = printed[0].here, printed[1]
    raw = content(here, order, "codes.csv")
    assert raw.startswith(b"\xef\xbb\xbfgtin,lot,serial,typed,url\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n") == COUNT + 1
    found = rows(here, order)
    assert len({row["serial"] for row in found}) == COUNT
    assert {(row["gtin"], row["lot"]) for row in found} == {(GTIN, "YX-1")}
    assert all(row["typed"].replace("-", "") == row["serial"] in row["url"] for row in found)
    assert [file.name for file in order.leaving] == ["codes.csv", "labels-0001.pdf"]


def test_every_printed_code_is_authentic_to_whoever_has_the_key_set_alone(
    printed: tuple[Workshop, PrintFacts],
) -> None:
    here, order = printed[0].here, printed[1]
    status = read_published((here.settings.published / ".well-known/gi-status").read_bytes(), here.keyset)
    now = here.store.clock.now()
    said = {verify_offline(row["url"], here.keyset, status, now).reason for row in rows(here, order)}
    assert said == {"authentic"}
    places = [here.keyring.places(row["serial"]) for row in rows(here, order)]
    assert places == [[(1, (printed[0].run.number, index))] for index in range(COUNT)]


def test_files_are_kept_under_the_digest_that_was_noted(printed: tuple[Workshop, PrintFacts]) -> None:
    here, order = printed[0].here, printed[1]
    assert {file.name for file in order.files} == {"codes.csv", "labels-0001.pdf", ".rows-0001"}
    for file in order.files:
        kept = content(here, order, file.name)
        assert (hashlib.sha256(kept).hexdigest(), len(kept)) == (file.sha256, file.size)
        assert (file.first, file.last) == (0, COUNT - 1)


def test_a_part_made_again_in_another_process_has_the_same_bytes(printed: tuple[Workshop, PrintFacts]) -> None:
    here, order = printed[0].here, printed[1]
    [again] = printing._orders(here, order, printing._parts(order))
    made = make_part(pickle.loads(pickle.dumps(again)))  # noqa: S301 - as it travels to a process of the pool
    noted = {file.name: (file.sha256, file.size) for file in order.files}
    assert made == MadePart(noted["labels-0001.pdf"], noted[".rows-0001"])


def test_nothing_is_released_before_the_runs_checkpoint_is_published(shop: Workshop) -> None:
    here, state = shop.here, shop.here.settings.data_dir / "signer-state.json"
    ref = order(shop, 0, 1)
    kept = state.read_bytes()
    state.unlink()
    work(here)
    with here.store.reading() as session:
        assert not book.is_published(session, shop.run.ledger_index)
    made = facts(here, ref)
    assert {file.name for file in made.leaving} == {"codes.csv", "labels-0001.pdf"}
    assert made.state is PrintState.READY
    assert job(here, ref).state is JobState.QUEUED
    assert "signer" in (job(here, ref).error or "")

    state.write_bytes(kept)
    here.store.clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]
    work(here)
    with here.store.reading() as session:
        assert book.is_published(session, shop.run.ledger_index)
        assert session.scalar(select(PrintOrder.released_at)) is not None
    assert facts(here, ref).state is PrintState.RELEASED
    assert facts(here, ref).files == made.files


def test_a_killed_job_goes_on_and_no_code_is_printed_twice_or_lost(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = shop.here
    ref = order(shop)
    with start_worker(here, "be-killed", PART) as worker:
        pids, errors = worker.communicate(timeout=ENDED_WITHIN_S)
    assert worker.returncode == -signal.SIGKILL, errors
    assert_ended([int(pid) for pid in pids.split()])
    left = facts(here, ref)
    assert left.state is PrintState.RENDERING
    assert [file.name for file in left.leaving] == ["labels-0001.pdf", "labels-0002.pdf"]

    here.store.clock.at = SystemClock().now() + LEASE  # type: ignore[attr-defined]
    monkeypatch.setattr(printing, "MOST_LABELS", PART)
    work(here)
    done = facts(here, ref)
    assert done.state is PrintState.RELEASED
    assert set(left.files) < set(done.files)
    urls = [row["url"] for row in rows(here, done)]
    assert Counter(urls).most_common(1)[0][1] == 1
    assert len(urls) == COUNT
    pdfs = [file.name for file in done.leaving if file.name.endswith(".pdf")]
    assert len(pdfs) == COUNT // PART
    assert [url for name in pdfs for url in scanned(content(here, done, name), tmp_path)] == urls


def test_a_worker_told_to_stop_puts_the_job_back_without_a_failure(shop: Workshop) -> None:
    """Ctrl+C reaches the pool's processes too; they must leave it to the worker."""
    here = shop.here
    ref = order(shop)
    with start_worker(here, "be-stopped", part=3) as worker:
        while not facts(here, ref).files:
            assert worker.poll() is None, worker.communicate()[1]
            time.sleep(0.05)
        os.killpg(worker.pid, signal.SIGINT)
        _, errors = worker.communicate(timeout=ENDED_WITHIN_S)
    assert (worker.returncode, "Traceback" in errors) == (0, False), errors
    assert (job(here, ref).state, job(here, ref).failures) == (JobState.QUEUED, 0), errors
    assert facts(here, ref).state is PrintState.RENDERING


def start_worker(here: Installation, fate: str, part: int) -> subprocess.Popen[str]:
    data = here.settings.data_dir
    script = data / "worker.py"
    script.write_text(WORKER)
    own = {"GIMARK_DATA_DIR": str(data), "GIMARK_PASSPHRASE": PASSPHRASE, "GIMARK_LOG_LEVEL": "warning"}
    return subprocess.Popen(
        [sys.executable, script, fate, str(part)],
        env=os.environ | own | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def assert_ended(pids: list[int]) -> None:
    """No process of the pool outlives its worker."""
    assert pids
    deadline = time.monotonic() + ENDED_WITHIN_S
    while (alive := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
    assert alive == []


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def make_part_on_a_full_disk(order: PartOrder) -> MadePart:
    """Runs in a process of the pool: no file may grow beyond a few kilobytes (EFBIG, as ENOSPC would be)."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, resource.RLIM_INFINITY))
    return make_part(order)


def test_a_full_disk_leaves_nothing_official_and_the_job_goes_on_when_there_is_room(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = shop.here
    ref = order(shop)
    monkeypatch.setattr(printing, "make_part", make_part_on_a_full_disk)
    work(here)
    monkeypatch.undo()
    assert facts(here, ref).files == ()
    assert facts(here, ref).state is PrintState.RENDERING
    assert list((here.settings.data_dir / "files").iterdir()) == []
    assert job(here, ref).state is JobState.QUEUED
    assert "磁盘已满" in (job(here, ref).error or "")

    here.store.clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]
    work(here)
    assert facts(here, ref).state is PrintState.RELEASED
    assert len(rows(here, facts(here, ref))) == COUNT


def test_a_code_is_printed_once_and_the_refusal_names_the_first_order(printed_shop: Workshop) -> None:
    shop = printed_shop
    before = entries(shop.here)
    [first] = orders(shop.here)
    for number, span in enumerate([(0, COUNT - 1), (0, 0), (COUNT - 1, COUNT - 1), (20, 30)]):
        with pytest.raises(ConflictError, match=first) as caught:
            order(shop, *span, idempotency_key=f"again-{number}")
        assert f"{span[0]}–{span[1]}" in caught.value.faults[0].reason_zh
    assert orders(shop.here) == [first]
    assert entries(shop.here) == before


def test_a_reprint_is_an_act_with_its_reason_in_the_ledger(printed_shop: Workshop) -> None:
    shop, here = printed_shop, printed_shop.here
    [first] = orders(here)
    ref = order(shop, 20, 22, idempotency_key="reprint", reprint_reason="打印机卡纸，三枚损坏")
    assert facts(here, ref).state is PrintState.QUEUED
    assert ref != first
    entry = entries(here)[-1]
    expected = {"type": "run.reprint", "run": shop.run.ledger_index, "ranges": [[20, 22]]}
    assert {name: entry[name] for name in expected} == expected
    assert entry["reason"] == "打印机卡纸，三枚损坏"
    with here.store.reading() as session:
        pointed = session.execute(
            select(RangeAct.ledger_index).join(PrintOrder, PrintOrder.reprints_act_id == RangeAct.id)
        )
        assert pointed.scalar_one() == len(entries(here)) - 1


def test_the_same_key_is_answered_the_same_and_another_body_under_it_refused(printed_shop: Workshop) -> None:
    shop = printed_shop
    [first] = orders(shop.here)
    assert order(shop) == first
    change(shop.here, Enterprise, {"sc_licence": None})
    assert order(shop) == first
    for body in ({"last": 30}, {"template": "roll-70x40"}, {"dpi": 600}, {"on_pack": ("storage",)}):
        with pytest.raises(IdempotencyKeyReusedError, match="idempotency_key"):
            order(shop, **body)
    assert orders(shop.here) == [first]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"template": "no-such"}, "template"),
        ({"template": "../a4-3x8"}, "template"),
        ({"template": ""}, "template"),
        ({"dpi": 0}, "dpi"),
        ({"dpi": -300}, "dpi"),
        ({"dpi": 72}, "dpi"),
        ({"template": "roll-50x30", "dpi": 203}, "qr"),
        ({"first": 10, "last": 5}, "ranges"),
        ({"first": -1}, "ranges"),
        ({"last": COUNT}, "ranges"),
        ({"on_pack": ("no such item",)}, "on_pack"),
        ({"on_pack": ("uscc",)}, "on_pack"),
        ({"idempotency_key": ""}, "idempotency_key"),
        ({"idempotency_key": "k" * 81}, "idempotency_key"),
        ({"idempotency_key": "a\nb"}, "idempotency_key"),
        ({"reprint_reason": "nothing was printed"}, "reprint_reason"),
    ],
)
def test_a_bad_order_is_refused_by_field_before_it_exists(
    shop: Workshop, change: dict[str, object], field: str
) -> None:
    before = entries(shop.here)
    with pytest.raises((GimarkError, LabelError)) as caught:
        order(shop, **change)
    assert [fault.field for fault in caught.value.faults] == [field]
    assert orders(shop.here) == []
    assert entries(shop.here) == before


@pytest.mark.parametrize(
    ("table", "values", "field", "words"),
    [
        (Enterprise, {"sc_licence": None}, "licence", "食品生产许可证"),
        (Enterprise, {"phone": None}, "contact", "联系方式"),
        (Enterprise, {"address": "云溪县\ue000镇"}, None, "U+E000"),
        (Enterprise, {"name_zh": "云溪县\U0010fffd菌业"}, None, "U+10FFFD"),
        (GiProduct, {"name_zh": "云溪\ue000菇"}, None, "U+E000"),
        (Batch, {"packed_on": None, "packed_g": None}, "packed_on", "包装日期"),
    ],
)
def test_a_label_that_cannot_be_printed_is_refused_before_its_order_exists(
    shop: Workshop, table: type, values: dict[str, object], field: str | None, words: str
) -> None:
    change(shop.here, table, values)
    with pytest.raises(LabelError, match=words.replace("+", r"\+")) as caught:
        order(shop)
    assert field in {None, caught.value.faults[0].field}
    assert orders(shop.here) == []


def change(here: Installation, table: type, values: dict[str, object]) -> None:
    with here.store.acting() as act:
        act.session.execute(update(table).values(values).where(table.id == 1))  # type: ignore[attr-defined]
        act.commit()


def test_what_was_amended_after_the_order_is_not_printed_from_two_sets_of_facts(shop: Workshop) -> None:
    here = shop.here
    ref = order(shop, 0, 1)
    change(here, Enterprise, {"address": "云溪县松坞镇岭下路9号"})
    work(here)
    assert facts(here, ref).state is PrintState.FAILED
    assert facts(here, ref).files == ()
    assert job(here, ref).state is JobState.FAILED
    assert "Order again" in (job(here, ref).error or "")

    before = facts(here, ref).facts_sha256
    assert order(shop, 0, 1) == ref
    assert (facts(here, ref).state, job(here, ref).state) == (PrintState.QUEUED, JobState.QUEUED)
    assert facts(here, ref).facts_sha256 != before


def test_a_failed_order_is_not_tried_again_once_its_codes_stand_in_another(shop: Workshop) -> None:
    here = shop.here
    failed = order(shop, 0, 9)
    change(here, Enterprise, {"address": "云溪县松坞镇岭下路9号"})
    work(here)
    assert facts(here, failed).state is PrintState.FAILED
    other = order(shop, 5, 5, idempotency_key="other")
    with pytest.raises(ConflictError, match=other):
        order(shop, 0, 9)
    assert facts(here, failed).state is PrintState.FAILED
    assert job(here, failed).state is JobState.FAILED


def test_a_job_that_was_given_up_is_taken_up_when_its_order_comes_again(shop: Workshop) -> None:
    here = shop.here
    ref = order(shop, 0, 1)
    with here.store.acting() as act:
        act.session.execute(
            update(Job).where(Job.key == f"{PRINT_LABELS}:{ref}").values(state=JobState.FAILED, finished_at=act.now)
        )
        act.commit()
    assert order(shop, 0, 1) == ref
    assert job(here, ref).state is JobState.QUEUED


def end(shop: Workshop, how: str) -> None:
    with shop.here.store.acting() as act:
        if how == "recall":
            recall_batch(act, shop.producer, shop.batch_ref, "示例：抽检不合格")
        else:
            change_ranges(act, shop.producer, shop.run.ref, RangeForm(RangeKind.VOID, ((1, 5),), "示例：破损"))
        act.commit()


@pytest.mark.parametrize("ending", ["recall", "void"])
def test_labels_of_codes_that_may_not_be_on_sale_are_not_ordered(shop: Workshop, ending: str) -> None:
    end(shop, ending)
    with pytest.raises(ConflictError):
        order(shop, 0, 1)
    assert orders(shop.here) == []


@pytest.mark.parametrize("ending", ["recall", "void"])
def test_labels_of_codes_that_ended_since_they_were_ordered_are_not_made(shop: Workshop, ending: str) -> None:
    here = shop.here
    ref = order(shop, 0, 1)
    end(shop, ending)
    work(here)
    assert (facts(here, ref).state, facts(here, ref).files) == (PrintState.FAILED, ())
    assert job(here, ref).state is JobState.FAILED


def test_labels_of_codes_that_ended_while_they_were_made_are_not_released(shop: Workshop) -> None:
    here, state = shop.here, shop.here.settings.data_dir / "signer-state.json"
    ref = order(shop, 0, 1)
    kept = state.read_bytes()
    state.unlink()
    work(here)
    assert facts(here, ref).state is PrintState.READY
    end(shop, "void")
    state.write_bytes(kept)
    here.store.clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]
    work(here)
    assert facts(here, ref).state is PrintState.FAILED


def test_another_enterprises_run_is_not_found(shop: Workshop) -> None:
    with pytest.raises(GimarkError, match="run") as caught:
        order_labels(shop.here, shop.other_producer, form(shop))
    assert caught.value.code == "not-found"
    assert orders(shop.here) == []


def orders(here: Installation) -> list[str]:
    with here.store.reading() as session:
        return list(session.scalars(select(PrintOrder.ref).order_by(PrintOrder.id)))


def entries(here: Installation) -> list[dict[str, object]]:
    with here.store.reading() as session:
        return [decode(body) for body in book.entries(session, 0, book.size(session))]

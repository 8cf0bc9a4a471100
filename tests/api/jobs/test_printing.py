"""Label files: what leaves is what was issued, once, whole, and never before the public ledger has the run."""

import hashlib
import io
import pickle
from datetime import timedelta
from pathlib import Path

import pypdf
from sqlalchemy import select

from api.jobs import printing
from api.jobs.parts import MadePart, make_part
from gimark.codes.offline import verify_offline
from gimark.issuance.model import PrintOrder, PrintState
from gimark.issuance.queries import PrintFacts
from gimark.jobs.rules import JobState
from gimark.keys.statuslist import read_published
from gimark.ledger import book
from tests.api.jobs.printshop import content, facts, job, order, rows, scanned, work
from tests.founded import COUNT, GTIN, Workshop

PAGES, PER_PAGE = 3, 24


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

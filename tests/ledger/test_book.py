"""Appending inside an act: dense, in order, all or nothing; proofs from stored nodes equal those from all leaves."""

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from gimark import merkle
from gimark.clock import FixedClock
from gimark.errors import InvalidInputError, LedgerError, NotFoundError, StoreBusyError
from gimark.ledger import book
from gimark.ledger.model import PublishedCheckpoint
from gimark.store.unit_of_work import Act, Store

LOG = json.loads((Path(__file__).parents[1] / "golden" / "codes.json").read_text())["log"]
GOLDEN = [json.loads(text) for text in LOG["entries"]]


def append_golden(store: Store, clock: FixedClock, count: int = len(GOLDEN)) -> None:
    for fields in GOLDEN[:count]:
        clock.at = datetime.fromisoformat(fields["t"])
        own = {name: value for name, value in fields.items() if name not in ("v", "t", "type", "by")}
        with store.acting() as act:
            book.append(act, fields["type"], fields["by"], **own)
            act.commit()


def append_many(store: Store, count: int) -> None:
    with store.acting() as act:
        for number in range(count):
            book.append(act, "key.retire", "root", kid=f"{number:04x}")
        act.commit()


def leaves(session: Session) -> list[bytes]:
    return [merkle.leaf_hash(body) for body in book.entries(session, 0, book.size(session))]


def counts(store: Store) -> tuple[int, int, int]:
    with store.reading() as session:
        entries, nodes = (session.scalar(sa.text(f"SELECT count(*) FROM {t}")) for t in ("log_entry", "log_node"))  # noqa: S608
        assert entries is not None
        assert nodes is not None
        return entries, nodes, book.size(session)


def test_golden_log_is_written_byte_for_byte(store: Store, clock: FixedClock) -> None:
    append_golden(store, clock)
    with store.reading() as session:
        assert [body.decode() for body in book.entries(session, 0, 10)] == LOG["entries"]
        assert [book.root(session, size).hex() for size in range(11)] == LOG["roots_hex"]
        assert [step.hex() for step in book.consistency_proof(session, 3, 10)] == LOG["consistency_3_10_hex"]
    assert counts(store) == (10, 18, 10)


def test_proofs_from_stored_nodes_are_those_from_all_leaves(store: Store) -> None:
    append_many(store, 70)
    with store.reading() as session:
        hashes = leaves(session)
        for size in (1, 2, 3, 32, 33, 63, 64, 69, 70):
            assert book.root(session, size) == merkle.root(hashes[:size])
            for index in range(0, size, 3):
                assert book.inclusion_proof(session, index, size) == merkle.inclusion_path(hashes[:size], index)
            for old in range(1, size + 1, 5):
                assert book.consistency_proof(session, old, size) == merkle.consistency_path(hashes[:size], old)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_proof_searches_the_nodes_by_key_and_never_scans_them(store: Store) -> None:
    append_many(store, 20)
    asked: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    with store.reading() as session:
        book.inclusion_proof(session, 3, 20)
        [lookup] = [statement for statement in asked if "log_node" in statement]
        plan = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + lookup.replace("?", "0")).all()
    assert any("SEARCH log_node USING PRIMARY KEY (level=? AND idx=?)" in step.detail for step in plan)
    assert not any("SCAN log_node" in step.detail for step in plan)


def test_time_never_goes_back(store: Store, clock: FixedClock) -> None:
    late = clock.at
    append_many(store, 1)
    clock.at = late - timedelta(days=400)
    append_many(store, 1)
    clock.at = late + timedelta(seconds=1)
    append_many(store, 1)
    with store.reading() as session:
        times = [json.loads(body)["t"] for body in book.entries(session, 0, 3)]
    assert times == ["2026-03-17T03:00:00Z", "2026-03-17T03:00:00Z", "2026-03-17T03:00:01Z"]


def _append_good_then_bad(act: Act) -> None:
    book.append(act, "key.retire", "root", kid="00ff")
    book.append(act, "key.retire", "root", kid="00fe")
    book.append(act, "key.retire", "root", kid="not a kid")


def test_an_act_rolled_back_leaves_nothing(store: Store) -> None:
    append_many(store, 3)
    with pytest.raises(LedgerError), store.acting() as act:
        _append_good_then_bad(act)
    with store.acting() as act:
        book.append(act, "key.retire", "root", kid="00ff")
    assert counts(store) == (3, 4, 3)


def test_a_refused_entry_leaves_the_act_usable(store: Store) -> None:
    with store.acting() as act:
        book.append(act, "key.retire", "root", kid="0001")
        with pytest.raises(LedgerError, match=r"not a key\.retire"):
            book.append(act, "key.retire", "root", kid="xyz")
        assert book.append(act, "key.retire", "root", kid="0002") == 1
        act.commit()
    assert counts(store) == (2, 3, 2)


def test_many_entries_at_once_are_those_of_one_by_one(store: Store) -> None:
    append_many(store, 70)
    with store.reading() as session:
        one_by_one = list(book.entries(session, 0, 70)), leaves(session)
    with store.acting() as act:
        book.append(act, "key.retire", "root", kid="0000")
        for first, last in ((70, 72), (72, 72), (72, 73), (73, 140)):
            many = [{"kid": f"{number - 70:04x}"} for number in range(first + 1, last + 1)]
            assert book.append_all(act, "key.retire", "root", many) == range(first + 1, last + 1)
        act.commit()
    with store.reading() as session:
        assert (list(book.entries(session, 70, 140)), leaves(session)[70:140]) == one_by_one
        assert book.root(session, 141) == merkle.root(leaves(session))
        assert book.inclusion_proof(session, 100, 141) == merkle.inclusion_path(leaves(session), 100)


def test_many_entries_are_refused_whole_for_one(store: Store) -> None:
    with store.acting() as act:
        with pytest.raises(LedgerError, match=r"not a key\.retire"):
            book.append_all(act, "key.retire", "root", [{"kid": "0001"}, {"kid": "xyz"}])
        act.commit()
    assert counts(store) == (0, 0, 0)


@pytest.mark.parametrize("named", [1, 2, 900])
def test_an_entry_names_only_entries_before_it(store: Store, named: int) -> None:
    append_many(store, 1)
    with store.acting() as act, pytest.raises(LedgerError, match=f"names entry {named}") as refused:
        book.append(act, "correction", "platform", entry=named, reason="x")
    assert refused.value.faults[0].field == "entry"


def test_the_common_fields_are_the_books_own(store: Store) -> None:
    with store.acting() as act:
        book.append(act, "key.retire", "root", kid="0001", t="1999-01-01T00:00:00Z", type="private", v=9)
        assert json.loads(book.entry(act.session, 0)) == {
            "by": "root",
            "kid": "0001",
            "t": "2026-03-17T03:00:00Z",
            "type": "key.retire",
            "v": 1,
        }


def test_what_is_not_there_is_refused(store: Store) -> None:
    append_many(store, 5)
    with store.reading() as session:
        with pytest.raises(NotFoundError, match="no entry 5"):
            book.entry(session, 5)
        with pytest.raises(NotFoundError, match="no entry 5"):
            list(book.entries(session, 3, 7))
        with pytest.raises(LedgerError, match="lacks node"):
            book.root(session, 8)
        with pytest.raises(LedgerError, match="lacks node"):
            book.inclusion_proof(session, 2, 9)
        with pytest.raises(InvalidInputError, match="no leaf 5"):
            book.inclusion_proof(session, 5, 5)
        with pytest.raises(InvalidInputError, match="no consistency proof"):
            book.consistency_proof(session, 0, 5)
        assert list(book.entries(session, 2, 2)) == []
        assert book.root(session, 0) == merkle.EMPTY_ROOT


def test_a_ledger_that_was_never_started_says_so(store: Store) -> None:
    with store.engine.begin() as connection:
        on = " ON log_head" if connection.dialect.name == "postgresql" else ""
        connection.execute(sa.text(f"DROP TRIGGER append_only_log_head_delete{on}"))
        connection.execute(sa.text("DELETE FROM log_head"))
    with store.acting() as act, pytest.raises(LedgerError, match="never started"):
        book.append(act, "key.retire", "root", kid="0001")


def test_eight_writers_leave_no_gap_and_no_double(store: Store) -> None:
    each, failures = 12, []

    def write(writer: int) -> None:
        done = 0
        while done < each:
            try:
                with store.acting() as act:
                    book.append(act, "key.retire", "root", kid=f"{writer:02x}{done:02x}")
                    if done % 4 == 3 and (writer, done) not in given_up:
                        given_up.add((writer, done))
                        continue  # an act that ends without a commit must free its index
                    act.commit()
                done += 1
            except StoreBusyError:
                continue  # nothing was done; the caller tries again
            except Exception as error:
                failures.append(error)
                return

    given_up: set[tuple[int, int]] = set()
    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    assert failures == []
    total = 8 * each
    assert counts(store) == (total, 2 * total - total.bit_count(), total)
    with store.reading() as session:
        kids = {json.loads(body)["kid"] for body in book.entries(session, 0, total)}
        assert len(kids) == total
        assert book.root(session, total) == merkle.root(leaves(session))


KILLED = """
import os, sys
from datetime import UTC, datetime
from gimark.clock import FixedClock
from gimark.ledger import book
from gimark.ledger.model import PublishedCheckpoint
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Act, Store

store = Store(open_engine(sys.argv[1]), FixedClock(datetime(2026, 3, 17, tzinfo=UTC)))
with store.acting() as act:
    for number in range(5):
        book.append(act, "key.retire", "root", kid=f"dea{number}")
    print("appended", flush=True)
    sys.stdin.read()
    act.commit()
"""


def test_killed_in_the_middle_neither_entry_nor_head_has_moved(store: Store) -> None:
    append_many(store, 3)
    url = store.engine.url.render_as_string(hide_password=False)
    roots = os.pathsep.join([str(Path(__file__).parents[2] / "trace"), str(Path(__file__).parents[2])])
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": roots},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"appended\n"
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    assert counts(store) == (3, 4, 3)
    append_many(store, 1)
    assert counts(store) == (4, 7, 4)


def test_a_second_act_waits_for_the_first(store: Store) -> None:
    order: list[str] = []
    appended = threading.Event()

    def second() -> None:
        appended.wait()
        with store.acting() as act:
            index = book.append(act, "key.retire", "root", kid="0002")
            order.append(f"second at {index}")
            act.commit()

    other = threading.Thread(target=second)
    other.start()
    with store.acting() as act:
        book.lock(act)
        appended.set()
        book.append(act, "key.retire", "root", kid="0001")
        order.append("first")
        act.commit()
    other.join()
    assert order == ["first", "second at 1"]


def test_published_checkpoints_are_found_by_what_they_cover(store: Store) -> None:
    append_many(store, 5)
    with store.acting() as act:
        assert book.published(act.session) is None
        for size in (2, 4):
            act.session.add(
                PublishedCheckpoint(
                    size=size, root=bytes(32), note=b"note", published_at=datetime(2026, 3, 17, tzinfo=UTC)
                )
            )
        act.session.flush()
        latest = book.published(act.session)
        assert latest is not None
        assert latest.size == 4
        assert [book.is_published(act.session, index) for index in range(5)] == [True, True, True, True, False]


def test_an_act_that_locked_the_head_reads_it_no_second_time(store: Store) -> None:
    append_many(store, 3)
    said: list[str] = []
    with store.acting() as act:
        sa.event.listen(store.engine, "before_cursor_execute", lambda *told: said.append(told[2]))
        assert book.lock(act) == 3
        assert book.append(act, "key.retire", "root", kid="0003") == 3
        assert book.append(act, "key.retire", "root", kid="0004") == book.lock(act) - 1 == 4
        act.commit()
    reads = [statement for statement in said if statement.startswith("SELECT")]
    assert ["log_head" in statement for statement in reads] == [True, False]
    assert len(said) - len(reads) == 2 * 3
    with store.reading() as session:
        assert book.root(session, 5) == merkle.root(leaves(session))


def test_an_act_goes_on_after_its_commit_from_where_the_others_left_the_log(store: Store) -> None:
    with store.acting() as act:
        book.append(act, "key.retire", "root", kid="0000")
        act.commit()
        append_many(store, 2)
        assert book.append(act, "key.retire", "root", kid="0003") == 3
        act.commit()
    with store.reading() as session:
        assert book.root(session, 4) == merkle.root(leaves(session))


@pytest.mark.parametrize("have", [2, 3])
def test_an_entry_taken_back_inside_its_act_leaves_no_gap(store: Store, have: int) -> None:
    append_many(store, have)
    before = counts(store)
    with store.acting() as act:
        with act.session.begin_nested() as point:
            book.append(act, "key.retire", "root", kid="0002")
            point.rollback()
        with pytest.raises(LedgerError):
            book.append(act, "key.retire", "root", kid="0003")
    assert counts(store) == before
    append_many(store, 1)
    with store.reading() as session:
        assert book.root(session, have + 1) == merkle.root(leaves(session))


def test_entries_are_put_at_the_end_of_the_log_and_nowhere_else(store: Store) -> None:
    append_many(store, 2)
    with store.acting() as act, pytest.raises(LedgerError, match="no longer ends at entry 5"):
        book.add(act.session, 5, [b"{}"], [((0, 5), bytes(32))])
    assert counts(store) == (2, 3, 2)

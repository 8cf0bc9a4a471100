"""A new serial epoch: new runs use it, codes of the old one are found as before, running processes take it up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.ceremony import add_epoch
from api.installation import Installation
from gimark.clock import FixedClock, SystemClock
from gimark.codes.minting import mint
from gimark.errors import ConflictError, KeyFileError
from gimark.issuance.issuing import IssueForm, issue_codes
from gimark.issuance.model import IssueRun
from gimark.issuance.ranges import RangeForm, change_ranges
from gimark.issuance.rules import RangeKind
from gimark.issuance.signing import issued_run, secrets_of
from tests.founded import Workshop


@pytest.fixture
def shop(workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """A workshop of the test's own with room for ten more codes."""
    copy = workshop.copy(tmp_path, FixedClock(SystemClock().now()))
    with copy.here.store.acting() as act:
        change_ranges(act, copy.producer, copy.run.ref, RangeForm(RangeKind.VOID, ((0, 9),), "torn"))
        act.commit()
    yield copy
    copy.here.store.engine.dispose()


def serial(here: Installation, number: int) -> str:
    """The first serial of a run."""
    with here.store.reading() as session:
        issued = issued_run(session, here.keyring, number)
    return str(mint(issued.codes, *secrets_of(here.keyring, issued), 0, 1).serials[0].tobytes(), "ascii")


def test_new_runs_use_the_new_epoch_and_a_process_that_runs_finds_codes_of_both(shop: Workshop) -> None:
    here = shop.here
    elsewhere = Installation(here.settings, here.store, here.files)
    assert elsewhere.keyring.epoch == here.keyring.epoch == 1
    assert add_epoch(here) == 2
    run = issue_codes(here.store, here.keyring, shop.producer, IssueForm(shop.batch_ref, 10, "second epoch"))
    with here.store.reading() as session:
        assert [row.epoch for row in session.query(IssueRun).order_by(IssueRun.number)] == [1, 2]
    assert elsewhere.keyring.places(serial(here, run.number)) == []
    assert elsewhere.take_up_keys()
    assert elsewhere.keyring.places(serial(here, run.number)) == [(2, (run.number, 0))]
    assert elsewhere.keyring.places(serial(here, 1)) == [(1, (1, 0))]


def test_an_epoch_is_never_used_again_even_where_its_file_is_gone(shop: Workshop) -> None:
    here = shop.here
    (here.keys_folder / "serial-1.key").unlink()
    lost = Installation(here.settings, here.store, here.files)
    assert add_epoch(lost) == 2
    assert sorted(lost.keyring.ciphers) == [2]
    issue_codes(lost.store, lost.keyring, shop.producer, IssueForm(shop.batch_ref, 10, "issuing goes on"))
    with lost.store.reading() as session, pytest.raises(ConflictError, match="serial master of epoch 1 is not here"):
        secrets_of(lost.keyring, issued_run(session, lost.keyring, 1))
    with pytest.raises(KeyFileError, match=r"serial-1\.key: the serial master is not here"):
        lost.publish_status()

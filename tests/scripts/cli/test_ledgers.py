"""`gimark ledger adopt`: a lost signer's state is begun anew from what was published, knowingly."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.installation import Installation
from gimark.errors import LedgerError
from gimark.issuance.rules import RangeKind
from gimark.ledger.publishing import CHECKPOINT
from gimark.ledger.signing import CheckpointSigner, start_state
from gimark.store.unit_of_work import Store
from scripts.cli import ledgers
from scripts.cli.commands import app
from tests.api.site import installation
from tests.county import make_county


@pytest.fixture
def here(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation with two published checkpoints whose signer lost its memory."""
    county = make_county(store)
    here = installation(county, tmp_path)
    run = county.run(county.batch())
    here.publish_checkpoint()
    here.checkpoint_signer.state_path.unlink()
    county.change(run, RangeKind.ACTIVATE, (0, 9))
    monkeypatch.setattr(ledgers, "installation", lambda: here)
    return here


def adopt(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, ["ledger", "adopt", *arguments], input=answer)


def test_signing_goes_on_from_the_last_published_checkpoint(here: Installation) -> None:
    with pytest.raises(LedgerError, match="gimark ledger adopt"):
        here.publish_checkpoint()
    published = (here.settings.published / CHECKPOINT).read_text().splitlines()
    result = adopt("--yes")
    assert result.exit_code == 0, result.output
    last = here.checkpoint_signer.last_signed()
    assert [str(last.size), last.text.splitlines()[2]] == published[1:3]
    assert published[2] in result.output
    here.publish_checkpoint()
    assert here.checkpoint_signer.last_signed().size == last.size + 1


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_without_yes_it_warns_in_both_languages_and_asks(here: Installation, answer: str, code: int) -> None:
    result = adopt(answer=answer)
    assert (result.exit_code, here.checkpoint_signer.state_path.exists()) == (code, code == 0)
    assert "警告：签名状态已失" in result.output
    assert "the log will sign two histories" in result.output


def test_a_memory_that_is_there_is_not_written_over(here: Installation) -> None:
    adopt("--yes")
    state = here.checkpoint_signer.state_path
    before = state.read_bytes()
    result = adopt("--yes")
    assert (result.exit_code, state.read_bytes()) == (1, before)
    assert "Do not overwrite it" in result.output


def test_the_larger_of_folder_and_database_counts(here: Installation) -> None:
    """A folder that was brought back from an older copy would have the signer forget what it signed."""
    file = here.settings.published / CHECKPOINT
    adopt("--yes")
    older, last = file.read_bytes(), here.publish_checkpoint()
    here.checkpoint_signer.state_path.unlink()
    file.write_bytes(older)
    adopt("--yes")
    assert str(here.checkpoint_signer.last_signed().size).encode() == last.split(b"\n")[1]


def test_two_histories_are_not_adopted(here: Installation) -> None:
    size = int((here.settings.published / CHECKPOINT).read_text().splitlines()[1])
    folder = here.settings.data_dir
    liar = CheckpointSigner(here.checkpoint_signer.origin, here.log_signer, folder / "liar.json")
    start_state(liar.state_path, liar.origin)
    (here.settings.published / CHECKPOINT).write_bytes(liar.sign(size, bytes(32), lambda _: []))
    result = adopt("--yes")
    assert result.exit_code == 1
    assert "two histories were signed" in result.output
    assert not here.checkpoint_signer.state_path.exists()


def test_a_checkpoint_that_the_log_did_not_sign_is_not_adopted(here: Installation) -> None:
    file = here.settings.published / CHECKPOINT
    file.write_bytes(file.read_bytes().replace(b"\n1", b"\n2", 1))
    result = adopt("--yes")
    assert result.exit_code == 1
    assert not here.checkpoint_signer.state_path.exists()

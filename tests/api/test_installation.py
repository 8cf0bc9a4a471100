"""Publishing: what does not stop it is said."""

from pathlib import Path

from structlog.testing import capture_logs

from gimark.store.unit_of_work import Store
from tests.api.site import installation
from tests.county import make_county
from tests.ledger.actors import FakeWitness


def test_a_witness_that_does_not_sign_is_named_in_the_log_and_does_not_stop_the_checkpoint(
    store: Store, tmp_path: Path
) -> None:
    county = make_county(store)
    here = installation(county, tmp_path)
    county.batch()
    here.witnesses = [
        FakeWitness("paper.example/w", 7, answers=False),
        FakeWitness("radio.example/w", 8, answers=False),
    ]
    with capture_logs() as logged:
        note = here.publish_checkpoint()
    size = int(note.split(b"\n")[1])
    event = "a witness did not sign a checkpoint"
    assert [(line["log_level"], line["event"], line["witness"], line["size"]) for line in logged] == [
        ("warning", event, name, size) for name in ("paper.example/w", "radio.example/w")
    ]
    assert "does not answer" in logged[0]["reason"]
    assert (tmp_path / "published" / "checkpoint").read_bytes() == note


def test_nothing_is_said_where_nobody_is_missing(store: Store, tmp_path: Path) -> None:
    here = installation(make_county(store), tmp_path)
    with capture_logs() as logged:
        here.publish_checkpoint()
    assert logged == []

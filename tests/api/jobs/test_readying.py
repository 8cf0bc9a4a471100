"""Fonts are made ready for the labels of the county before one is shown, once, and without holding anybody up."""

import pytest

from api.installation import Installation
from api.jobs.drawing_ahead import characters_of
from api.jobs.previewing import LabelChoice, preview_of_batch
from api.jobs.readying import Readying
from labels.face import FontFace
from labels.fonts import find_faces
from tests.founded import Workshop


def test_a_label_is_shown_without_reading_a_font_once_they_are_ready(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = workshop.here
    fonts = Readying(here)
    fonts.begin()
    fonts.begin()
    fonts.wait()
    monkeypatch.setattr(FontFace, "read", lambda *_: pytest.fail("a font was read"))
    choice = LabelChoice("a4-3x8", 300, on_pack=("contact", "ingredients"))
    assert preview_of_batch(here, workshop.producer, workshop.batch_ref, choice).startswith("<svg")
    fonts.close()
    here.store.engine.dispose()


def test_the_characters_are_those_of_registers_and_of_every_label(workshop: Workshop) -> None:
    with workshop.here.store.reading() as session:
        found = characters_of(session)
    workshop.here.store.engine.dispose()
    assert set("统一社会信用代码") | set("云溪香菇") | set("0Aa-:") <= found
    assert not set(find_faces().popitem()[1].missing("".join(found)))


def test_what_keeps_fonts_from_being_read_ends_no_process(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_here: Installation) -> None:
        raise OSError("no such disk")

    monkeypatch.setattr("api.jobs.drawing_ahead.faces_of", closed)
    fonts = Readying(workshop.here)
    fonts.begin()
    fonts.close()
    fonts.begin()
    workshop.here.store.engine.dispose()

"""The release check reads what was printed, not what was meant, and one wrong label stops the file."""

import numpy as np
import pytest

from labels.errors import ProofError
from labels.part import PartJob, render_part
from labels.pdf.document import write_document
from labels.proof import ProofJob, prove, sample_pages
from labels.qr import Encoder
from labels.rows import typed_codes
from tests.labels.specimens import ROLL_70, SHEET, codes, design, template


def test_a_sound_file_is_proven_label_by_label() -> None:
    uris, serials = codes(30)
    job = PartJob(design(SHEET), uris, serials, "x", skip=4, offset_mm=(0.5, -0.5))
    expected = ProofJob(template(SHEET), uris, serials, skip=4, offset_mm=(0.5, -0.5))
    assert prove(render_part(job), expected) == 30
    assert prove(render_part(job), expected, pages=(1,)) == 10


def test_two_labels_that_changed_places_are_found() -> None:
    uris, serials = codes(24)
    content = render_part(PartJob(design(SHEET), uris, serials, "x"))
    order = np.arange(24)
    order[[10, 11]] = 11, 10
    with pytest.raises(ProofError) as refused:
        prove(content, ProofJob(template(SHEET), uris[order], serials[order]))
    assert refused.value.faults[0].field == "labels/10"
    assert "第 11 枚" in refused.value.text("zh")


def test_a_typed_code_of_another_package_is_found() -> None:
    uris, serials = codes(3)
    mixed = typed_codes(serials)[[0, 2, 1]]
    content = write_document(design(ROLL_70), Encoder(9, "M").matrices(uris), mixed, "x")
    with pytest.raises(ProofError) as refused:
        prove(content, ProofJob(template(ROLL_70), uris, serials))
    assert refused.value.faults[0].field == "labels/1"
    assert "输入号码" in refused.value.text("zh")


def test_a_damaged_symbol_is_found() -> None:
    uris, serials = codes(2)
    symbols = Encoder(9, "M").matrices(uris)
    symbols[1, 10:40] = 0
    content = write_document(design(ROLL_70), symbols, typed_codes(serials), "x")
    with pytest.raises(ProofError, match="读不出二维码"):
        prove(content, ProofJob(template(ROLL_70), uris, serials))


def test_a_file_with_other_pages_or_no_pdf_is_refused() -> None:
    uris, serials = codes(2)
    content = render_part(PartJob(design(ROLL_70), uris, serials, "x"))
    with pytest.raises(ProofError, match="2 页，应为 1 页"):
        prove(content, ProofJob(template(ROLL_70), uris[:1], serials[:1]))
    with pytest.raises(ProofError, match="PDF"):
        prove(content[:100], ProofJob(template(ROLL_70), uris, serials))


def test_a_sample_holds_the_first_and_the_last_page() -> None:
    assert sample_pages(3, 5) == (0, 1, 2)
    assert sample_pages(100, 2) == (0, 99)
    spread = sample_pages(1000, 8)
    assert len(spread) == 8
    assert (spread[0], spread[-1]) == (0, 999)

"""Print orders that are refused: codes printed before, labels that cannot be printed, codes that may not be on sale."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from api.jobs import fittings
from api.jobs.labelling import order_labels
from gimark.errors import ConflictError, GimarkError, IdempotencyKeyReusedError
from gimark.issuance.model import PrintOrder, PrintState, RangeAct
from gimark.issuance.rules import place_words
from gimark.jobs.kinds import PRINT_LABELS
from gimark.jobs.model import Job
from gimark.jobs.rules import JobState
from gimark.production.model import Batch
from gimark.registry.enterprises.model import Enterprise
from gimark.registry.rights.model import GiProduct
from labels import fonts
from labels.errors import LabelError
from tests.api.jobs.printshop import change, end, entries, facts, form, job, order, orders, work
from tests.founded import COUNT, Workshop


def test_a_code_is_printed_once_and_the_refusal_names_the_first_order(printed_shop: Workshop) -> None:
    shop = printed_shop
    before = entries(shop.here)
    [first] = orders(shop.here)
    for number, span in enumerate([(0, COUNT - 1), (0, 0), (COUNT - 1, COUNT - 1), (20, 30)]):
        with pytest.raises(ConflictError, match=first) as caught:
            order(shop, *span, idempotency_key=f"again-{number}")
        assert caught.value.faults[0].reason_zh.startswith(place_words(*span)[0])
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
        ({"template": "roll-50x30", "dpi": 203, "on_pack": ("net_content", "storage", "licence", "contact")}, "qr"),
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


@pytest.fixture
def no_font(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which no Chinese font is installed."""
    monkeypatch.setattr(fonts, "_KNOWN", dict.fromkeys(fonts.Style, ()))
    fittings._found_faces.cache_clear()
    yield
    fittings._found_faces.cache_clear()


@pytest.mark.usefixtures("no_font")
def test_without_a_chinese_font_no_label_is_ordered(shop: Workshop) -> None:
    before = entries(shop.here)
    with pytest.raises(ConflictError, match="fonts-noto-cjk") as caught:
        order(shop)
    assert [fault.field for fault in caught.value.faults] == ["font"]
    assert orders(shop.here) == []
    assert entries(shop.here) == before


@pytest.mark.parametrize(("setting", "field"), [("font_file", "font"), ("mark_file", "mark_file")])
def test_a_font_or_mark_of_the_operator_that_is_not_there_is_named_before_the_order(
    shop: Workshop, tmp_path: Path, setting: str, field: str
) -> None:
    settings = shop.here.settings.model_copy(update={setting: tmp_path / "not-there"})
    here = replace(shop.here, settings=settings)
    with pytest.raises((GimarkError, LabelError)) as caught:
        order_labels(here, shop.producer, form(shop))
    assert [fault.field for fault in caught.value.faults] == [field]
    assert orders(here) == []


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

"""Stored templates: whose they are, and which labels may be ordered with them."""

import pytest

from gimark.errors import InvalidInputError, NotFoundError
from gimark.issuance.printing import PrintForm, order_print
from gimark.issuance.queries import PrintFacts, RunFacts
from gimark.issuance.templates.actions import TemplateForm, create_template, save_template
from gimark.issuance.templates.queries import templates_for
from gimark.production.lists import visible_batch
from tests.county import TOWN, County


def kept(county: County, name: str, right_ref: str | None = None) -> str:
    """A template of the first enterprise; the reference of it."""
    with county.store.acting() as act:
        ref = create_template(act, county.producer, TemplateForm(name, "a = 1", right_ref)).ref
        act.commit()
    return ref


def offered(county: County, batch_ref: str) -> list[str]:
    with county.store.reading() as session:
        item_id = visible_batch(session, county.producer, batch_ref).item_id
        return [one.name for one in templates_for(session, county.producer, item_id)]


def ordered(county: County, run: RunFacts, template: str) -> PrintFacts:
    with county.store.acting() as act:
        order = order_print(act, county.producer, PrintForm(run.ref, 0, 4, template, 300, f"of-{template}"))
        act.commit()
    return order


def test_a_template_of_a_right_is_offered_and_taken_for_labels_that_bear_it_alone(county: County) -> None:
    of_another = kept(county, "证明商标用", county.right(TOWN))
    of_this, of_any = kept(county, "地理标志用", county.right_ref), kept(county, "通用")
    batch = county.batch()
    run = county.run(batch, 10)
    assert sorted(offered(county, batch)) == sorted(["地理标志用", "通用"])
    with pytest.raises(InvalidInputError) as refused:
        ordered(county, run, f"{of_another}.1")
    [fault] = refused.value.faults
    assert fault.field == "template"
    assert "云溪香菇" in fault.reason_zh
    assert ordered(county, run, f"{of_this}.1").template == f"{of_this}.1"
    with county.store.acting() as act:
        save_template(act, county.producer, of_any, TemplateForm("通用", "a = 1", None), 1)
        save_template(act, county.producer, of_another, TemplateForm("证明商标用", "a = 1", county.right_ref), 1)
        act.commit()
    assert len(offered(county, batch)) == 3


def test_a_version_that_is_another_s_or_that_there_is_not_is_not_ordered_with(county: County) -> None:
    own = kept(county, "自己的")
    with county.store.acting() as act:
        theirs = create_template(act, county.other_producer, TemplateForm("别人的", "a = 1", county.right_ref)).ref
        act.commit()
    run = county.run(county.batch(), 10)
    for name in (f"{theirs}.1", f"{own}.2"):
        with pytest.raises(NotFoundError):
            ordered(county, run, name)

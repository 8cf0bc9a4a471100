"""Templates are called on pages what people call them, not what an order's row has."""

from api.web.desk.titles import template_titles
from gimark.issuance.printing import PrintForm, order_print
from gimark.issuance.templates.actions import TemplateForm, create_template
from tests.api.site import Site
from tests.county import County
from tests.web.desk.people import seated


def test_the_program_s_have_a_title_in_each_language_and_stored_ones_their_name_and_version(county: County) -> None:
    with county.store.acting() as act:
        ref = create_template(act, county.producer, TemplateForm("礼盒小签", "a = 1")).ref
        act.commit()
    own = f"{ref}.1"
    with county.store.reading() as session:
        zh, en = (template_titles(session, ["roll-70x40", own, "before"], language) for language in ("zh", "en"))
    assert (zh["roll-70x40"], zh[own]) == ("卷装标签 70×40 mm", "礼盒小签 · 第 1 版")
    assert en["roll-70x40"] not in ("roll-70x40", zh["roll-70x40"])
    assert en[own] == "礼盒小签 · version 1"
    assert zh["before"] == en["before"] == "before"


def test_pages_of_an_order_call_its_template_by_its_title(site: Site) -> None:
    county = site.county
    run = county.run(county.batch(), 20)
    with county.store.acting() as act:
        ref = order_print(act, county.producer, PrintForm(run.ref, 0, 9, "roll-70x40", 300, "one")).ref
        act.commit()
    said = seated(site, county.regulator).get(f"/regulator/labels/{ref}").text
    assert "卷装标签 70×40 mm · 300 dpi · PDF" in said
    assert "roll-70x40" not in said

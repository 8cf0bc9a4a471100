"""Changing a template by form: shown as it looks after every press, kept as a new version."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.jobs.trying import Wrong
from api.problems import row_of
from api.v1.door import Here
from api.web.assets import STUDIO
from api.web.desk.forms import REFUSED, Done, Form, Refusal, Sending, Sent, once, sentence
from api.web.desk.pages import desk_page
from api.web.desk.seat import Seat
from api.web.public.words import RIGHT_KINDS
from api.web.studio.door import AtStudio
from api.web.studio.drafts import Draft, draft_from, draft_of
from api.web.studio.trials import Way, batches_to_try, tried, way_of
from api.web.studio.words import ALIGNS, KEYS, LEGIBILITY, STYLES
from api.web.translation import N_, sayer
from api.wiring import Process
from gimark.accounts.rules import Permission
from gimark.issuance.templates.actions import TemplateForm, save_template
from gimark.issuance.templates.queries import TemplateFacts, VersionFacts, template, versions
from gimark.registry.directory.queries import listed_rights
from gimark.store.unit_of_work import Act
from labels.carrier import PRINTER_DPI
from labels.face import Style
from labels.installed import installed_fonts
from labels.library import checked_template, drafted_template, read_template, write_template
from labels.mandatory import AT_THE_MARK, ITEMS

router = APIRouter(prefix="/studio/templates")

EDIT = "studio/template.html"
SAVE = "save"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of the template, beside what is being typed."""

    facts: TemplateFacts
    versions: tuple[VersionFacts, ...]


@router.get("/{ref}")
def show(request: Request, process: Here, seat: AtStudio, ref: str, version: int = 0) -> Response:
    """The latest version, or an earlier one to look at, with the label as it comes out."""
    kept = _kept(process, seat, ref)
    shown = next((one for one in kept.versions if one.number == version), kept.facts.latest)
    way = way_of("", "", ())
    batches = batches_to_try(process, seat)
    if batches:
        way = Way(batches[0][0], way.dpi, way.on_pack)
    draft = draft_of(read_template(shown.content))
    right = kept.facts.right[0] if kept.facts.right else ""
    form = Form(
        {
            **{name: (value,) for name, value in draft.values.items()},
            "based_on": (str(kept.facts.latest.number),),
            "right": (right,),
            "batch": (way.batch or "",),
            "dpi": (str(way.dpi),),
        }
    )
    return _page(process, seat, request, kept, draft, form, way)


@router.post("/{ref}")
def change(request: Request, process: Here, seat: AtStudio, sent: Sending, ref: str) -> Response:
    """What a button does: show the label, add or drop an entry, or keep it all as a new version."""
    kept = _kept(process, seat, ref)
    draft = draft_from((name, value) for name, value in sent.data.multi_items() if isinstance(value, str))
    way = way_of(sent.text("batch"), sent.text("dpi"), sent.texts("on_pack"))
    pressed = sent.text("do")
    if pressed != SAVE:
        draft = draft.pressed(pressed)
        return _page(process, seat, request, kept, draft, _form(sent, draft, None, seat), way)
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        # Under its own name, so that what was not changed is not another version.
        read = checked_template(draft.data(read_template(kept.facts.latest.content).id))
        form = TemplateForm(read.name_zh, write_template(read), sent.optional("right"))
        saved = save_template(act, seat.actor, ref, form, sent.whole("based_on"))
        return Done(f"/studio/templates/{ref}", say(N_("已保存为第 %(n)s 版。"), n=saved.latest.number))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        form = _form(sent, draft, error, seat)
        return _page(process, seat, request, kept, draft, form, way, row_of(error).status)


def _form(sent: Sent, draft: Draft, error: Refusal | None, seat: Seat) -> Form:
    """The form again with what was typed, and what is wrong with it by the names of its inputs."""
    values: dict[str, tuple[str, ...]] = {name: (value,) for name, value in draft.values.items()}
    for name in ("based_on", "right", "batch", "dpi"):
        values[name] = (sent.text(name),)
    values["on_pack"] = sent.texts("on_pack")
    faults = () if error is None else error.faults
    return Form(values, tuple((draft.place_of(one.field), sentence(one, seat.language)) for one in faults))


def _page(
    process: Process,
    seat: Seat,
    request: Request,
    kept: _Kept,
    draft: Draft,
    form: Form,
    way: Way,
    status: int = 200,
) -> Response:
    """The page, with the label if the draft is a template, and everything that is wrong beside its input."""
    picture: dict[str, object] | None = None
    carriers: Iterable[object] = ()
    size = None
    try:
        read = drafted_template(draft.data(kept.facts.ref))
        trial = tried(process, seat, read, way, form.value("right") or None)
        picture, carriers = way.address(read), trial.carriers
        size = read.label
        found: tuple[Wrong, ...] = trial.faults
    except REFUSED as refusal:
        found = refusal.faults
    seen = {where for where, _ in form.faults}
    more = tuple((draft.place_of(one.field), sentence(one, seat.language)) for one in found)
    whole = Form(form.values, (*form.faults, *(fault for fault in more if fault[0] not in seen)), form.once)
    return desk_page(
        process,
        seat,
        request,
        EDIT,
        status,
        form=whole,
        kept=kept.facts,
        versions=kept.versions,
        draft=draft,
        picture=picture,
        size=size,
        wrong=whole.faults,
        carriers=carriers,
        script=STUDIO.path,
        may_change=kept.facts.is_own and Permission.MANAGE_LABELS in seat.actor.permissions,
        **_choices(process, seat),
    )


def _choices(process: Process, seat: Seat) -> dict[str, object]:
    say = sayer(seat.language)
    place = 0 if seat.language == "zh" else 1
    with process.here.store.reading() as session:
        known = listed_rights(session)
    fonts = installed_fonts().values()
    chinese = [font.name for font in fonts if font.draws_chinese]
    of_codes = [font.name for font in fonts if font.is_of_one_width or font.draws_chinese]
    return {
        "keys": [(key, say(text)) for key, text in KEYS.items()],
        "styles": [(style.value, say(text)) for style, text in STYLES.items()],
        "aligns": [(value, say(text)) for value, text in ALIGNS],
        "fonts": [(style.value, say(STYLES[style]), of_codes if style is Style.CODE else chinese) for style in Style],
        "rights": [(one.ref, f"{one.gi_zh} · {say(RIGHT_KINDS[one.kind])}") for one in known],
        "items_on_pack": [(key, names[place], "") for key, names in ITEMS.items() if key not in AT_THE_MARK],
        "batches": batches_to_try(process, seat),
        "printers": [(dpi, f"{dpi} dpi") for dpi in PRINTER_DPI],
        "legibility": {kind.value: (tone, say(text)) for kind, (tone, text) in LEGIBILITY.items()},
    }


def _kept(process: Process, seat: Seat, ref: str) -> _Kept:
    with process.here.store.reading() as session:
        return _Kept(template(session, seat.actor, ref), versions(session, seat.actor, ref))

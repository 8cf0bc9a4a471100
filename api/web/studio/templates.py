"""The list of templates, copying one, taking one that was written by hand, and giving one out."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from api.jobs.fittings import template_named
from api.v1.door import Here
from api.web.desk.forms import REFUSED, Done, Sending, blank, once, refused
from api.web.desk.pages import HEADERS, desk_page
from api.web.desk.seat import Seat
from api.web.studio.door import AtStudio
from api.web.studio.trials import USUAL_DPI, Way
from api.web.translation import N_, sayer
from gimark.accounts.rules import Permission
from gimark.errors import Fault, InvalidInputError, invalid
from gimark.issuance.templates.actions import TemplateForm, create_template, retire_template
from gimark.issuance.templates.queries import TemplateFacts, template, templates
from gimark.issuance.templates.rules import read_version_name
from gimark.store.unit_of_work import Act
from labels.errors import LabelError
from labels.library import LONGEST, read_template, shipped_templates, write_template
from labels.template import Template

router = APIRouter(prefix="/studio")

# What small labels leave to the package; a specimen of any size can then be drawn.
LEFT_TO_THE_PACK = ("contact", "ingredients")
LIST, IMPORT = "studio/templates.html", "studio/import.html"


@router.get("")
def show(request: Request, process: Here, seat: AtStudio, retired: str = "") -> Response:
    """The seat's templates, those for all, and those of the program; each as it looks."""
    with process.here.store.reading() as session:
        found = templates(session, seat.actor, retired=bool(retired))
    way = Way(None, USUAL_DPI, LEFT_TO_THE_PACK)
    stored = [(one, _read(one), way.address(_read(one))) for one in found]
    shipped = [] if retired else [(one, way.address(one)) for one in shipped_templates().values()]
    may_change = Permission.MANAGE_LABELS in seat.actor.permissions
    return desk_page(
        process, seat, request, LIST, stored=stored, shipped=shipped, form=blank(), may_change=may_change,
        is_retired=bool(retired),
    )  # fmt: skip


@router.post("/templates")
def copy(request: Request, process: Here, seat: AtStudio, sent: Sending) -> Response:
    """A template of one's own from another: from the program's, from one for all, or from one's own."""
    original = sent.text("from")
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        copied = _original(act, seat, original)
        name = say(N_("%(name)s（副本）"), name=copied.name_zh)[:60]
        content = write_template(copied.model_copy(update={"name_zh": name}))
        made = create_template(act, seat.actor, TemplateForm(name, content))
        return Done(f"/studio/templates/{made.ref}", say(N_("已复制，可以修改了。")))

    return once(process, seat, request, sent, do)


@router.get("/templates/import")
def ask(request: Request, process: Here, seat: AtStudio) -> Response:
    """The form for a template in TOML."""
    return desk_page(process, seat, request, IMPORT, form=blank(), longest=LONGEST)


@router.post("/templates/import")
def take(request: Request, process: Here, seat: AtStudio, sent: Sending) -> Response:
    """Keep a template that was written by hand, or refuse it with what is wrong."""
    say = sayer(seat.language)

    def do(act: Act) -> Done:
        content = sent.text("content")
        if not content:
            raise invalid("content", "没有内容", "there is nothing", "请粘贴模板的 TOML", "Paste the template's TOML")
        read = _read_by_hand(content)
        made = create_template(act, seat.actor, TemplateForm(read.name_zh, content))
        return Done(f"/studio/templates/{made.ref}", say(N_("已保存。")))

    try:
        return once(process, seat, request, sent, do)
    except REFUSED as error:
        return refused(process, seat, request, IMPORT, sent, error, longest=LONGEST)


@router.get("/templates/{ref}/template.toml")
def give(process: Here, seat: AtStudio, ref: str) -> Response:
    """The latest version as TOML, to be kept or changed by hand."""
    with process.here.store.reading() as session:
        found = template(session, seat.actor, ref)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{found.latest.name}.toml"'}
    return Response(found.latest.content.encode(), 200, headers, "application/toml; charset=utf-8")


@router.post("/templates/{ref}/retire")
def retire(request: Request, process: Here, seat: AtStudio, sent: Sending, ref: str) -> Response:
    """Offer a template no more."""
    return once(process, seat, request, sent, _retiring(seat, ref, is_retired=True))


@router.post("/templates/{ref}/restore")
def restore(request: Request, process: Here, seat: AtStudio, sent: Sending, ref: str) -> Response:
    """Offer it again."""
    return once(process, seat, request, sent, _retiring(seat, ref, is_retired=False))


def _retiring(seat: Seat, ref: str, *, is_retired: bool) -> Callable[[Act], Done]:
    told = sayer(seat.language)(N_("已停用，旧订单不受影响。") if is_retired else N_("已恢复使用。"))

    def do(act: Act) -> Done:
        retire_template(act, seat.actor, ref, is_retired=is_retired)
        return Done("/studio", told)

    return do


def _read_by_hand(content: str) -> Template:
    """The template; what is wrong is said of the one field that there is, with the place in the text."""
    try:
        return read_template(content)
    except LabelError as error:
        named = (
            Fault(
                "content",
                f"{one.field or 'TOML'}：{one.reason_zh}",
                f"{one.field or 'TOML'}: {one.reason_en}",
                one.remedy_zh,
                one.remedy_en,
            )
            for one in error.faults
        )
        raise InvalidInputError(tuple(named)) from error


def _read(found: TemplateFacts) -> Template:
    return read_template(found.latest.content)


def _original(act: Act, seat: Seat, name: str) -> Template:
    version = read_version_name(f"{name}.1")
    if version is None:
        return template_named(name)
    return _read(template(act.session, seat.actor, version.ref))

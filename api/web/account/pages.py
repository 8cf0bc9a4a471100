"""Pages of people who are not signed in yet: in the site's own look, kept by nobody, indexed by nobody."""

from functools import cache

import jinja2
from starlette.requests import Request
from starlette.responses import Response

from api.pages import asked_in, page
from api.web.language import LANGUAGES, Language, in_language
from api.web.public.style import SITE_STYLE, STYLE
from api.web.site import SiteFacts
from api.web.templates import environment
from api.wiring import Process
from gimark.errors import Fault

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


def account_page(process: Process, request: Request, template: str, status: int = 200, **values: object) -> Response:
    """The page that `template` draws."""
    language, query = asked_in(process, request)
    other = LANGUAGES[1] if language == LANGUAGES[0] else LANGUAGES[0]
    body = (
        _environment(language, process.site)
        .get_template(template)
        .render(style=STYLE, site_style=SITE_STYLE, other_language=in_language(query, other), **values)
    )
    return page(request, body.encode(), language, status, PRIVATE)


def words_of(fault: Fault, language: Language) -> str:
    """Reason and remedy, without the field's name: the sentence stands beside its field."""
    if language == "zh":
        return f"{fault.reason_zh}。{fault.remedy_zh}。"
    return f"{fault.reason_en[:1].upper()}{fault.reason_en[1:]}. {fault.remedy_en}."


@cache
def _environment(language: Language, site: SiteFacts) -> jinja2.Environment:
    return environment(language, site)

"""What was typed into a form outlives the session it was typed in.

A form that comes without a session is answered with the sign-in page, which carries the form along as one hidden field,
through every step of signing in. At the end the form stands on a page of its own, and is sent only when its owner
presses the button there. The server keeps nothing of it. Only our own pages can bring a form here (SameSite), and it
goes nowhere but to our own paths.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.negotiation import prefers_json
from api.problems import Problems
from api.refusals import SignInNeededError
from api.security import SAFE_METHODS
from api.web.account.pages import account_page
from api.web.desk.forms import blank
from api.web.desk.places import own_place, place_of
from api.web.desk.seat import CSRF
from api.wiring import Process

KEPT = "kept"
# A form of more than this was a file, which must be chosen again anyway.
LARGEST_BODY = 256 * 1024
# What no page shows again, and what its owner need not see again.
SECRET = frozenset({CSRF, "password", "again", "current"})
HIDDEN = frozenset({"once", "next", "username", KEPT})
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form that waits for its owner: where it goes, and its fields in order."""

    place: str
    fields: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The whole form as one field's text."""
        return urlencode([("", self.place), *self.fields])

    @property
    def shown(self) -> tuple[str, ...]:
        """What its owner typed, for a last look."""
        return tuple(value for name, value in self.fields if value and name not in HIDDEN)


def read_kept(text: str) -> KeptForm | None:
    """The form that a hidden field carries; None when it carries none that may be sent on."""
    parts = parse_qsl(text, keep_blank_values=True) if text else []
    if not parts or parts[0][0] or not own_place(parts[0][1]):
        return None
    return KeptForm(parts[0][1], tuple(parts[1:]))


async def to_sign_in(process: Process, problems: Problems, request: Request, error: SignInNeededError) -> Response:
    """The answer to who is not signed in: a program is told (401), a person signs in, with their form in hand."""
    if prefers_json(request.headers.get("accept", "")):
        return problems.response(error, request.scope)
    kept = None if request.method in SAFE_METHODS else await _form_of(request)
    if kept is None:
        return RedirectResponse(str(error.extras["address"]), 303)
    return account_page(process, request, "account/sign-in.html", 401, form=blank(), next="", kept=kept.text)


def kept_page(process: Process, request: Request, kept: KeptForm, csrf: str) -> Response:
    """The form, to be looked at and sent by a press of its button."""
    return account_page(process, request, "account/kept.html", kept=kept, csrf=csrf)


async def _form_of(request: Request) -> KeptForm | None:
    """What the request carries; None for what is no form, is too large, or goes nowhere that a form may wait for.

    Files are left out, since a browser lets nobody choose them for their owner, and so are passwords.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length", "")
    place = own_place(place_of(request))
    if not place or kind not in FORMS or not length.isdecimal() or int(length) > LARGEST_BODY:
        return None
    form = await request.form()
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name not in SECRET]
    return KeptForm(place, tuple(fields))

"""Forms of the desks: what was sent, what is wrong with it beside its field, and a second press answered as the first.

A form is shown by GET and sent by POST to the same address:

    @router.get("/regulator/enterprises/new")
    def ask(request: Request, process: Here, seat: AtRegulatorDesk) -> Response:
        return desk_page(process, seat, request, PAGE, form=blank())

    @router.post("/regulator/enterprises/new")
    def register(request: Request, process: Here, seat: AtRegulatorDesk, sent: Sending) -> Response:
        def do(act: Act) -> Done:
            made = actions.register_enterprise(act, seat.actor, EnterpriseForm(uscc=sent.text("uscc"), …))
            return Done(f"/regulator/enterprises/{made.ref}", say(N_("已登记。")))
        try:
            return once(process, seat, request, sent, do)
        except REFUSED as error:
            return refused(process, seat, request, PAGE, sent, error)

Inputs are named as the domain names its fields, so that a fault finds its place by itself.
"""

import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from api.problems import row_of
from api.web.desk.pages import desk_page, see
from api.web.desk.seat import CSRF, Seat
from api.web.language import Language
from api.wiring import Process
from gimark.accounts.answers.actions import Answered, earlier_answer, keep_answer
from gimark.accounts.answers.rules import KEY
from gimark.errors import ConflictError, Fault, InvalidInputError, NotFoundError, invalid
from gimark.exchange.cells import day_of, folded
from gimark.ledger import book
from gimark.store.unit_of_work import Act
from labels.errors import Fault as LabelFault
from labels.errors import LabelError

ONCE = "once"
OURS = frozenset({CSRF, ONCE})
# Beyond any count of ours, and whole in every database.
MOST_DIGITS = 15
# What a form is shown again for; anything else is a page of its own (not found, not allowed, busy).
REFUSED = (InvalidInputError, ConflictError, LabelError)

Refusal = InvalidInputError | ConflictError | LabelError | NotFoundError
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Form:
    """A form as its page shows it: what stands in the fields, (field, sentence) of each fault, and `once`."""

    values: Mapping[str, tuple[str, ...]]
    faults: tuple[tuple[str, str], ...] = ()
    once: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def value(self, name: str) -> str:
        """What stands in a field, empty when nothing."""
        return next(iter(self.values.get(name, ())), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Everything that was chosen under one name."""
        return self.values.get(name, ())

    def fault(self, name: str) -> str:
        """What is wrong with a field, empty when nothing."""
        return " ".join(said for where, said in self.faults if where == name)


def blank(**values: object) -> Form:
    """A form that nobody sent yet; `values` stand in it already, None as nothing, a tuple as several choices."""
    return Form({name: _texts(value) for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form brought. Readers raise InvalidInputError naming the field; a missing field reads as empty."""

    data: FormData

    def text(self, name: str) -> str:
        """The text of a field, without spaces around it."""
        value = self.data.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def secret(self, name: str) -> str:
        """A password as it was typed, spaces around it too."""
        value = self.data.get(name, "")
        return value if isinstance(value, str) else ""

    def optional(self, name: str) -> str | None:
        """The same; None when the field was left empty."""
        return self.text(name) or None

    def texts(self, name: str) -> tuple[str, ...]:
        """Every text under one name (ticked boxes), in the order of the page."""
        return tuple(value.strip() for value in self.data.getlist(name) if isinstance(value, str))

    def upload(self, name: str) -> UploadFile | None:
        """The file of a field; None when none was chosen."""
        value = self.data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def day(self, name: str) -> date:
        """The day of a date field, in the ways in which people write one (`gimark.exchange.cells`)."""
        text = self.text(name)
        if not text:
            raise invalid(name, "没有填日期", "there is no day", "请写成 2026-11-12", "Write it as 2026-11-12")
        return day_of(text, name)

    def optional_day(self, name: str) -> date | None:
        """The same; None when the field was left empty."""
        return self.day(name) if self.text(name) else None

    def whole(self, name: str) -> int:
        """The whole number of a field; a person may write thousands separators, and full-width digits."""
        text = self.text(name)
        digits = folded(text).replace(",", "").replace(" ", "")
        if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS:
            return int(digits)
        raise invalid(
            name,
            f"“{text[:20]}”不是整数" if text else "没有填数字",
            f"“{text[:20]}” is no whole number" if text else "there is no number",
            "请填写整数，例如 1000",
            "Give a whole number such as 1000",
        )

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        """One of an enumeration's values."""
        text = self.text(name)
        if text in set(kind):
            return kind(text)
        raise invalid(
            name,
            "没有选择" if not text else "没有这个选项",
            "nothing was chosen" if not text else "there is no such choice",
            "请从列出的选项中选一个",
            "Choose one of those that are listed",
        )

    @property
    def once(self) -> str:
        """The name of this press of the button. Raises InvalidInputError when no page of ours gave it."""
        name = self.text(ONCE)
        if name and KEY.fullmatch(f"form/{name}"):
            return f"form/{name}"
        raise invalid(
            "",
            "表单不完整",
            "the form is not complete",
            "没有执行任何操作；请重新打开这一页再提交",
            "Nothing was done; open the page again and send it anew",
        )

    def form(self, error: Refusal, language: Language) -> Form:
        """The form again, with what was typed and what is wrong with it. Files must be chosen anew."""
        typed = {name: self.texts(name) for name in self.data if name not in OURS}
        return Form(typed, tuple((self._place(fault.field), sentence(fault, language)) for fault in error.faults))

    def _place(self, name: str) -> str:
        """Where a fault is shown: at its own input, or at the one that its list was typed into (grades/3: grades)."""
        whole = name.partition("/")[0]
        return whole if name not in self.data and whole in self.data else name

    def digest(self, request: Request) -> bytes:
        """SHA-256 over where the form was sent and everything in it but `csrf` and `once`."""
        told = hashlib.sha256(f"{request.method} {request.scope['path']}\n".encode())
        for name, value in _fields(self.data):
            told.update(f"{len(name)} {name} {len(value)} {value}\n".encode())
        return told.digest()


@dataclass(frozen=True, slots=True)
class Done:
    """An act was done: the page to go on to, and what is told there once."""

    path: str
    told: str = ""


async def sent_form(request: Request) -> AsyncIterator[Sent]:
    """The form of a request. Its files are closed when it has been answered."""
    form = await request.form()
    try:
        yield Sent(form)
    finally:
        await form.close()


Sending = Annotated[Sent, Depends(sent_form)]


def once(process: Process, seat: Seat, request: Request, sent: Sent, do: Callable[[Act], Done]) -> Response:
    """Do it and go on to the next page; the same press again goes there too and does nothing.

    The note that it was done is kept in the act's own transaction (gimark.accounts.answers). Raises
    IdempotencyKeyReusedError when the form was sent already with other content, and what `do` raises: then nothing is
    kept, and the form may be sent again.
    """
    key, digest = sent.once, sent.digest(request)
    with process.here.store.acting() as act:
        book.lock(act)
        earlier = earlier_answer(act.session, seat.actor, key, digest)
        if earlier is None:
            done = do(act)
            keep_answer(act, seat.actor, key, digest, Answered(303, done.path, done.told.encode()))
            act.commit()
        else:
            done = Done(earlier.location, earlier.body.decode())
    return see(process, request, done.path, done.told)


def refused(
    process: Process, seat: Seat, request: Request, template: str, sent: Sent, error: Refusal, **values: object
) -> Response:
    """The same page again, with the status of the refusal, what was typed, and each fault beside its field."""
    form = sent.form(error, seat.language)
    return desk_page(process, seat, request, template, row_of(error).status, form=form, **values)


def sentence(fault: Fault | LabelFault, language: Language) -> str:
    """Reason and remedy, without the field's name: the sentence stands beside its field."""
    if language == "zh":
        return f"{fault.reason_zh}。{fault.remedy_zh}。"
    return f"{fault.reason_en[:1].upper()}{fault.reason_en[1:]}. {fault.remedy_en}."


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(part) for part in value) if isinstance(value, tuple) else (str(value),)


def _fields(data: FormData) -> Iterator[tuple[str, str]]:
    """Names and texts; of a file its name and size, since its bytes are compared by who keeps them."""
    for name, value in data.multi_items():
        if name not in OURS:
            yield name, value if isinstance(value, str) else f"{value.filename} {value.size}"

"""Lists in pages: `?limit=1..200&after=<cursor>` → {"items": […], "next": cursor or null} and `Link: <…>; rel="next"`.

A list's route takes its query as `PageQuery`, or as a model of its own below it that adds filters; a name that is not
in it is refused. The domain's query takes `query.wanted` and gives a `Portion` (gimark.store.paging tells how):

    @router.get("/enterprises", response_model=Page[EnterpriseShown], openapi_extra=needs(Permission.READ))
    def list_enterprises(request: Request, here: Here, actor: Caller, query: Annotated[PageQuery, Query()]) -> Response:
        with here.store.reading() as session:
            return page(request, enterprises(session, actor, query.wanted).map(EnterpriseShown.of))
"""

from typing import Annotated, Any, Generic, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from api.v1.models import Shown
from gimark.store.paging import MOST, USUAL, Portion, Wanted

T = TypeVar("T", bound=BaseModel)
LONGEST_CURSOR = 40


def _whole_number(value: Any) -> Any:
    """Digits alone: a query is text, and "5.0", "+5" or " 5 " are no counts."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise PydanticCustomError("int_of_digits", "Input should be a whole number in digits")
    return value


WHOLE_NUMBER = BeforeValidator(_whole_number)


class PageQuery(BaseModel):
    """Which part of a list is wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, WHOLE_NUMBER, Field(ge=1, le=MOST)] = USUAL
    after: Annotated[
        str | None, Field(max_length=LONGEST_CURSOR, pattern="^[0-9a-z]+$", description="`next` of the page before")
    ] = None

    @property
    def wanted(self) -> Wanted:
        """The same for a query in gimark."""
        return Wanted(self.limit, self.after)


class Page(Shown, Generic[T]):
    """A part of a list; `next` is the `after` of the next part, null at the end."""

    items: list[T]
    next: str | None


def page(request: Request, found: Portion[T]) -> Response:
    """The answer with a part of a list."""
    whole = Page[T](items=list(found.items), next=found.next)
    headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if found.next is not None:
        following = request.url.include_query_params(after=found.next)
        headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return Response(whole.model_dump_json(by_alias=True), 200, headers, "application/json")

"""Lists of the desks: what an address asks of a list, and the addresses around it.

    listing = listing_of(request, filters=("q", "standing"), sorts=("newest", "name"))
    found = queries.enterprises(session, actor, listing.wanted, …)
    return desk_page(process, seat, request, "regulator/enterprises.html", listing=listing, found=found)

Everything is in the address, so that a list can be bookmarked, sent to a colleague and come back to after signing in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from gimark.errors import invalid
from gimark.store.paging import Wanted

PAGE_SIZE = 30
LONGEST_TEXT = 200
# Before a sort's name: the other way round.
REVERSED = "-"


@dataclass(frozen=True, slots=True)
class Listing:
    """What is asked of a list: `filters` by name (empty ones too), `sort` as asked, the ref behind which it goes on."""

    path: str
    filters: Mapping[str, str]
    sorts: tuple[str, ...]
    sort: str
    after: str | None

    @property
    def order(self) -> str:
        """The column by which the list is in order."""
        return self.sort.removeprefix(REVERSED)

    @property
    def is_reversed(self) -> bool:
        """Whether the order is turned round."""
        return self.sort.startswith(REVERSED)

    @property
    def wanted(self) -> Wanted:
        """The portion, for a query in gimark; turned round it begins with the last."""
        return Wanted(PAGE_SIZE, self.after, self.is_reversed)

    @property
    def is_filtered(self) -> bool:
        """Whether anything is filtered out."""
        return any(self.filters.values())

    @property
    def asked(self) -> dict[str, str]:
        """Filters and order as parameters of an address, without the place."""
        usual = self.sorts[0] if self.sorts else ""
        return {**self.filters, **({"sort": self.sort} if self.sort != usual else {})}

    @property
    def whole(self) -> dict[str, str]:
        """The same for its export, which knows no usual order of the page's."""
        return {**self.filters, **({"sort": self.sort} if self.sort else {})}

    def direction(self, name: str) -> str:
        """How the list is in order of the column `name`: ascending, descending, or empty when it is not."""
        if self.order != name:
            return ""
        return "descending" if self.is_reversed else "ascending"

    def turned(self, name: str) -> dict[str, str]:
        """The parameters that put it in order of `name`, the other way round when it is already."""
        sort = f"{REVERSED}{name}" if self.direction(name) == "ascending" else name
        return {**self.filters, "sort": sort}


def listing_of(request: Request, filters: Sequence[str] = (), sorts: Sequence[str] = ()) -> Listing:
    """What the request asks of a list; the first of `sorts` (a column, with `-` turned round) is the usual order.

    Raises InvalidInputError for an order that there is not and for a text that no filter can need.
    """
    given = request.query_params
    known = {name.removeprefix(REVERSED) for name in sorts}
    sort = given.get("sort") or (sorts[0] if sorts else "")
    if sort and sort.removeprefix(REVERSED) not in known:
        raise invalid(
            "sort",
            "没有这种排序",
            "the list has no such order",
            "请点列表的表头排序",
            "Press the head of a column to put the list in order",
        )
    texts = {name: given.get(name, "").strip() for name in filters}
    for name, text in texts.items():
        if len(text) > LONGEST_TEXT:
            raise invalid(
                name,
                f"超过 {LONGEST_TEXT} 个字符",
                f"it has more than {LONGEST_TEXT} characters",
                "请缩短后再筛选",
                "Shorten it and filter again",
            )
    return Listing(request.scope["path"], texts, tuple(sorts), sort, given.get("after") or None)

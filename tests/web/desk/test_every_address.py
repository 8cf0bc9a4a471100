"""Every address there is: another enterprise's is not found, and no form is taken that our own page did not send."""

import re
import secrets
from collections.abc import Iterator, Mapping

import pytest

from api.v1 import described
from api.web.desk.routes import BEHIND_SIGN_IN, OPEN
from gimark.accounts.sessions.rules import csrf_of
from tests.api.site import Site
from tests.api.v1.programs import Program, program
from tests.web.desk.belongings import belongings
from tests.web.desk.people import Person, seated

NOBODY = "0" * 16
# What stands in an address beside the name of whose it is.
WITHIN = {"name": "codes.csv", "kind": "xlsx", "act": "revoke"}
# Addresses with a place left open that are nobody's: own lists, and what the public register or everybody may read.
NOT_OWNED = (
    "/exports/{name}",
    *(f"/v1/{name}/" for name in ("towns", "products", "rights", "label-templates", "ledger", "statistics")),
)
# Not there for its owner either until work is done; following that work would not end.
UNFINISHED = frozenset({"/exports/made/{ref}/file", "/exports/made/{ref}/progress"})
# What must be said besides.
ASKED = {"label": "?template=a4-3x8"}
# As much of every form as it takes to be looked at.
FIELDS = {
    "once": "a-press-of-the-button", "reason": "示例", "packed_g": "1", "packed_on": "2026-11-12", "count": "1",
    "first": "1", "last": "1", "template": "a4-3x8", "dpi": "300", "format": "pdf", "do": "save",
}  # fmt: skip
JSON = {"accept": "application/json"}


@pytest.fixture
def manager(site: Site) -> Person:
    """Whose everything is."""
    return seated(site, site.county.producer)


@pytest.fixture
def stranger(site: Site) -> Person:
    """The other enterprise's manager, who may do as much at home."""
    return seated(site, site.county.other_producer)


def desk_routes() -> Iterator[tuple[str, str]]:
    """Method and pattern of every route behind the sign-in."""
    for router in BEHIND_SIGN_IN:
        for route in router.routes:
            yield from ((method, route.path) for method in sorted(getattr(route, "methods", ())) if method != "HEAD")


def api_operations() -> Iterator[tuple[str, str, object]]:
    """Method, pattern, and a body as the reference shows one, of every operation."""
    description = described()
    schemas = description["components"]["schemas"]
    for pattern, operations in description["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            named = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            yield method.upper(), f"/v1{pattern}", schemas[named]["examples"][0] if named else None


def filled(pattern: str, owned: Mapping[str, str]) -> str:
    """The address of what is somebody's own; at the regulator's desk, where producers find nothing, of nobody's."""
    start = next((one for one in owned if re.match(re.escape(one) + r"(?:/|$)", pattern)), None)
    if start is None:
        assert pattern.startswith("/regulator"), f"whose is {pattern}?"
        return re.sub(r"\{\w+\}", NOBODY, pattern)
    rest = pattern.removeprefix(start)
    return owned[start] + re.sub(r"\{(\w+)\}", lambda found: WITHIN[found[1]], rest)


def test_another_enterprise_s_addresses_are_not_found(site: Site, manager: Person, stranger: Person) -> None:
    owned = belongings(site, manager)
    for method, pattern in desk_routes():
        if is_owned(pattern):
            address = filled(pattern, owned)
            answer = stranger.get(address) if method == "GET" else stranger.post(address, **FIELDS)
            assert answer.status_code == 404, (method, pattern, answer.status_code)
            if method == "GET" and not pattern.startswith("/regulator") and pattern not in UNFINISHED:
                assert manager.get(address).status_code == 200, pattern
    mine, theirs = program(site, manager.actor), program(site, stranger.actor)
    for method, pattern, body in api_operations():
        if is_owned(pattern):
            address = filled(pattern, owned)
            status = asked(theirs, method, address, body)
            # What no producer may do to anything at all is refused before it is looked for.
            assert status == 404 or status == asked(mine, method, address, body) == 403, (method, pattern, status)
            if method == "GET" and status == 404:
                assert asked(mine, method, address, None) != 404, pattern


def asked(program: Program, method: str, address: str, body: object) -> int:
    """The status of what a program is answered."""
    headers = {"if-match": '"1"', "idempotency-key": secrets.token_hex(8)}
    options = {} if body is None else {"json": body}
    path = address.removeprefix("/v1") + ASKED.get(address.rpartition("/")[2], "")
    return program.ask(method, path, headers=headers, **options).status_code


def is_owned(pattern: str) -> bool:
    """Whether an address names something that may be another's."""
    return "{" in pattern and not pattern.startswith(NOT_OWNED)


def test_no_form_is_taken_without_the_session_s_own_word_nor_from_another_site(site: Site, manager: Person) -> None:
    word = {"csrf": csrf_of(manager.token)}
    elsewhere = {"origin": "https://elsewhere.example"}
    posts = [re.sub(r"\{\w+\}", NOBODY, pattern) for method, pattern in desk_routes() if method == "POST"]
    assert len(posts) > 50
    for address in posts:
        for fields in (FIELDS, {**FIELDS, "csrf": ""}, {**FIELDS, "csrf": csrf_of("another session")}):
            answer = manager.send(address, fields, **JSON)
            assert (answer.status_code, answer.json()["code"]) == (403, "form-forged"), address
        foreign = manager.send(address, {**FIELDS, **word}, **elsewhere, **JSON)
        assert (foreign.status_code, foreign.json()["code"]) == (403, "cross-site"), address
        if not address.startswith("/sign-out"):
            own = manager.send(address, {**FIELDS, **word, "first": "?"}, **JSON)
            assert own.status_code != 403 or own.json()["code"] == "not-allowed", (address, own.text)
    everywhere = [route.path for router in OPEN for route in router.routes if "POST" in getattr(route, "methods", ())]
    everywhere += [pattern for method, pattern, _ in api_operations() if method == "POST"]
    for pattern in everywhere:
        foreign = manager.send(re.sub(r"\{\w+\}", NOBODY, pattern), word, **elsewhere, **JSON)
        assert (foreign.status_code, foreign.json()["code"]) == (403, "cross-site"), pattern

"""The description is kept: whatever is sent, by whomever, no answer is a fault of ours, and none is undocumented.

A bounded run of schemathesis over every operation, the same every time: good and bad requests made from the
description, with references, versions and names of things that are really there mixed in, so that acts go through.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.v1 import described
from api.web.desk.downloads import XLSX
from gimark.accounts.rules import GRANTS, PRODUCERS, Actor, Permission, Role
from gimark.approvals.actions import do_or_propose
from gimark.approvals.asked import Recall
from gimark.clock import FixedClock
from gimark.issuance.printing import PrintForm, order_print
from gimark.store.engine import open_engine
from gimark.store.unit_of_work import Store
from tests.api.site import BASE, Site, running
from tests.api.v1.programs import Program, program
from tests.conftest import NOW
from tests.county import TOWN, make_county, staff
from tests.exchange.sheets import workbook
from tests.exchange.uploads.test_taking import line

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW, MANY = 3, 12
schemathesis.serializer.alias(XLSX, "application/octet-stream")
DESCRIPTION = described()
WORKBOOK = workbook([line("A")])
OPERATIONS = [
    (path, method, operation) for path, methods in DESCRIPTION["paths"].items() for method, operation in methods.items()
]


@pytest.fixture(scope="module")
def site(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    database = folder / "gimark.db"
    database.write_bytes(empty_sqlite.read_bytes())
    county = make_county(Store(open_engine(f"sqlite:///{database}"), FixedClock(NOW)))
    batch = county.batch()
    run = county.run(batch, 40)
    with county.store.acting() as act:
        do_or_propose(act, county.regulator, Recall(batch, "示例理由"))
        order_print(act, county.producer, PrintForm(run.ref, 0, 9, "a4-3x8", 300, "printed"))
        act.commit()
    with running(county, folder) as site:
        yield site


def who(site: Site, role: Role) -> Actor:
    known = {Role.PRODUCER_MANAGER: site.county.producer, Role.REGULATOR: site.county.regulator}
    enterprise_id = site.county.producer.enterprise_id if role in PRODUCERS else None
    return known.get(role) or staff(site.county.store, role, f"schema-{role}", enterprise_id)


def things(regulator: Program) -> dict[str, list[str]]:
    """References that are really there, by what bodies, queries and paths call them."""
    named = {"enterprise": "enterprises", "right": "rights", "product": "products", "item": "items"}
    named |= {
        "authorization": "authorizations",
        "batch": "batches",
        "run": "runs",
        "order": "print-orders",
        "proposal": "proposals",
    }
    found = {"town": [TOWN], "class": ["dried"], "classes": ["dried"], "area": [TOWN]}
    for name, path in named.items():
        answer = regulator.get(f"/{path}")
        if answer.status_code == 200:
            found[name] = [thing["ref"] for thing in answer.json()["items"]]
            found[f"{name}s"] = found[name]
    return found


def with_things(case: Case, draw: Any, known: dict[str, list[str]]) -> Case:
    """The case, or the example of its body, with things that are there and the version of now in most of the places."""
    example = examples_of(case)
    if example is not None and draw(st.booleans()):
        case.body, case.media_type = example, "application/json"
    if case.media_type == XLSX and draw(st.booleans()):
        case.body = WORKBOOK
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part |= {name: there(part[name], known[name], draw) for name in sorted(part.keys() & known.keys())}
    if "if-match" in (case.headers or {}) and draw(st.integers(0, 3)):
        case.headers["If-Match"] = "*"
    return case


def there(value: Any, known: list[str], draw: Any) -> Any:
    """`value`, or something of its kind that is there."""
    if not known or not draw(st.integers(0, 3)):
        return value
    return [draw(st.sampled_from(known))] if isinstance(value, list) else draw(st.sampled_from(known))


def examples_of(case: Case) -> Any:
    """A copy of the description's example of the operation's body, None where it has none."""
    operation = DESCRIPTION["paths"][case.operation.path][case.operation.method]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    schema = DESCRIPTION["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return json.loads(json.dumps(schema["examples"][0]))


def ask(program: Program, case: Case) -> Any:
    """Send a case to the site that is running."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url=f"{BASE}/v1")).prepare()
    headers = {name.lower(): value for name, value in prepared.headers.items() if name.lower() != "authorization"}
    headers["authorization"] = f"Bearer {program.key.token}"
    raw = [(_bytes(name), _bytes(value)) for name, value in headers.items() if name not in ("content-length", "cookie")]
    body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
    return program.site.client.request(prepared.method, prepared.url, headers=raw, content=body)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1", "replace")


@pytest.mark.parametrize("examples", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_no_request_is_answered_with_a_fault_of_ours_or_an_undocumented_status(site: Site, examples: int) -> None:
    programs = [program(site, who(site, role)) for role in Role if Permission.MANAGE_ACCESS in GRANTS[role]]
    known = things(programs[1])
    seen: Counter[int] = Counter()
    for operation in (result.ok() for result in schemathesis.openapi.from_dict(DESCRIPTION).get_all_operations()):
        modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])

        @seed(20261122)
        @settings(
            max_examples=examples,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
        )
        @given(case=cases, asking=st.sampled_from(programs), data=st.data())
        def tried(case: Case, asking: Program, data: Any) -> None:
            answer = ask(asking, with_things(case, data.draw, known))
            seen[answer.status_code] += 1
            case.validate_response(answer, checks=CHECKS)

        tried()
    # The run was not turned away at the door, and not only with refusals.
    assert not {401, 429} & seen.keys(), seen
    assert seen.keys() >= {200, 201, 403, 404, 409, 412, 422}, seen


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[o["operationId"] for _, _, o in OPERATIONS])
def test_every_operation_says_what_it_is_for(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert operation["security"] == [{"accessKey": []}]
    assert "x-scope" in operation
    assert {"401", "403", "421", "429", "500", "503"} <= operation["responses"].keys()
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            assert list(response["content"]) == ["application/problem+json"]


def test_operation_ids_are_unique() -> None:
    assert len({operation["operationId"] for _, _, operation in OPERATIONS}) == len(OPERATIONS)


def test_every_body_has_an_example_and_every_example_fits_its_schema() -> None:
    schemas = DESCRIPTION["components"]["schemas"]
    bodies = {
        content["schema"]["$ref"].rpartition("/")[2]
        for _, _, operation in OPERATIONS
        for part in (operation.get("requestBody", {}), *operation["responses"].values())
        for kind, content in part.get("content", {}).items()
        if kind == "application/json" and "$ref" in content["schema"]
    }
    assert bodies
    for name in sorted(bodies):
        if not name.startswith("Page"):
            assert schemas[name].get("examples"), name
    for name, schema in schemas.items():
        whole = {**schema, "components": DESCRIPTION["components"]}
        for example in schema.get("examples", []):
            faults = Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(example)
            assert [f"{name}: {fault.message}" for fault in faults] == []


def test_the_description_is_plain_json_and_names_no_machine(site: Site) -> None:
    served = site.client.get("/v1/openapi.json")
    assert served.json() == json.loads(json.dumps(DESCRIPTION))
    assert "127.0.0.1" not in served.text

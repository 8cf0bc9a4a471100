"""The API's description: OpenAPI 3.1 at /v1/openapi.json, with every problem that each operation can answer."""

import json
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from api.v1.models import EXAMPLES
from gimark.accounts.rules import Permission

SCOPE, ANY_SCOPE = "x-scope", "any"
PROBLEM_TYPE = "application/problem+json"
INTRODUCTION = """\
Everything that the offices do at their desks, for programs.

**Keys.** Send `Authorization: Bearer gimark_…`. A key acts as its owner, for its scopes, until its last day. Everything
is scoped: what belongs to another enterprise is answered as not found.

**Lists** come in pages: `limit` (1–200) and `after`, which is the `next` of the page before.

**Changes** carry `If-Match` with the ETag that was read: 428 without it, 412 when the thing was changed since.

**Making something** carries an `Idempotency-Key` of your own: a repeat within 7 days is answered as the first was
(`Idempotency-Replayed: true`) and makes nothing.

**Problems** are RFC 9457 `application/problem+json`, in Chinese or English by `Accept-Language`; `errors` says for each
fault its place, what is wrong and what to do.

Days are `YYYY-MM-DD` in Asia/Shanghai, instants RFC 3339 in UTC, masses whole grams. A ledger number (`ledger_index`)
names the public entry of the act: `/ledger/entries/{index}`.
"""

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "What went wrong, for programs: it never changes."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail", "remedy"],
                "properties": {
                    "pointer": {"type": "string", "description": "Into the body (RFC 6901)."},
                    "parameter": {"type": "string", "description": "In the path or the query."},
                    "header": {"type": "string"},
                    "detail": {"type": "string"},
                    "remedy": {"type": "string"},
                },
            },
        },
    },
    "examples": [
        {
            "type": "urn:gimark:problem:invalid-input",
            "title": "Invalid input",
            "status": 422,
            "detail": "uscc: this USCC is registered already. Check for a duplicate.",
            "instance": "/v1/enterprises",
            "code": "invalid-input",
            "request_id": "5d0c6f0b9a3e4417",
            "errors": [
                {
                    "pointer": "#/uscc",
                    "detail": "this USCC is registered already",
                    "remedy": "Check for a duplicate",
                }
            ],
        }
    ],
}

WORDS = {
    304: "It is still the version that If-None-Match names.",
    400: "The request was broken off.",
    401: "No access key, or one that does not work.",
    403: "The role or the key's scopes do not permit this.",
    404: "There is no such thing, or none that this key may see.",
    408: "The body did not arrive in time.",
    409: "It does not fit the present state.",
    412: "It was changed since it was read.",
    413: "The body is too large.",
    415: "The body is not of the kind that is asked for.",
    421: "This address is not one of this installation's.",
    422: "Something in the request is not as it must be.",
    428: "If-Match is missing.",
    429: "Too many attempts from this network.",
    500: "A fault of the server; quote the request id.",
    503: "Busy, or the disk refused; nothing was done.",
}
ALWAYS = (401, 403, 421, 429, 500, 503)
# A body may name things that are not there.
WITH_BODY = (400, 404, 408, 413, 415, 422)


def needs(scope: Permission | None) -> dict[str, Any]:
    """What `openapi_extra` says of an operation: the scope that a key must have, None when any will do."""
    return {SCOPE: ANY_SCOPE if scope is None else scope.value}


def conflicts() -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that the present state may not allow (409)."""
    return {409: _problem(409)}


def example_of(status: int, code: str, title: str, detail: str, remedy: str) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation that say by example what a problem is like there: of the body as a whole."""
    body = {
        "type": f"urn:gimark:problem:{code}",
        "title": title,
        "status": status,
        "detail": f"{detail}. {remedy}.",
        "instance": "/v1/uploads",
        "code": code,
        "request_id": "5d0c6f0b9a3e4417",
        "errors": [{"pointer": "#/file", "detail": detail, "remedy": remedy}],
    }
    return {status: {"content": {PROBLEM_TYPE: {"example": body}}}}


def describe(app: FastAPI) -> dict[str, Any]:
    """The description, made once: the framework's, with our problems in place of its own."""
    if app.openapi_schema is None:
        found = FastAPI.openapi(app)
        schemas = found["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = PROBLEM
        for schema in schemas.values():
            if EXAMPLES in schema:
                schema["examples"] = json.loads(schema.pop(EXAMPLES))
        for operation in _operations(found):
            _complete(operation)
        app.openapi_schema = found
    return app.openapi_schema


def _operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in described["paths"].values():
        yield from path.values()


def _complete(operation: dict[str, Any]) -> None:
    """Add what can be answered beside the operation's own result, and say which headers are required."""
    parameters = operation.get("parameters", [])
    named = {parameter["name"]: parameter for parameter in parameters}
    statuses = {*ALWAYS, *(int(status) for status in operation["responses"] if status.isdigit())}
    if "requestBody" in operation:
        statuses |= set(WITH_BODY)
    if any(parameter["in"] in ("path", "query") for parameter in parameters) or "Idempotency-Key" in named:
        statuses.add(422)
    if any(parameter["in"] == "path" for parameter in parameters):
        statuses.add(404)
    if "If-Match" in named:
        named["If-Match"]["required"] = True
        statuses |= {412, 428}
    if "If-None-Match" in named:
        statuses.add(304)
    responses = operation["responses"]
    for status in sorted(statuses):
        if status == 304:
            responses["304"] = {"description": WORDS[304]}
        elif status >= 400:
            given = responses.get(str(status), {}).get("content", {}).get(PROBLEM_TYPE, {})
            responses[str(status)] = _problem(status, given.get("example"))
    operation["responses"] = dict(sorted(responses.items()))


def _problem(status: int, example: dict[str, Any] | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    if example is not None:
        told["example"] = example
    return {"description": WORDS[status], "content": {PROBLEM_TYPE: told}}

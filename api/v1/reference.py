"""The reference page at /v1/: how to get a key, a walk from a batch to printed labels, every operation by example.

All of it is drawn from the description, so that the two cannot tell different things.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from shlex import quote
from typing import Any

from api.problems import ROWS
from api.v1.description import SCOPE
from api.v1.words import GROUPS_ZH, OPERATIONS_ZH
from api.web.language import Language
from api.web.translation import N_

REF = "0k3v9m2x7q8r4t6w"
FILE = "batches.xlsx"


@dataclass(frozen=True, slots=True)
class Step:
    """One request of the walk. In `path` and `body`, `$NAME` is the shell's variable that an earlier answer gave.

    `keeps` says what of the answer is used later: variable → member, or header where it begins with a capital;
    `saves` is the file that the answer goes to.
    """

    title: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    keeps: tuple[tuple[str, str], ...] = ()
    saves: str = ""


WALK = (
    Step(N_("看看密钥是谁的、能做什么"), "GET", "/me"),
    Step(N_("找到商品"), "GET", "/items?limit=10", keeps=(("ITEM", "items/0/ref"),)),
    Step(
        N_("登记批次"),
        "POST",
        "/batches",
        {
            "item": "$ITEM",
            "lot": "YX26A1112",
            "town": "$TOWN",
            "harvested_from": "$HARVESTED",
            "harvested_until": "$HARVESTED",
            "planned_g": 250_000,
        },
        (("Idempotency-Key", "batch-YX26A1112"),),
        (("BATCH", "ref"), ("TAG", "ETag")),
    ),
    Step(
        N_("包装之后，确认实际质量和日期"),
        "POST",
        "/batches/$BATCH/confirmation",
        {"packed_g": 250_000, "packed_on": "$TODAY"},
        (("If-Match", "$TAG"),),
    ),
    Step(
        N_("申请赋码"),
        "POST",
        "/runs",
        {"batch": "$BATCH", "count": 24},
        (("Idempotency-Key", "run-YX26A1112-1"),),
        (("RUN", "ref"),),
    ),
    Step(
        N_("申请印标"),
        "POST",
        "/print-orders",
        {"run": "$RUN", "first": 0, "last": 23, "template": "a4-3x8", "dpi": 300},
        (("Idempotency-Key", "print-YX26A1112-1"),),
        (("ORDER", "ref"),),
    ),
    Step(
        N_("等到 state 为 released：抽样解码合格，存证已经公布"),
        "GET",
        "/print-orders/$ORDER",
        keeps=(("FILE", "files/1/name"),),
    ),
    Step(N_("逐个下载 files 里的文件；这里下载的是标签"), "GET", "/print-orders/$ORDER/files/$FILE", saves="$FILE"),
    Step(
        N_("贴标之后，激活号段"),
        "POST",
        "/runs/$RUN/ranges",
        {"kind": "activate", "ranges": [{"first": 0, "last": 23}]},
        (("Idempotency-Key", "activate-YX26A1112-1"),),
    ),
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it; `answer` is an example of what comes back, empty where that is no JSON."""

    id: str
    method: str
    path: str
    title: str
    text: str
    scope: str
    parameters: tuple[dict[str, Any], ...]
    request: str
    status: str
    answer: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one capability."""

    id: str
    title: str
    operations: tuple[Operation, ...]


def reference_view(description: dict[str, Any], public_base: str, language: Language) -> dict[str, object]:
    """What the page says, in `language`; `public_base` is the address that people type."""
    return {
        "api": f"{public_base}/v1",
        "steps": walk(),
        "codes": problem_codes(language),
        "groups": groups(description, language),
    }


def groups(description: dict[str, Any], language: Language) -> list[Group]:
    """The operations, capability by capability, in the order of the description."""
    found: dict[str, list[Operation]] = {}
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            one = _operation(description, method.upper(), path, told, language)
            found.setdefault(told["tags"][0], []).append(one)
    titles = GROUPS_ZH if language == "zh" else {}
    return [
        Group(tag.replace(" ", "-"), titles.get(tag, tag.capitalize()), tuple(operations))
        for tag, operations in found.items()
    ]


def problem_codes(language: Language) -> list[tuple[str, int, str]]:
    """Every code that a problem can have, with its status and title, in order of status."""
    rows = {
        kind.code: (row.status, row.title_zh if language == "zh" else row.title_en)
        for kind, row in ROWS.items()
        if row.status != HTTPStatus.INTERNAL_SERVER_ERROR or kind.code == "internal"
    }
    return sorted(((code, *told) for code, told in rows.items()), key=lambda row: (row[1], row[0]))


def walk() -> list[tuple[str, str, list[str]]]:
    """The walk: what each step is for, its command, and the commands that keep what later ones need."""
    return [(step.title, _command(step), [_kept(*kept) for kept in step.keeps]) for step in WALK]


def curl(method: str, path: str, headers: tuple[tuple[str, str], ...] = (), body: str = "", file_kind: str = "") -> str:
    """The command that sends a request, with JSON or a file of a media type; `$API` and `$KEY` are the shell's."""
    lines = [
        "curl -i" if method == "GET" else f"curl -i -X {method}",
        f'"$API{path}"',
        '-H "Authorization: Bearer $KEY"',
    ]
    lines += [f'-H "{name}: {value}"' if "$" in value else f"-H '{name}: {value}'" for name, value in headers]
    if body:
        lines += ["-H 'Content-Type: application/json'", f"-d {body}"]
    if file_kind:
        lines += [f"-H 'Content-Type: {file_kind}'", f"--data-binary @{FILE}"]
    return " \\\n  ".join([f"{lines[0]} {lines[1]}", *lines[2:]])


def _command(step: Step) -> str:
    body = ""
    if step.body is not None:
        text = json.dumps(step.body, ensure_ascii=False).replace('"', '\\"')
        body = f'"{text}"' if "$" in text else quote(json.dumps(step.body, ensure_ascii=False))
    command = curl(step.method, step.path, step.headers, body)
    return command.replace("curl -i", f'curl -o "{step.saves}"', 1) if step.saves else command


def _kept(variable: str, member: str) -> str:
    """An ETag is kept with its quotes, which belong to it."""
    return f"{variable}='\"…\"'  # {member}" if member == "ETag" else f"{variable}=…  # {member}"


def _operation(
    description: dict[str, Any], method: str, path: str, told: dict[str, Any], language: Language
) -> Operation:
    kinds = told.get("requestBody", {}).get("content", {})
    sent, file_kind = kinds.get("application/json"), next((kind for kind in kinds if kind != "application/json"), "")
    example = None if sent is None else _example(description, sent["schema"])
    parameters = tuple(told.get("parameters", ()))
    headers = tuple(
        (named["name"], _header(named)) for named in parameters if named["in"] == "header" and named["required"]
    )
    shown = path
    for named in parameters:
        if named["in"] == "path":
            shown = shown.replace(f"{{{named['name']}}}", str(named["schema"].get("examples", [REF])[0]))
    status = next(status for status in told["responses"] if status < "300")
    content = told["responses"][status].get("content", {}).get("application/json")
    answer = None if content is None else _example(description, content["schema"])
    return Operation(
        id=told["operationId"],
        method=method,
        path=path,
        title=OPERATIONS_ZH.get(told["operationId"], told["summary"]) if language == "zh" else told["summary"],
        text=told["description"],
        scope=told[SCOPE],
        parameters=tuple(named for named in parameters if named["in"] != "header"),
        request=curl(method, shown, headers, "" if example is None else quote(_pretty(example)), file_kind),
        status=status,
        answer="" if answer is None else _pretty(answer),
        problems=tuple(status for status in told["responses"] if status >= "400"),
    )


def _example(description: dict[str, Any], schema: dict[str, Any]) -> Any:
    """The example of a schema; of a page of a list, one with a single thing."""
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "examples" in schema:
        return schema["examples"][0]
    items = schema.get("properties", {}).get("items", {}).get("items")
    return None if items is None else {"items": [_example(description, items)], "next": None}


def _header(named: dict[str, Any]) -> str:
    return {"If-Match": "$TAG", "Idempotency-Key": "7f6a1f0e-5b0c-4a55-9f0e-2f1b6f1f7c11"}.get(named["name"], "")


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)

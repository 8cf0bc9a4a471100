"""Errors from outside: every class has a row, faults become JSON pointers, and a bug tells nothing of itself."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

import api
import gimark
import labels
from api.problems import ROWS, Problems, SitePages
from api.web.public.pages import PublicPages
from gimark.errors import (
    ConflictError,
    Fault,
    GimarkError,
    InvalidInputError,
    KeyFileError,
    NotFoundError,
    StoreBusyError,
)
from labels.errors import Fault as LabelFault
from labels.errors import LabelError, MissingTextError
from tests.web.samples import SITE

FAULT = Fault("rights/0/holder", "持有人未填写", "the holder is missing", "请填写持有人", "Give the holder")
PROBLEMS = Problems(("zh", "en"), SitePages(PublicPages(SITE)))


def scope(path: str = "/check", accept: str = "", tongue: str = "", query: bytes = b"") -> dict[str, Any]:
    headers = [(b"accept", accept.encode()), (b"accept-language", tongue.encode())]
    return {"path": path, "query_string": query, "headers": headers, "state": {"request_id": "r-1"}}


def body(error: Exception, **about: Any) -> dict[str, Any]:
    return json.loads(PROBLEMS.response(error, scope(**about)).body)


def the_tree(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for kind in root.__subclasses__():
        yield from the_tree(kind)


def every_class() -> list[type[Exception]]:
    return [*the_tree(GimarkError), *the_tree(LabelError)]


def test_every_error_class_has_a_row() -> None:
    for package in (gimark, labels, api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith("gimark.migrations."):  # run by Alembic alone
                importlib.import_module(module.name)
    assert [kind.__name__ for kind in every_class() if kind not in ROWS] == []


def test_no_two_classes_share_a_public_code() -> None:
    codes = [vars(kind).get("code") for kind in every_class()]
    assert len(codes) == len(set(codes))


def test_a_fault_becomes_a_pointer_with_reason_and_remedy() -> None:
    found = body(InvalidInputError((FAULT,)), tongue="en")
    assert found["type"] == "urn:gimark:problem:invalid-input"
    assert (found["status"], found["code"], found["instance"]) == (422, "invalid-input", "/check")
    assert found["request_id"] == "r-1"
    assert found["errors"] == [
        {"pointer": "#/rights/0/holder", "detail": "the holder is missing", "remedy": "Give the holder"}
    ]


def test_the_reader_s_language_is_used_and_chinese_is_the_default() -> None:
    error = InvalidInputError((FAULT,))
    assert body(error)["title"] == "填写有误"
    assert body(error, tongue="en-GB,en;q=0.9,zh;q=0.1")["title"] == "Invalid input"
    assert body(error, tongue="zh-CN", query=b"s=x&lang=en")["title"] == "Invalid input"
    assert body(error, tongue="zh-Hant;q=0.9,en;q=0.5")["errors"][0]["detail"] == "持有人未填写"


def test_typed_facts_ride_along_but_never_replace_a_standard_member() -> None:
    found = body(ConflictError((FAULT,), {"first": 3, "status": 200, "title": "fine", "thing": object()}))
    assert (found["first"], found["status"], found["title"]) == (3, 409, "与当前状态不符")
    assert "thing" not in found


@pytest.mark.parametrize(
    "error",
    [
        ValueError("SELECT secret"),
        KeyFileError((Fault("", "secret", "secret", "secret", "secret"),)),
        HTTPException(500, "secret"),
    ],
)
def test_a_bug_or_a_broken_installation_tells_nothing_but_the_request_id(error: Exception) -> None:
    response = PROBLEMS.response(error, scope())
    assert response.status_code == 500
    assert b"secret" not in response.body
    assert b"r-1" in response.body
    page = PROBLEMS.response(error, scope(accept="text/html")).body
    assert b"secret" not in page
    assert b"r-1" in page


def test_a_page_is_for_whoever_asks_for_html_outside_the_json_api() -> None:
    error = NotFoundError((FAULT,))
    browser = "text/html,application/xhtml+xml,*/*;q=0.8"
    kinds = [
        PROBLEMS.response(error, scope(accept=browser)).media_type,
        PROBLEMS.response(error, scope(accept="*/*")).media_type,
        PROBLEMS.response(error, scope(accept="text/html;q=0.5, application/json")).media_type,
        PROBLEMS.response(error, scope(path="/v1/batches", accept=browser)).media_type,
    ]
    assert kinds == ["text/html", *["application/problem+json"] * 3]


def test_what_a_page_quotes_is_escaped() -> None:
    fault = Fault("<script>", "<b>", "<b>", "", "")
    assert b"<script>" not in PROBLEMS.response(InvalidInputError((fault,)), scope(accept="text/html")).body


def test_a_label_s_fault_is_said_like_any_other() -> None:
    found = body(MissingTextError([LabelFault("uscc", "缺少信用代码", "no USCC", "请补上", "Add it")]), tongue="en")
    assert (found["status"], found["code"]) == (422, "label-text")
    assert found["errors"] == [{"pointer": "#/uscc", "detail": "no USCC", "remedy": "Add it"}]


def test_a_busy_store_says_when_to_come_back() -> None:
    response = PROBLEMS.response(StoreBusyError((FAULT,)), scope())
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")


def test_what_the_framework_refuses_is_said_in_the_same_way() -> None:
    assert body(HTTPException(404))["code"] == "not-found"
    assert PROBLEMS.response(HTTPException(405, headers={"Allow": "POST"}), scope()).headers["allow"] == "POST"
    teapot = PROBLEMS.response(HTTPException(418), scope())
    assert (teapot.status_code, json.loads(teapot.body)["status"]) == (418, 418)


def test_a_validation_error_points_at_each_field_in_the_reader_s_language() -> None:
    error = RequestValidationError(
        [{"type": "missing", "loc": ("body", "lots", 0, "a/b"), "msg": "Field required", "input": None}]
    )
    assert body(error)["errors"] == [{"pointer": "#/lots/0/a~1b", "detail": "缺少这一项", "remedy": "请核对后重新提交"}]
    assert body(error, tongue="en")["errors"][0]["detail"] == "Field required"

"""The JSON API, version 1: one router a capability, behind one door. What each answers is in /v1/openapi.json."""

from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.pages import asked_in, page
from api.problems import Problems
from api.v1 import (
    access_keys,
    authorizations,
    batches,
    codes,
    county,
    custody,
    effects,
    enterprises,
    issuing_keys,
    items,
    jobs,
    ledger,
    me,
    print_files,
    prints,
    products,
    proposals,
    ranges,
    rights,
    runs,
    statistics,
    templates,
    uploads,
    users,
)
from api.v1.description import INTRODUCTION, describe
from api.v1.door import Door
from api.v1.reference import reference_view
from api.wiring import Process
from gimark.errors import GimarkError
from labels.errors import LabelError

VERSION = "1.0.0"
ROUTERS = (
    *(me, access_keys, users, county, products, rights, enterprises, items, authorizations),
    *(
        proposals,
        effects,
        batches,
        uploads,
        runs,
        ranges,
        templates,
        prints,
        print_files,
        custody,
        jobs,
        codes,
        ledger,
        issuing_keys,
        statistics,
    ),
)


def json_api(process: Process, problems: Problems) -> FastAPI:
    """The application that is mounted at /v1."""
    api = _operations()
    api.state.process = process

    async def refuse(request: Request, error: Exception) -> Response:
        return problems.response(error, request.scope)

    for kind in (HTTPException, RequestValidationError, GimarkError, LabelError, Exception):
        api.add_exception_handler(kind, refuse)

    @api.api_route("/openapi.json", methods=["GET", "HEAD"], include_in_schema=False)
    def description() -> Response:
        return JSONResponse(describe(api), headers={"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"})

    @api.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    def reference(asked: Request) -> Response:
        language, query = asked_in(process, asked)
        view = reference_view(describe(api), process.here.settings.public_base, language)
        return page(asked, process.pages.reference(view, language, query), language)

    api.add_middleware(Door, process=process, problems=problems, limit=process.limits.access_keys)
    return api


def described() -> dict[str, Any]:
    """What /v1/openapi.json says, on any installation."""
    return describe(_operations())


def _operations() -> FastAPI:
    api = FastAPI(
        title="GIMark",
        version=VERSION,
        description=INTRODUCTION,
        servers=[{"url": "/v1"}],
        root_path_in_servers=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api.router.routes.extend(_routes().routes)  # as they are: including them works each out anew
    return api


@cache
def _routes() -> APIRouter:
    """Every operation; put together once, since its routes serve any application."""
    router = APIRouter(generate_unique_id_function=lambda route: route.name)
    for part in ROUTERS:
        router.include_router(part.router)
    return router

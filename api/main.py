"""The web application: the hot path and its guards in front, the framework's routes behind."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from api.front import front, problems_of
from api.health import health
from api.installation import open_installation
from api.metrics import metrics
from api.problems import Problems
from api.proofs import code_proofs
from api.public import public_pages
from api.published import published_files
from api.refusals import SignInNeededError
from api.settings import Settings
from api.v1 import json_api
from api.web.account.kept import to_sign_in
from api.web.desk.routes import desk_pages
from api.wiring import Process
from gimark.clock import Clock
from gimark.errors import GimarkError
from labels.errors import LabelError


def create_app(settings: Settings, clock: Clock | None = None) -> ASGIApp:
    """The application of the installation that `settings` name, ready for an ASGI server with lifespan.

    Raises KeyFileError when its keys cannot be opened, and what the database raises when it cannot be read.
    """
    return application(Process(open_installation(settings, clock)))


def application(process: Process) -> ASGIApp:
    """The application of a process that was put together; the server's lifespan starts and closes it."""
    problems = problems_of(process)
    return front(process, problems, routes(process, problems))


def routes(process: Process, problems: Problems) -> FastAPI:
    """Everything but look-ups: pages, desks, the JSON API, published files, health and counts."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.process = process

    async def refuse(request: Request, error: Exception) -> Response:
        if isinstance(error, SignInNeededError):
            return await to_sign_in(process, problems, request, error)
        return problems.response(error, request.scope)

    # What nobody expected is answered here too; the framework raises it again, and Guard logs it.
    for kind in (HTTPException, RequestValidationError, GimarkError, LabelError, Exception):
        app.add_exception_handler(kind, refuse)
    app.include_router(published_files(process.here.settings))
    app.include_router(health(process))
    app.include_router(metrics(process))
    app.include_router(public_pages(process))
    app.include_router(code_proofs(process))
    app.router.routes.extend(desk_pages().routes)  # as they are: including them works each out anew
    app.add_api_route("/v1", lambda: RedirectResponse("/v1/", 308), include_in_schema=False)
    app.mount("/v1", json_api(process, problems))
    return app

"""Files that are the same for everybody as long as the program is: script, icon, robots.txt, the formats' documents."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from api.published import FOREVER, OPEN
from api.refusals import not_here
from api.web.assets import ASSETS
from gimark.errors import NotFoundError
from gimark.ledger import entries

A_DAY = {"Cache-Control": "public, max-age=86400"}
HERE = Path(__file__).resolve().parent
ICON = HERE / "static" / "favicon.svg"
MARKDOWN = "text/markdown; charset=utf-8"
DOCUMENTS = {
    "ledger.md": (HERE.parent / "docs" / "ledger.md", MARKDOWN),
    "token-format.md": (HERE.parent / "docs" / "token-format.md", MARKDOWN),
    "schemas.json": (Path(entries.__file__).with_name("schemas.json"), "application/schema+json"),
}
# A look at a code is counted, so robots stay away from codes; what they would find is on no other page.
ROBOTS = """User-agent: *
Disallow: /01/
Disallow: /check?
Disallow: /proof/
Disallow: /tile/
Disallow: /ledger/entries/
Disallow: /v1/
"""


def fixed_files() -> APIRouter:
    """Routes: `/static/…`, `/favicon.svg` (and `.ico`), `/robots.txt`, `/docs/…`."""
    router = APIRouter()

    @router.api_route("/static/{name}", methods=["GET", "HEAD"])
    def asset(name: str) -> Response:
        found = ASSETS.get(f"/static/{name}")
        if found is None:
            raise NotFoundError(not_here())
        return Response(found.body, 200, {"Cache-Control": FOREVER}, found.media_type)

    @router.api_route("/favicon.svg", methods=["GET", "HEAD"])
    @router.api_route("/favicon.ico", methods=["GET", "HEAD"])
    def icon() -> Response:
        """Pages carry theirs inside; this one is for what is no page. Browsers go by the type, not by the name."""
        return FileResponse(ICON, media_type="image/svg+xml", headers=A_DAY)

    @router.api_route("/robots.txt", methods=["GET", "HEAD"])
    def robots() -> Response:
        return Response(ROBOTS, 200, A_DAY, "text/plain; charset=utf-8")

    @router.api_route("/docs/{name}", methods=["GET", "HEAD"])
    def document(name: str) -> Response:
        """What to write a verifier from."""
        path, media_type = DOCUMENTS.get(name, (HERE, ""))
        if not path.is_file():
            raise NotFoundError(not_here())
        return FileResponse(path, media_type=media_type, headers={**A_DAY, **OPEN})

    return router

"""What verifiers and monitors fetch: checkpoint, tiles, key set, status list, as the files that were published."""

import re

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from api.installation import JWKS_FILE, KEYS_NOTE, STATUS_NOTE
from api.refusals import not_here
from api.settings import Settings
from gimark.errors import NotFoundError

TILE = re.compile(r"(?:entries|[0-9]{1,2})/(?:x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?", re.ASCII)
FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=10"
TEXT, BYTES, JSON = "text/plain; charset=utf-8", "application/octet-stream", "application/json"
# Anyone's page may read these: they are public, and carry no session.
OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def published_files(settings: Settings) -> APIRouter:
    """Routes for the files in `settings.published`; a file that is not there is 404."""
    router = APIRouter()

    def file(name: str, media_type: str, cache: str) -> Response:
        path = settings.published / name
        if not path.is_file():
            raise NotFoundError(not_here())
        return FileResponse(path, media_type=media_type, headers={"Cache-Control": cache, **OPEN})

    @router.api_route("/checkpoint", methods=["GET", "HEAD"])
    def checkpoint() -> Response:
        return file("checkpoint", TEXT, BRIEFLY)

    @router.api_route("/tile/{place:path}", methods=["GET", "HEAD"])
    def tile(place: str) -> Response:
        """A full tile never changes; a partial one is soon a wider one under another name."""
        found = TILE.fullmatch(place)
        if found is None:
            raise NotFoundError(not_here())
        return file(f"tile/{place}", BYTES, FOREVER)

    @router.api_route("/.well-known/gi-keys", methods=["GET", "HEAD"])
    def keys() -> Response:
        return file(str(KEYS_NOTE), TEXT, BRIEFLY)

    @router.api_route("/.well-known/gi-status", methods=["GET", "HEAD"])
    def status() -> Response:
        return file(str(STATUS_NOTE), TEXT, BRIEFLY)

    @router.api_route("/.well-known/jwks.json", methods=["GET", "HEAD"])
    def key_set() -> Response:
        return file(str(JWKS_FILE), JSON, BRIEFLY)

    return router

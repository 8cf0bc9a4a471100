"""Files that a desk gives out: a table as .xlsx or CSV, written row by row and sent as it is; a workbook once made."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from gimark.exchange.exports.queries import MadeFile
from gimark.exchange.tables import Table, csv_parts, write_xlsx
from gimark.files.content import Files

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
HEADERS = {"Cache-Control": "no-store"}
CHUNK = 1 << 16


def download(body: bytes, name: str, kind: str = XLSX) -> Response:
    """A small file under a name that may be Chinese."""
    return Response(body, headers=_headers(name), media_type=kind)


def xlsx(table: Table, name: str) -> Response:
    """The table as an .xlsx file. It is written to a temporary file first, so that an error is still an error page."""
    written = TemporaryFile()  # noqa: SIM115 - closed when the last part has been sent
    try:
        write_xlsx(written, table)
        size = written.tell()
        written.seek(0)
    except BaseException:
        written.close()
        raise
    headers = {**_headers(name), "Content-Length": str(size)}
    return StreamingResponse(_parts(written), headers=headers, media_type=XLSX)


def kept_xlsx(files: Files, made: MadeFile, name: str) -> Response:
    """A workbook that was made before. Raises NotFoundError when its file is gone."""
    headers = {**_headers(name), "Content-Length": str(made.size), "ETag": f'"{made.sha256}"'}
    return StreamingResponse(_parts(files.open(made.sha256)), headers=headers, media_type=XLSX)


def csv(table: Table, name: str) -> Response:
    """The table as CSV, sent while it is read."""
    return StreamingResponse(csv_parts(table), headers=_headers(name), media_type=CSV)


def _headers(name: str) -> dict[str, str]:
    """The name by RFC 6266: a plain one for old programs, and the real one."""
    stem, _, kind = name.rpartition(".")
    plain = "".join(character if character.isascii() and character.isalnum() else "_" for character in stem).strip("_")
    given = f"attachment; filename=\"{plain or 'table'}.{kind}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {**HEADERS, "Content-Disposition": given}


def _parts(written: IO[bytes]) -> Iterator[bytes]:
    with written:
        while part := written.read(CHUNK):
            yield part

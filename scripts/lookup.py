"""Asking an installation over HTTP, as a phone does, from the command line and the demonstration."""

import http.client
import json
import ssl
from urllib.parse import quote, urlsplit

from gimark.errors import Fault, GimarkError, StoreFailedError

TIMEOUT_S = 10
MAX_ANSWER = 1 << 20


def look_up(server: str, code: str) -> dict[str, object]:
    """The verdict (JSON) that `server` gives for `code`, a URI or a typed code.

    Of a URI, path and query are sent as they stand, with the URI's own host: the server judges those, and need not
    be reached by its public name. Raises StoreFailedError when there is no answer that can be read.
    """
    if "://" in code:
        rest = code.split("://", 1)[1]
        host, slash, path = rest.partition("/")
        return _get(server, slash + path or "/", host)
    return _get(server, f"/check?code={quote(code)}", None)


def _get(server: str, target: str, host: str | None) -> dict[str, object]:
    parts = urlsplit(server)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        connection.putrequest("GET", _ascii(target), skip_host=host is not None, skip_accept_encoding=True)
        if host is not None:
            connection.putheader("Host", host)
        connection.putheader("Accept", "application/json")
        connection.endheaders()
        answer: dict[str, object] = json.loads(connection.getresponse().read(MAX_ANSWER))
    except (OSError, http.client.HTTPException, ssl.SSLError, ValueError) as error:
        raise _no_answer(server, error) from error
    finally:
        connection.close()
    if "verdict" not in answer:
        raise _no_answer(server, ValueError(str(answer.get("code", "no verdict"))))
    return answer


def _ascii(target: str) -> str:
    """The target with what HTTP cannot carry percent-encoded: whatever it was, it is no code of ours."""
    return quote(target, safe="!#$%&'()*+,/:;=?@[]~-._")


def _no_answer(server: str, error: Exception) -> GimarkError:
    return StoreFailedError(
        (
            Fault(
                "server",
                f"{server} 没有给出结论（{error}）",
                f"{server} gave no verdict ({error})",
                "请核对网址和网络，或用 --keyset 离线查验",
                "Check the address and the network, or verify off line with --keyset",
            ),
        )
    )

"""The URI of a code: `https://<host>/01/<gtin>/10/<lot>/21/<serial>?s=<token>`, read strictly and byte by byte.

Nothing is percent-decoded and nothing is folded but the case of scheme and host: a URI that is not exactly this may
look like one of ours to a person, so it must not look like one to a program.
"""

import re
from typing import NamedTuple

from gimark.codes.gtin import has_valid_check_digit
from gimark.codes.serial import is_serial
from gimark.codes.token import Token, code_path, read_token, signed_message
from gimark.errors import invalid
from gimark.keys.names import is_host

MAX_READ_LENGTH = 2048
MAX_PRINTED_LENGTH = 180

_PATH = re.compile(rb"/01/([0-9]{14})/10/([0-9A-Z](?:[0-9A-Z.-]{0,18}[0-9A-Z])?)/21/([0-9A-HJKMNP-TV-Z]{13})")
_VISIBLE = re.compile(rb"[!-~]*")
_SCHEME = b"https://"
_NO_GTIN = b"00000000000000"


class Code(NamedTuple):
    """What the path and query of a code say. `token` is None when there is no parameter `s`: an unsigned code."""

    gtin: str
    lot: str
    serial: str
    token: Token | None

    def message(self, origin: str, kid: str) -> bytes:
        """The bytes that the key `kid` of the installation `origin` signs for this code."""
        return signed_message(origin, kid, self.gtin, self.lot, self.serial)


class CodeUri(NamedTuple):
    """A whole URI: the host in lower case and the code."""

    host: str
    code: Code


class Malformed(NamedTuple):
    """Not the URI of a code. `part` says where reading stopped: `length`, `form`, `gtin`, `serial` or `token`."""

    part: str


def parse_uri(raw: str | bytes) -> CodeUri | Malformed:
    """The code that a whole URI stands for. Never raises: what a stranger prints is an answer, not an error."""
    if len(raw) > MAX_READ_LENGTH:
        return Malformed("length")
    # Outside ASCII UTF-8 has only bytes above 0x7F, which the next line refuses.
    text = raw.encode(errors="surrogatepass") if isinstance(raw, str) else raw
    if not _VISIBLE.fullmatch(text):
        return Malformed("form")
    scheme, rest = text[: len(_SCHEME)], text[len(_SCHEME) :].partition(b"#")[0]
    before, _, query = rest.partition(b"?")
    host, slash, path = before.partition(b"/")
    if scheme.lower() != _SCHEME or not is_host(host):
        return Malformed("form")
    code = parse_path_and_query(slash + path, query)
    return code if isinstance(code, Malformed) else CodeUri(host.lower().decode(), code)


def parse_path_and_query(raw_path: bytes, query: bytes) -> Code | Malformed:
    """The code that an ASGI server's `raw_path` and `query_string` stand for; the host is the server's to judge."""
    if len(raw_path) + len(query) >= MAX_READ_LENGTH:
        return Malformed("length")
    match = _PATH.fullmatch(raw_path)
    if match is None or not _VISIBLE.fullmatch(query):
        return Malformed("form")
    gtin, lot, serial = match.groups()
    if gtin == _NO_GTIN or not has_valid_check_digit(gtin):
        return Malformed("gtin")
    if not is_serial(serial):
        return Malformed("serial")
    token = _token_of(query)
    if isinstance(token, Malformed):
        return token
    return Code(gtin.decode(), lot.decode(), serial.decode(), token)


def build_uri(host: str, gtin: str, lot: str, serial: str, token: str) -> str:
    """The URI to print. Its parts must have been checked. Raises InvalidInputError when it is too long for a label."""
    uri = f"https://{host}{code_path(gtin, lot, serial)}?s={token}"
    check_printed_length(len(uri), host, lot)
    return uri


def check_printed_length(length: int, host: str, lot: str) -> None:
    """Refuse, with InvalidInputError, a URI of more than 180 characters: it would not fit QR version 9-M."""
    if length > MAX_PRINTED_LENGTH:
        over = length - MAX_PRINTED_LENGTH
        raise invalid(
            "lot",
            f"二维码网址共 {length} 个字符，最多可印 {MAX_PRINTED_LENGTH} 个（域名 {len(host)}，批次号 {len(lot)}）",
            f"the code's URI has {length} characters, {MAX_PRINTED_LENGTH} can be printed "
            f"(the host has {len(host)}, the lot {len(lot)})",
            f"请把批次号缩短至少 {over} 个字符，或使用更短的域名",
            f"Shorten the lot number by at least {over}, or use a shorter domain",
        )


def _token_of(query: bytes) -> Token | Malformed | None:
    """The token of the one raw parameter named `s`; other parameters are nobody's signature and are ignored."""
    values = [part[2:] for part in query.split(b"&") if part == b"s" or part.startswith(b"s=")]
    if not values:
        return None
    token = read_token(values[0]) if len(values) == 1 else None
    return Malformed("token") if token is None else token

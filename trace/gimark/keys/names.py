"""What an installation may be called: its origin, fixed for life, and the hosts that serve it, which may change."""

import re

MAX_HOST_LENGTH = 253

_LABEL = rb"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rb"%b(?:\.%b)*" % (_LABEL, _LABEL))
_ORIGIN = re.compile(r"[0-9a-z](?:[0-9a-z./-]{0,98}[0-9a-z])?")


def is_host(host: bytes) -> bool:
    """Whether `host` is a domain name without port, userinfo or trailing dot, at most 253 bytes."""
    return len(host) <= MAX_HOST_LENGTH and _HOST.fullmatch(host) is not None


def is_origin(origin: str) -> bool:
    """Whether `origin` can name an installation: up to 100 of lower-case letters, digits, `.`, `-`, `/`.

    It is signed in every code and is the stem of the log's and the root's names, so it never changes.
    """
    return _ORIGIN.fullmatch(origin) is not None

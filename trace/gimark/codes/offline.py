"""What can be said of a code without the server: with the key set, and with the status list if there is one.

The steps are numbered as in docs/token-format.md. Nothing here knows whether a code was activated, scanned before or
copied, and the result says so.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gimark.codes.uri import Code, CodeUri, Malformed, parse_uri
from gimark.keys import ed25519, statuslist
from gimark.keys.keyset import KeySet, KeyState
from gimark.keys.statuslist import StatusList

VERIFIERS = {"ed25519": ed25519.verify}
"""Algorithm → verify(public, message, signature). A key of any other algorithm gives `unsupported`."""


class Colour(StrEnum):
    """How an answer is coloured; never shown without its words."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


class Word(StrEnum):
    """What was found. The first eight are what signature and key set tell, in the order in which they are tried."""

    MALFORMED = "malformed"
    FOREIGN_HOST = "foreign_host"
    UNSIGNED = "unsigned"
    UNKNOWN_KEY = "unknown_key"
    UNSUPPORTED = "unsupported"
    BAD_SIGNATURE = "bad_signature"
    KEY_REVOKED = "key_revoked"
    AUTHENTIC = "authentic"
    VOIDED = "voided"
    RECALLED = "recalled"
    NOT_AUTHORISED = "not_authorised"


class Limit(StrEnum):
    """What this result does not know."""

    KEY_SET_AGE_UNKNOWN = "key_set_age_unknown"
    KEY_SET_EXPIRED = "key_set_expired"
    NO_STATUS_LIST = "no_status_list"
    STATUS_LIST_EXPIRED = "status_list_expired"
    NEEDS_SERVER = "needs_server"


COLOURS: dict[Word, Colour] = {
    Word.MALFORMED: Colour.RED,
    Word.FOREIGN_HOST: Colour.RED,
    Word.UNSIGNED: Colour.GREY,
    Word.UNKNOWN_KEY: Colour.RED,
    Word.UNSUPPORTED: Colour.AMBER,
    Word.BAD_SIGNATURE: Colour.RED,
    Word.KEY_REVOKED: Colour.AMBER,
    Word.AUTHENTIC: Colour.GREEN,
    Word.VOIDED: Colour.RED,
    Word.RECALLED: Colour.RED,
    Word.NOT_AUTHORISED: Colour.RED,
}
NOT_OURS = frozenset({Word.MALFORMED, Word.FOREIGN_HOST, Word.UNKNOWN_KEY, Word.BAD_SIGNATURE})
# A newer key set may say otherwise of these; of a bad signature it cannot, for a kid is one key for life.
AGEING = frozenset({Word.FOREIGN_HOST, Word.UNKNOWN_KEY, Word.AUTHENTIC})


@dataclass(frozen=True, slots=True)
class OfflineResult:
    """`word` is what signature and key set tell; `reason` is what counts when the status list is asked too.

    `code` is None for a malformed URI, and `part` then says where reading stopped. `listed` is the status list's own
    word for the lot, when that decided.
    """

    word: Word
    reason: Word
    colour: Colour
    code: CodeUri | None
    part: str | None
    listed: str | None
    limits: tuple[Limit, ...]


def verify_offline(
    uri: str | bytes, keyset: KeySet, status: StatusList | None = None, now: datetime | None = None
) -> OfflineResult:
    """Judge the URI of a code. `now` (aware) tells whether key set and status list have expired.

    Raises ValueError when `status` is of another installation than `keyset`; never because of `uri`.
    """
    if status is not None and status.origin != keyset.origin:
        raise ValueError(f"a status list of {status.origin} says nothing of {keyset.origin}")
    read = parse_uri(uri)
    word = _word_of(read, keyset)
    if isinstance(read, Malformed):
        return OfflineResult(word, word, COLOURS[word], None, read.part, None, ())
    reason, listed = (word, None) if word in NOT_OURS else _reason_of(word, read.code, keyset, status)
    limits = _limits(reason, keyset, status, now)
    is_stale = Limit.KEY_SET_EXPIRED in limits and reason in AGEING
    return OfflineResult(word, reason, Colour.AMBER if is_stale else COLOURS[reason], read, None, listed, limits)


def judge_signature(code: Code, keyset: KeySet) -> Word:
    """Steps 3 to 8: what the token of a well-formed code at one of our hosts is worth. The code has no date, so the
    dates of keys are not looked at.
    """
    if code.token is None:
        return Word.UNSIGNED
    key = keyset.key(code.token.kid)
    if key is None:
        return Word.UNKNOWN_KEY
    verify = VERIFIERS.get(key.alg)
    if verify is None:
        return Word.UNSUPPORTED
    if not verify(key.public, code.message(keyset.origin, key.kid), code.token.signature):
        return Word.BAD_SIGNATURE
    return Word.KEY_REVOKED if key.state == KeyState.REVOKED else Word.AUTHENTIC


def _word_of(read: CodeUri | Malformed, keyset: KeySet) -> Word:
    """Steps 1 to 8, the first that applies."""
    if isinstance(read, Malformed):
        return Word.MALFORMED
    if read.host not in keyset.hosts:
        return Word.FOREIGN_HOST
    return judge_signature(read.code, keyset)


def _reason_of(word: Word, code: Code, keyset: KeySet, status: StatusList | None) -> tuple[Word, str | None]:
    """Step 9: whether the code or its lot was taken back, and the list's word for the lot.

    The mark is tried under every kid: whoever cuts the token off a voided code, or puts in a kid that nobody can
    check here, must not turn red into grey or amber.
    """
    if status is None:
        return word, None
    if any(statuslist.mark(code.message(keyset.origin, key.kid)) in status.codes for key in keyset.keys):
        return Word.VOIDED, None
    listed = status.lots.get((code.gtin, code.lot))
    if listed is None:
        return word, None
    return Word.NOT_AUTHORISED if listed == Word.NOT_AUTHORISED else Word.RECALLED, listed


def _limits(reason: Word, keyset: KeySet, status: StatusList | None, now: datetime | None) -> tuple[Limit, ...]:
    limits = []
    if now is None:
        limits.append(Limit.KEY_SET_AGE_UNKNOWN)
    elif now >= keyset.expires_at:
        limits.append(Limit.KEY_SET_EXPIRED)
    if reason not in NOT_OURS:
        if status is None:
            limits.append(Limit.NO_STATUS_LIST)
        elif now is not None and now >= status.expires_at:
            limits.append(Limit.STATUS_LIST_EXPIRED)
        limits.append(Limit.NEEDS_SERVER)
    return tuple(limits)

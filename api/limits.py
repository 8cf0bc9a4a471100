"""How often one network may fail in a minute: at a signature, at a typed code, at an access key.

Counting is in memory and costs a good code nothing. About once a second (`exchange`) each process writes down what a
network failed at, from a tenth of the limit on, and reads what it failed at elsewhere. So with N processes a network
gets through at most what it sends in two such turns beyond the limit, or less than a tenth of the limit in each of the
N that was not told yet; never more than N limits in a minute. Nobody's address is kept: see FailedAttempts.

Over the limit a network is asked to wait until the minute ends; people share networks with forgers, so nothing is
called a forgery for it.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from api.settings import Settings
from gimark.accounts.attempts.actions import add_tries, forget_tries, minute_of
from gimark.accounts.attempts.model import AttemptKind
from gimark.accounts.attempts.queries import is_any_to_forget, tries_in
from gimark.store.unit_of_work import Store

MOST_NETWORKS = 10_000
TOLD_FROM = 10  # one tenth of the limit

Tag = Callable[[bytes, int], bytes]


class NetworkLimit:
    """What networks (/24 or /48) failed at in this minute, here and elsewhere. Safe to share between threads."""

    def __init__(self, per_minute: int, now: Callable[[], datetime], tag: Tag) -> None:
        self._per_minute = per_minute
        self._now = now
        self._tag = tag
        self._lock = threading.Lock()
        self._minute = 0
        self._here: Counter[bytes] = Counter()
        self._told: dict[bytes, int] = {}
        self._elsewhere: Mapping[bytes, int] = {}
        self.refused = 0

    @property
    def is_watching(self) -> bool:
        """Whether anybody failed in this minute, so that most requests need not ask further."""
        return bool(self._here or self._elsewhere)

    def is_over(self, network: bytes) -> bool:
        """Whether the network has used up its minute."""
        with self._lock:
            self._turn()
            tries = self._here.get(network, 0)
            if self._elsewhere:
                tries += self._elsewhere.get(self._tag(network, self._minute), 0)
        is_over = tries >= self._per_minute
        self.refused += is_over
        return is_over

    def count(self, network: bytes) -> None:
        """Note a failure of the network. With very many networks all are counted anew: nobody is refused for it."""
        with self._lock:
            self._turn()
            if len(self._here) >= MOST_NETWORKS:
                self._here.clear()
                self._told.clear()
            self._here[network] += 1

    def untold(self, minute: int) -> dict[bytes, int]:
        """By tag, what the others do not know yet of who failed often enough to be told of."""
        with self._lock:
            self._turn()
            if self._minute != minute:
                return {}
            often = max(1, self._per_minute // TOLD_FROM)
            tags = {self._tag(network, minute): n for network, n in self._here.items() if n >= often}
        return {tag: n - self._told.get(tag, 0) for tag, n in tags.items() if n > self._told.get(tag, 0)}

    def told(self, minute: int, tries: Mapping[bytes, int]) -> None:
        """The others can read this now."""
        with self._lock:
            if self._minute == minute:
                self._told.update({tag: self._told.get(tag, 0) + n for tag, n in tries.items()})

    def hear(self, minute: int, tries: Mapping[bytes, int]) -> None:
        """What is known of the minute in all processes, this one's own share in it."""
        with self._lock:
            self._turn()
            if self._minute == minute:
                others = {tag: n - self._told.get(tag, 0) for tag, n in tries.items()}
                self._elsewhere = {tag: n for tag, n in others.items() if n > 0}

    def _turn(self) -> None:
        minute = minute_of(self._now())
        if minute != self._minute:
            self._minute = minute
            self._here.clear()
            self._told.clear()
            self._elsewhere = {}


class Limits:
    """The limits of one process, and their exchange with the other processes'."""

    def __init__(self, store: Store, settings: Settings, tag: Tag) -> None:
        self._store = store
        now = store.clock.now
        self.signatures = NetworkLimit(settings.bad_signatures_per_minute, now, tag)
        self.typed = NetworkLimit(settings.typed_misses_per_minute, now, tag)
        self.access_keys = NetworkLimit(settings.bad_keys_per_minute, now, tag)
        self._by_kind = {
            AttemptKind.SIGNATURE: self.signatures,
            AttemptKind.TYPED: self.typed,
            AttemptKind.ACCESS_KEY: self.access_keys,
        }

    @property
    def refused(self) -> int:
        """How often a network was put off because it was over a limit."""
        return sum(limit.refused for limit in self._by_kind.values())

    def exchange(self) -> None:
        """Tell the others and hear from them. Raises what the database raises; what was not told is told next time."""
        minute = minute_of(self._store.clock.now())
        untold = {kind: limit.untold(minute) for kind, limit in self._by_kind.items()}
        if any(untold.values()):
            self._tell(minute, untold)
        with self._store.reading() as session:
            tries = tries_in(session, minute)
            is_any_old = is_any_to_forget(session, minute)
        for kind, limit in self._by_kind.items():
            limit.hear(minute, {tag: n for (of, tag), n in tries.items() if of is kind})
        if is_any_old:
            with self._store.acting() as act:
                forget_tries(act, minute)
                act.commit()

    def _tell(self, minute: int, untold: Mapping[AttemptKind, Mapping[bytes, int]]) -> None:
        with self._store.acting() as act:
            add_tries(act, minute, {(kind, tag): n for kind, tries in untold.items() for tag, n in tries.items()})
            act.commit()
        for kind, tries in untold.items():
            self._by_kind[kind].told(minute, tries)

"""How many bad signatures one network may have checked in a minute: checking one costs more than making one up.

Per process and in memory: it saves processor time, so it need not be exact. Over the limit a network is asked to wait
a minute (暂时无法核对); what fails before the signature is judged as ever.
"""

import time
from collections import Counter
from collections.abc import Callable

MINUTE_S = 60.0
MOST_NETWORKS = 10_000


class SignatureLimit:
    """Counts bad signatures by network (/24 or /48), minute by minute."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._counts: Counter[bytes] = Counter()
        self._began = 0.0

    @property
    def is_watching(self) -> bool:
        """Whether any bad signature was seen in this minute, so that most requests need not ask further."""
        return bool(self._counts)

    def is_over(self, network: bytes) -> bool:
        """Whether the network has used up its minute."""
        if self._monotonic() - self._began >= MINUTE_S:
            self._counts.clear()
        return self._counts[network] >= self._per_minute if network in self._counts else False

    def count(self, network: bytes) -> None:
        """Note a bad signature from a network. With very many networks the minute begins anew: nobody is refused."""
        if not self._counts or len(self._counts) >= MOST_NETWORKS:
            self._counts.clear()
            self._began = self._monotonic()
        self._counts[network] += 1

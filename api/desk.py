"""The desk where look-ups are answered: who asks, the verdict, and the note that somebody asked.

One for each web process; the scan of a label, a pasted address and a typed code all come here.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from starlette.types import Scope

from api.limits import NetworkLimit
from api.tally import Tally
from api.visitors import RawHeaders, Visitors
from gimark.codes.uri import Code, Malformed
from gimark.scans.devices import network_of
from gimark.scans.lookup import Answer, LookUps, Visit
from gimark.scans.rules import Reason, unavailable


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers and notes look-ups. Belongs to one event loop.

    `waits_for_disk`: a check is on disk before its answer leaves; when it cannot be, the answer is 暂时无法核对.
    """

    lookups: LookUps
    visitors: Visitors
    limit: NetworkLimit
    typed_limit: NetworkLimit
    waits_for_disk: bool
    tally: Tally = field(default_factory=Tally)

    async def scanned(self, scope: Scope, headers: RawHeaders, code: Code | Malformed, now: datetime) -> Answer:
        """The answer to a scanned code.

        A network that sent too many bad signatures in this minute is told 暂时无法核对 for everything that would need
        a signature checked: people share networks with forgers, and must not be told that a genuine code is none. A
        code without a token can be guessed as a typed one can, and is limited with those.
        """
        visit = self.visitors.visit(scope, headers, now)
        if isinstance(code, Malformed):
            return await self._noted(await self.lookups.scanned(code, visit), visit)
        limit, failure, word = self.limit, Reason.BAD_SIGNATURE, Reason.UNSUPPORTED
        if code.token is None:
            limit, failure, word = self.typed_limit, Reason.NOT_ISSUED, Reason.UNSIGNED
        if limit.is_watching and limit.is_over(self._network(scope, headers)):
            return await self._noted(Answer(unavailable(word, code.serial)), visit)
        answer = await self.lookups.scanned(code, visit)
        if answer.verdict.reason is failure:
            limit.count(self._network(scope, headers))
        return await self._noted(answer, visit)

    async def typed(self, scope: Scope, headers: RawHeaders, serial: str, now: datetime) -> Answer:
        """The answer to a typed serial of the right form; a network that guessed too often is told 暂时无法核对."""
        visit = self.visitors.visit(scope, headers, now)
        if self.typed_limit.is_watching and self.typed_limit.is_over(self._network(scope, headers)):
            return await self._noted(Answer(unavailable(Reason.TYPED, serial)), visit)
        answer = await self.lookups.typed(serial, visit)
        if answer.verdict.reason is Reason.NOT_ISSUED:
            self.typed_limit.count(self._network(scope, headers))
        return await self._noted(answer, visit)

    async def refused(self, scope: Scope, headers: RawHeaders, answer: Answer, now: datetime) -> Answer:
        """An answer that was found without looking anything up, noted like any other."""
        return await self._noted(answer, self.visitors.visit(scope, headers, now))

    def _network(self, scope: Scope, headers: RawHeaders) -> bytes:
        return network_of(self.visitors.address(scope, headers))

    async def _noted(self, answer: Answer, visit: Visit) -> Answer:
        self.tally.looked(answer.verdict.reason)
        if not visit.is_counted:
            return answer
        if not self.waits_for_disk:
            self.lookups.note(answer, visit)
            return answer
        loop = asyncio.get_running_loop()
        written: asyncio.Future[bool] = loop.create_future()

        def done(is_kept: bool) -> None:
            loop.call_soon_threadsafe(written.set_result, is_kept)

        if self.lookups.note(answer, visit, done) and await written:
            return answer
        # A forged code is forged whether or not it could be noted.
        return Answer(unavailable(answer.verdict.reason))

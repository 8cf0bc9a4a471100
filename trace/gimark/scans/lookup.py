"""From what somebody scanned or typed to its verdict: cheap refusals first, then the signature, always.

Everything a look-up usually needs is at hand; what is not is read in a thread, or right away where that takes
microseconds. A forged code is an answer, never an error.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from gimark.codes.cipher import SerialCipher
from gimark.codes.offline import VERIFIERS
from gimark.codes.uri import Code, Malformed
from gimark.errors import GimarkError
from gimark.keys.keyset import IssuingKey, KeySet, KeyState
from gimark.scans.looks import Look
from gimark.scans.memory import CodeMemory, CodeReader, SeenCode
from gimark.scans.model import MarkKind
from gimark.scans.provinces import mask_of
from gimark.scans.recorder import Done, Recorder
from gimark.scans.register import BatchRecord, RunRecord
from gimark.scans.rules import REFUSALS, SIGNED, Checks, Reason, Verdict, judge, unavailable
from gimark.scans.snapshot import Found, Snapshot

log = structlog.stdlib.get_logger("gimark.scans")

_NO_CHECKS = Checks(0, None, ())
READ_TIMEOUT_S = 10.0


class Visit(NamedTuple):
    """Who looks, as far as anybody wants to know: the hour, the device's tag, the province.

    `is_counted` is False for what is no person's look. A counted look without a tag is no check of a code.
    """

    hour: int
    device: bytes | None
    province: str | None = None
    is_counted: bool = True


class Place(NamedTuple):
    """Where a serial leads: its batch, run and index."""

    batch: BatchRecord
    run: RunRecord
    idx: int


class Answer(NamedTuple):
    """A verdict; where the code stands, when it is one of ours; what is remembered of its checks, when it is signed.

    Answers of one batch with the same `kind` differ in serial and checks only.
    """

    verdict: Verdict
    place: Place | None = None
    seen: SeenCode | None = None
    kind: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeSecrets:
    """What is needed to read codes: the published keys, and the serial ciphers by epoch."""

    keyset: KeySet
    ciphers: Mapping[int, SerialCipher]


class _Judging(NamedTuple):
    """The secrets laid out for judging; replaced whole."""

    origin: str
    keys: Mapping[str, IssuingKey]
    newest_first: Sequence[tuple[int, SerialCipher]]
    lacks_an_epoch: bool


class _Unreadable:
    """The database could not be read just now, or the serial master that a code may be of is lost."""


class LookUps:
    """Answers look-ups and notes them. Belongs to one event loop."""

    def __init__(
        self, secrets: CodeSecrets, snapshot: Snapshot, memory: CodeMemory, reader: CodeReader, recorder: Recorder
    ) -> None:
        self._snapshot = snapshot
        self._memory = memory
        self._reader = reader
        self._recorder = recorder
        self.use(secrets)

    def use(self, secrets: CodeSecrets) -> None:
        """Judge by these keys from now on. Any thread may call it."""
        keys = {key.kid: key for key in secrets.keyset.keys}
        newest_first = sorted(secrets.ciphers.items(), reverse=True)
        # Epochs are counted from 1 without a gap.
        lacks_an_epoch = len(newest_first) != max(secrets.ciphers)
        self._judging = _Judging(secrets.keyset.origin, keys, newest_first, lacks_an_epoch)

    async def scanned(self, code: Code | Malformed, visit: Visit) -> Answer:
        """The answer to what a label's code says."""
        return await self._reading(lambda have: self._scanned(code, visit, have))

    async def typed(self, serial: str, visit: Visit) -> Answer:
        """The answer to a serial that a person typed (13 characters, checked before)."""
        return await self._reading(lambda have: self._unsigned(Reason.TYPED, serial, None, visit, have))

    def note(self, answer: Answer, visit: Visit, done: Done | None = None) -> bool:
        """Have the look written down, and count it as a check of its code when it is signed and somebody counts.

        A second look of the same device in the same hour is no further check. False when the queue is full; `done`
        is then never called.
        """
        reason, seen = answer.verdict.reason.value, answer.seen
        if answer.place is None or seen is None or visit.device is None:
            return self._recorder.record(Look(visit.hour, reason, visit.province), done)
        if not seen.add(visit.hour, visit.device, mask_of(visit.province)):
            return self._recorder.record(Look(visit.hour, reason, visit.province), done)
        _, run, index = answer.place
        return self._recorder.record(Look(visit.hour, reason, visit.province, run.id, index, visit.device), done)

    async def _reading(self, judge: Callable[["_Have"], Answer]) -> Answer:
        """The answer, with whatever it misses read in threads."""
        have = _Have()
        while True:
            try:
                return judge(have)
            except _Missing as missing:
                missing.place[missing.key] = await self._read(missing.read)

    async def _read(self, read: Callable[[], Any]) -> Any:
        """What `read` gives. A database that hangs is not waited for, or all threads would soon wait for it."""
        if not self._snapshot.is_fresh:
            return _Unreadable()
        try:
            reading = asyncio.get_running_loop().run_in_executor(None, read)
            return await asyncio.wait_for(reading, READ_TIMEOUT_S)
        except (GimarkError, SQLAlchemyError, TimeoutError):
            log.exception("a look-up could not read the database")
            return _Unreadable()

    def _scanned(self, code: Code | Malformed, visit: Visit, have: "_Have") -> Answer:
        """The answer, from what is at hand and what was read for it; raises _Missing for what is neither."""
        if isinstance(code, Malformed):
            return _refused(Reason.MALFORMED)
        judging = self._judging
        if code.token is None:
            return self._unsigned(Reason.UNSIGNED, code.serial, code, visit, have)
        key = judging.keys.get(code.token.kid)
        if key is None:
            return _refused(Reason.UNKNOWN_KEY)
        verify = VERIFIERS.get(key.alg)
        if verify is None:
            return self._unsigned(Reason.UNSUPPORTED, code.serial, code, visit, have)
        place = self._place(code.serial, have)
        if place is None or (isinstance(place, Place) and not _agrees(place.run, code)):
            return _refused(Reason.NOT_ISSUED)
        # A second pass, after something was read, need not pay for the signature again.
        if not have.is_signed and not verify(key.public, code.message(judging.origin, key.kid), code.token.signature):
            return _refused(Reason.BAD_SIGNATURE)
        have.is_signed = True
        is_revoked = key.state is KeyState.REVOKED or key.kid in self._snapshot.revoked_at
        return self._answer(Reason.KEY_REVOKED if is_revoked else Reason.AUTHENTIC, code.serial, place, visit, have)

    def _unsigned(self, word: Reason, serial: str, code: Code | None, visit: Visit, have: "_Have") -> Answer:
        place = self._place(serial, have)
        if place is None or (isinstance(place, Place) and code is not None and not _agrees(place.run, code)):
            return _refused(Reason.NOT_ISSUED)
        return self._answer(word, serial, place, visit, have)

    def _answer(self, word: Reason, serial: str, place: "Place | _Unreadable", visit: Visit, have: "_Have") -> Answer:
        if isinstance(place, _Unreadable) or not self._snapshot.is_fresh:
            return Answer(unavailable(word, serial))
        seen = self._seen(place, visit.hour, have)
        if isinstance(seen, _Unreadable):
            return Answer(unavailable(word, serial))
        kind, found = self._verdict(word, place)
        verdict = Verdict(
            found.colour,
            found.reason,
            found.rungs,
            serial,
            found.package,
            found.run,
            seen.earlier(visit.hour, visit.device),
            found.act,
            found.activated_at,
        )
        return Answer(verdict, place, seen if word in SIGNED else None, kind)

    def _verdict(self, word: Reason, place: Place) -> tuple[tuple[object, ...], Verdict]:
        """The verdict but for serial and checks, which do not decide it; judged once per stretch of a run."""
        batch, run, index = place
        is_copied = self._snapshot.marks.get((run.id, index)) is MarkKind.COPIED
        revoked_at = self._revoked_at(run.facts.kid) if word is Reason.KEY_REVOKED else None
        key = (word, run.id, run.states.at(index).first, is_copied, revoked_at)
        verdict: Verdict | None = batch.memo.get(key)
        if verdict is None:
            standing = batch.standing(run, index, _NO_CHECKS, copied=is_copied)
            verdict = batch.memo[key] = judge(word, standing, None, revoked_at)
        return key, verdict

    def _revoked_at(self, kid: str) -> int | None:
        """The lower of what key set and ledger say, as a theft may turn out to be older than was thought."""
        sizes = [self._judging.keys[kid].revoked_at, self._snapshot.revoked_at.get(kid)]
        return min((size for size in sizes if size is not None), default=None)

    def _place(self, serial: str, have: "_Have") -> "Place | _Unreadable | None":
        """Where a serial leads: newest epoch first, the run's row decides; None when it is none of ours."""
        for epoch, cipher in self._judging.newest_first:
            decoded = cipher.decode(serial)
            if decoded is None:
                continue
            number, index = decoded
            found = self._snapshot.at_hand(number)
            if found is None:
                if number not in have.runs:
                    raise _Missing(have.runs, number, partial(self._snapshot.find, number))
                read = have.runs[number]
                if isinstance(read, _Unreadable):
                    return read
                found = read
            if found is not None and found[1].epoch == epoch and index < found[1].facts.count:
                return Place(*found, index)
        return _Unreadable() if self._judging.lacks_an_epoch else None

    def _seen(self, place: Place, hour: int, have: "_Have") -> "SeenCode | _Unreadable":
        """What is remembered of the code's checks, read when it is not remembered."""
        _, run, index = place
        seen = self._memory.recall(run.id, index)
        if seen is not None:
            return seen
        if self._reader.is_immediate:
            try:
                read: SeenCode | _Unreadable = self._reader.read(run.id, index, hour)
            except GimarkError:
                log.exception("a look-up could not read the database")
                return _Unreadable()
        elif index in have.codes:
            read = have.codes[index]
        else:
            raise _Missing(have.codes, index, partial(self._reader.read, run.id, index, hour))
        return read if isinstance(read, _Unreadable) else self._memory.keep(run.id, index, read)


@dataclass(slots=True)
class _Have:
    """What was read for one answer, by run number and by index."""

    runs: dict[int, Found | _Unreadable | None] = field(default_factory=dict)
    codes: dict[int, SeenCode | _Unreadable] = field(default_factory=dict)
    is_signed: bool = False


class _Missing(Exception):  # noqa: N818 - no error: it asks for something to be read
    """What must be read in a thread before there is an answer, and where it goes."""

    def __init__(self, place: dict[int, Any], key: int, read: Callable[[], Any]) -> None:
        super().__init__()
        self.place = place
        self.key = key
        self.read = read


def _agrees(run: RunRecord, code: Code) -> bool:
    """Whether GTIN, lot and kid are those of the run's row, whatever the signature says: an insider can sign."""
    return run.gtin == code.gtin and run.lot == code.lot and (code.token is None or code.token.kid == run.facts.kid)


def _refused(reason: Reason) -> Answer:
    """Red, without a word about any product."""
    return Answer(REFUSALS[reason])

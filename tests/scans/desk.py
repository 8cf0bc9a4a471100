"""A county with somebody who looks codes up, as one web process does."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime

from gimark.codes.minting import mint
from gimark.codes.uri import Code, Malformed, parse_uri
from gimark.issuance.queries import RunFacts
from gimark.issuance.signing import issued_run, secrets_of
from gimark.keys.keyset import IssuingKey, KeySet, KeyState
from gimark.scans.hours import hour_of
from gimark.scans.lookup import Answer, CodeSecrets, LookUps, Visit
from gimark.scans.memory import CodeMemory, CodeReader
from gimark.scans.recorder import Recorder
from gimark.scans.snapshot import Snapshot
from tests.county import County

PHONE, OTHER_PHONE = b"\x01" * 8, b"\x02" * 8


def keyset_of(county: County, **changes: object) -> KeySet:
    """The key set of the county's one key; `changes` are its fields that differ."""
    signer = county.keyring.issuing["0001"].signer
    key = IssuingKey("0001", "ed25519", signer.public, date(2026, 1, 1), date(2026, 12, 31), KeyState.ACTIVE)  # type: ignore[attr-defined]
    return KeySet(
        origin=county.keyring.origin,
        hosts=(county.keyring.host,),
        seq=1,
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
        expires_at=datetime(2027, 1, 1, tzinfo=UTC),
        quorum=0,
        logs=(),
        witnesses=(),
        keys=(replace(key, **changes),),  # type: ignore[arg-type]
    )


def uri_of(county: County, run: RunFacts, idx: int = 0) -> str:
    """The printed URI of one code."""
    with county.store.reading() as session:
        issued = issued_run(session, county.keyring, run.number)
    return mint(issued.codes, *secrets_of(county.keyring, issued), idx, 1).uris[0].tobytes().decode()


class Desk:
    """Looks codes up in `county`; the register is read anew before each look, as if its poll had just come by."""

    def __init__(self, county: County, keyset: KeySet | None = None) -> None:
        self.county = county
        self.snapshot = Snapshot(county.store, poll_s=60)
        self.reader = CodeReader(county.store.engine)
        self.recorder = Recorder(county.store, limit=1_000, linger_s=0.01)
        secrets = CodeSecrets(keyset or keyset_of(county), county.keyring.ciphers)
        self.lookups = LookUps(secrets, self.snapshot, CodeMemory(), self.reader, self.recorder)

    def visit(self, device: bytes | None = PHONE, province: str | None = None, hours: int = 0) -> Visit:
        return Visit(hour_of(self.county.store.clock.now()) + hours, device, province)

    def scan(self, uri: str, visit: Visit | None = None) -> Answer:
        """The answer to a whole URI of our host."""
        self.snapshot.look()
        parsed = parse_uri(uri)
        code: Code | Malformed = parsed if isinstance(parsed, Malformed) else parsed.code
        visit = visit or self.visit()
        answer = asyncio.run(self.lookups.scanned(code, visit))
        self.lookups.note(answer, visit)
        return answer

    def type(self, serial: str) -> Answer:
        """The answer to a typed serial."""
        self.snapshot.look()
        return asyncio.run(self.lookups.typed(serial, self.visit()))

    def close(self) -> None:
        self.reader.close()
        self.snapshot.close()

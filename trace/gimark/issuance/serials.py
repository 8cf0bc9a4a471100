"""The serials of a run as rows of a file, for whoever keeps stock by them; nothing in it can be printed as a code."""

from collections.abc import Iterator

from gimark.codes.minting import typed_rows
from gimark.codes.run import CHUNK
from gimark.issuance.keyring import Keyring
from gimark.issuance.queries import RunFacts
from gimark.issuance.rules import RunStates, Span

HEADER = b"index,serial,typed,state\r\n"


def serial_rows(keyring: Keyring, run: RunFacts, states: RunStates, span: Span) -> Iterator[bytes]:
    """CSV (RFC 4180) of the codes of `span`, checked before: the header, then rows a portion at a time.

    A signed code leaves in a print order alone, where every label is counted.
    """
    cipher = keyring.ciphers[run.epoch]
    yield HEADER
    for part in states.parts(span):
        for first in range(part.first, part.last + 1, CHUNK):
            serials = cipher.encode(run.number, first, min(CHUNK, part.last + 1 - first))
            typed = typed_rows(serials)
            yield b"".join(
                b"%d,%s,%s,%s\r\n" % (first + at, serial.tobytes(), code.tobytes(), part.state.encode())
                for at, (serial, code) in enumerate(zip(serials, typed, strict=True))
            )

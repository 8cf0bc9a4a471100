"""What all codes of one issue run share, and their signed messages as one byte matrix."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gimark.codes.cipher import MAX_COUNT, MAX_RUN, SerialCipher
from gimark.codes.gtin import check_gtin
from gimark.codes.lot import check_lot
from gimark.codes.serial import LENGTH
from gimark.codes.token import KID, TOKEN_LENGTH, code_path, signed_message
from gimark.codes.uri import check_printed_length
from gimark.keys.names import is_host, is_origin

LF = 10

# Enough rows for numpy to pay off, few enough to stay in a core's cache; a multiple of the commitment's 256.
CHUNK = 4096


@dataclass(frozen=True, slots=True)
class RunCodes:
    """One run: `count` codes of lot `lot` of trade item `gtin`, signed by key `kid`, served at `host`.

    Raises InvalidInputError for a GTIN, lot or length that cannot be printed, ValueError for anything that only a
    program can get wrong.
    """

    origin: str
    host: str
    gtin: str
    lot: str
    run: int
    count: int
    kid: str

    def __post_init__(self) -> None:
        if check_gtin(self.gtin, "gtin") != self.gtin:
            raise ValueError("a run's GTIN has 14 digits")
        check_lot(self.lot, "lot")
        if not is_origin(self.origin) or not KID.fullmatch(self.kid):
            raise ValueError("origin or kid is not of its form")
        if not self.host.isascii() or self.host != self.host.lower() or not is_host(self.host.encode()):
            raise ValueError("the host is not a domain name in lower case")
        if not 0 <= self.run <= MAX_RUN or not 1 <= self.count <= MAX_COUNT:
            raise ValueError(f"run {self.run} of {self.count} codes: beyond 24 bits")
        check_printed_length(self.uri_length, self.host, self.lot)

    @property
    def uri_head(self) -> bytes:
        """What stands before the serial in every URI of the run."""
        return f"https://{self.host}{code_path(self.gtin, self.lot, '')}".encode()

    @property
    def uri_length(self) -> int:
        """Characters of every URI of the run."""
        return len(self.uri_head) + LENGTH + len("?s=") + TOKEN_LENGTH

    def check_span(self, first: int, count: int) -> None:
        """Raises ValueError unless indices first … first + count − 1 are of this run, at least one."""
        if not 0 <= first < first + count <= self.count:
            raise ValueError(f"indices {first} to {first + count - 1} are not of a run of {self.count}")

    def check_cipher(self, cipher: SerialCipher) -> None:
        """Raises ValueError when `cipher` makes the serials of another installation."""
        if cipher.origin != self.origin:
            raise ValueError(f"a cipher of {cipher.origin} cannot serve {self.origin}")

    def messages(self, serials: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The signed bytes of each serial: (n, 13) ASCII in, (n, length of a message) out."""
        head = signed_message(self.origin, self.kid, self.gtin, self.lot, "")[:-1]
        rows = np.empty((len(serials), len(head) + LENGTH + 1), np.uint8)
        rows[:, : len(head)] = np.frombuffer(head, np.uint8)
        rows[:, len(head) : -1] = serials
        rows[:, -1] = LF
        return rows

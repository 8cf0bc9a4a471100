"""(run, index) ↔ serial by a keyed permutation, and the nonces of a run.

The plain serial is 60 bits, run (24) || index (24) || 0 (12), written as twelve base-32 digits and put through NIST FF1
(SP 800-38G, AES-128, radix 32, length 12, empty tweak). With these parameters every block of FF1 is one AES block and
every modulus 2³⁰, so a round is: AES(P), xor (round, half), AES, take 30 bits.
"""

import threading
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from gimark.codes.serial import CHARACTERS, DIGIT_COUNT, LENGTH, TIMES_ALPHA, is_serial

MASTER_SIZE = 32
NONCE_SIZE = 16
MAX_RUN = 2**24 - 1
MAX_COUNT = 2**24

ROUNDS = 10
HALF_BITS = 30
HALF_MASK = 2**HALF_BITS - 1
CHECK_MASK = 2**12 - 1
# SP 800-38G, algorithm 7, step 5: P = 1 || 2 || 1 || radix (3) || 10 || u mod 256 || n (4) || t (4).
FF1_P = bytes([1, 2, 1, 0, 0, 32, ROUNDS, DIGIT_COUNT // 2, 0, 0, 0, DIGIT_COUNT, 0, 0, 0, 0])
# The alphabet to the digits that int(text, 32) knows: 0–9, A–V.
_TO_INT_DIGITS = bytes.maketrans(CHARACTERS, b"0123456789ABCDEFGHIJKLMNOPQRSTUV")


Halves = tuple[NDArray[np.uint32], NDArray[np.uint32]]
"""The left and right six base-32 digits of many serials, 30 bits each."""


class SerialCipher:
    """The permutation and the nonces of one epoch: `master` is the 32-byte secret, `origin` the installation's name.

    Threads may share one. It can be pickled, so that a pool's worker processes mint with it; the pickle holds the
    master and must go nowhere else.
    """

    def __init__(self, master: bytes, origin: str) -> None:
        """Raises ValueError when `master` is not 32 bytes or `origin` is not ASCII."""
        if len(master) != MASTER_SIZE:
            raise ValueError(f"a serial master has {MASTER_SIZE} bytes")
        self._master = master
        self.origin = origin
        self._serial_key = _derived(master, "gi/v1/serial/", origin)
        self._nonce_key = _derived(master, "gi/v1/nonce/", origin)
        # AES(P), the start of the CBC-MAC, is the same in every round of every serial.
        self._start = _encryptor(self._serial_key).update(FF1_P)
        start = int.from_bytes(self._start, "big")
        self._round_starts = tuple(start ^ number << 32 for number in reversed(range(ROUNDS)))
        self._of_thread = threading.local()

    def encode(self, run: int, first: int, count: int) -> NDArray[np.uint8]:
        """The serials of indices first … first + count − 1 of `run`: (count, 13) ASCII bytes.

        Raises ValueError unless run and every index are within 24 bits.
        """
        _check_span(run, first, count)
        index = np.arange(first, first + count, dtype=np.uint32)
        # The 24 bits of the index lie across the middle: 6 end the left half, 18 begin the right one.
        left = np.uint32(run << 6) | index >> np.uint32(18)
        right = (index & np.uint32(2**18 - 1)) << np.uint32(12)
        return _written(self._ff1((left, right)))

    def decode(self, serial: bytes | str) -> tuple[int, int] | None:
        """(run, index), or None when `serial` is not a well-formed serial of this epoch.

        All but 1 in 4096 of the serials that somebody invents end here; whether the run exists and has that many
        codes is for the caller to look up.
        """
        text = serial.encode("ascii", "replace") if isinstance(serial, str) else serial
        if not is_serial(text):
            return None
        value = int(text[:DIGIT_COUNT].translate(_TO_INT_DIGITS), 32)
        left, right = value >> HALF_BITS, value & HALF_MASK
        encrypt = self._contexts()[0].update
        for start in self._round_starts:
            mixed = encrypt((start ^ left).to_bytes(16, "big"))
            left, right = (right - int.from_bytes(mixed[4:8], "big")) & HALF_MASK, left
        plain = left << HALF_BITS | right
        if plain & CHECK_MASK:
            return None
        return plain >> 36, plain >> 12 & 0xFFFFFF

    def nonces(self, run: int, first: int, count: int) -> NDArray[np.uint8]:
        """The nonces of indices first … first + count − 1 of `run`: (count, 16) bytes.

        nonce = AES-128(nonce key, run (4) || index (4) || 0 (8)). Raises ValueError as `encode` does.
        """
        _check_span(run, first, count)
        blocks = np.zeros((count, 4), dtype=">u4")
        blocks[:, 0] = run
        blocks[:, 1] = np.arange(first, first + count, dtype=np.uint32)
        encrypted = self._contexts()[1].update(blocks.tobytes())
        return np.frombuffer(encrypted, np.uint8).reshape(count, NONCE_SIZE)

    def _ff1(self, halves: Halves) -> Halves:
        """FF1.Encrypt (SP 800-38G, algorithm 7), each round one AES-ECB call over all serials."""
        left, right = halves
        encrypt = self._contexts()[0].update
        start = np.frombuffer(self._start, ">u4").astype(np.uint32)
        blocks = np.empty((len(left), 4), dtype=">u4")
        blocks[:, :2] = start[:2]
        for number in range(ROUNDS):
            blocks[:, 2] = start[2] ^ np.uint32(number)
            blocks[:, 3] = start[3] ^ right
            mixed = np.frombuffer(encrypt(blocks.tobytes()), ">u4").reshape(-1, 4)[:, 1].astype(np.uint32)
            left, right = right, (left + mixed) & np.uint32(HALF_MASK)
        return left, right

    def _contexts(self) -> tuple[CipherContext, CipherContext]:
        """This thread's AES contexts for serials and nonces: one shared between threads raises "Already borrowed"."""
        try:
            return self._of_thread.contexts  # type: ignore[no-any-return]
        except AttributeError:
            self._of_thread.contexts = contexts = (_encryptor(self._serial_key), _encryptor(self._nonce_key))
            return contexts

    def __repr__(self) -> str:
        return f"SerialCipher(origin={self.origin!r})"

    def __reduce__(self) -> tuple[type["SerialCipher"], tuple[bytes, str]]:
        return SerialCipher, (self._master, self.origin)


def _written(halves: Halves) -> NDArray[np.uint8]:
    """Two halves as twelve characters and the check character."""
    left, right = halves
    shifts = np.arange(HALF_BITS - 5, -1, -5, dtype=np.uint32)
    digits = np.empty((len(left), LENGTH), np.uint8)
    digits[:, :6] = (left[:, None] >> shifts) & np.uint32(31)
    digits[:, 6:12] = (right[:, None] >> shifts) & np.uint32(31)
    times_alpha = np.frombuffer(TIMES_ALPHA, np.uint8)
    check = np.zeros(len(left), np.uint8)
    for place in reversed(range(DIGIT_COUNT)):
        check = times_alpha[check ^ digits[:, place]]
    digits[:, DIGIT_COUNT] = check
    return np.frombuffer(CHARACTERS, np.uint8)[digits]


def _derived(master: bytes, purpose: str, origin: str) -> bytes:
    """16 bytes of HKDF-SHA256 (RFC 5869) with an empty salt."""
    return HKDF(algorithm=SHA256(), length=16, salt=None, info=(purpose + origin).encode("ascii")).derive(master)


def _encryptor(key: bytes) -> CipherContext:
    # ECB on purpose: FF1 and the nonces ask for the bare block cipher.
    context: Any = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    return context  # type: ignore[no-any-return]


def _check_span(run: int, first: int, count: int) -> None:
    if not (0 <= run <= MAX_RUN and 0 <= first <= first + count <= MAX_COUNT):
        raise ValueError(f"run {run}, indices {first} to {first + count - 1}: beyond 24 bits")

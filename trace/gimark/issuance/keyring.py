"""The secrets an installation issues with, opened once and handed to who needs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gimark.codes.cipher import SerialCipher
from gimark.errors import Fault, KeyFileError
from gimark.keys.signer import Signer

CodePlace = tuple[int, int]  # run number, index


@dataclass(frozen=True, slots=True)
class HeldKey:
    """An issuing key whose private half is here, and the days (both included) on which it may sign new runs.

    A retired key signs no new runs; it is held so that codes it signed can be made again. A revoked one is not held.
    """

    signer: Signer
    issues_from: date
    issues_until: date
    is_retired: bool = False

    def may_issue_on(self, day: date) -> bool:
        """Whether runs issued on `day` may be signed with it."""
        return not self.is_retired and self.issues_from <= day <= self.issues_until


@dataclass(frozen=True, slots=True)
class Keyring:
    """Issuing keys by kid and serial ciphers by epoch. `origin` is signed into every code, `host` printed."""

    origin: str
    host: str
    issuing: Mapping[str, HeldKey]
    ciphers: Mapping[int, SerialCipher]

    @property
    def epoch(self) -> int:
        """The newest epoch, under which new runs get their serials."""
        return max(self.ciphers)

    def issuing_on(self, day: date) -> HeldKey:
        """The key that signs runs issued on `day`: of those in term, the one that began last.

        Raises KeyFileError when none is in term, with what to do.
        """
        in_term = [key for key in self.issuing.values() if key.may_issue_on(day)]
        if not in_term:
            raise KeyFileError(
                (
                    Fault(
                        "kid",
                        f"{day} 没有在用的签发密钥",
                        f"no issuing key is in term on {day}",
                        "请由管理员用 gimark keys add 生成并公布新的签发密钥",
                        "Have the administrator make and publish a new one with gimark keys add",
                    ),
                )
            )
        return max(in_term, key=lambda key: (key.issues_from, key.signer.kid))

    def places(self, serial: str) -> list[tuple[int, CodePlace]]:
        """Every (epoch, (run, index)) that `serial` could be, newest epoch first; the run's row decides."""
        found: list[tuple[int, CodePlace]] = []
        for epoch in sorted(self.ciphers, reverse=True):
            place = self.ciphers[epoch].decode(serial)
            if place is not None:
                found.append((epoch, place))
        return found

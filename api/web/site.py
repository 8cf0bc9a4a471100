"""The county's words on public pages: whatever differs between two installations and is not in the ledger."""

import hashlib
from dataclasses import dataclass

from api.web.language import LANGUAGES, Language
from gimark.keys.note import VerifierKey


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What a public page says of the site itself. An empty text is not known and shows as 待填, never as a guess.

    `host` is the address printed on labels (`gi.example.cn`, no scheme). English words may be empty: the Chinese
    ones then stand on the English page too. `root_vkey` is the public key under which everything can be checked.
    `languages` starts with the default one.
    """

    name_zh: str
    county_zh: str
    regulator_zh: str
    host: str
    name_en: str = ""
    county_en: str = ""
    regulator_en: str = ""
    phone: str = ""
    address: str = ""
    email: str = ""
    icp_number: str = ""
    psb_number: str = ""
    root_vkey: str = ""
    languages: tuple[Language, ...] = LANGUAGES

    def name(self, language: Language) -> str:
        """The site's name."""
        return self.name_en or self.name_zh if language == "en" else self.name_zh

    def county(self, language: Language) -> str:
        """The county whose marks these are."""
        return self.county_en or self.county_zh if language == "en" else self.county_zh

    def regulator(self, language: Language) -> str:
        """The authority that supervises the marks; empty when not known."""
        return self.regulator_en or self.regulator_zh if language == "en" else self.regulator_zh

    @property
    def root_fingerprint(self) -> str:
        """SHA-256 over what the root key's id is the beginning of, as 64 hex digits; empty when there is no key."""
        if not self.root_vkey:
            return ""
        key = VerifierKey.parse(self.root_vkey)
        return hashlib.sha256(key.name.encode() + b"\n" + bytes([key.kind]) + key.public).hexdigest()

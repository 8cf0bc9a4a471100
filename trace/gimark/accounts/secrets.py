"""What accounts keep secret in the database, under keys that are never in it.

Both keys are derived (HKDF-SHA256, RFC 5869, no salt: the master has 256 random bits) from the installation's first
serial master, which is there as long as the installation is, encrypted under the operator's passphrase. So a stolen
database gives away no second factor, and a backup needs no further key.
"""

import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gimark.errors import Fault, KeyFileError

KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16


@dataclass(frozen=True, slots=True)
class AccountSecrets:
    """Seals what must be read again, and tags what must only be told apart. Safe to share between threads."""

    sealing_key: bytes = field(repr=False)
    tagging_key: bytes = field(repr=False)

    def sealed(self, secret: bytes, owner: str) -> bytes:
        """`secret` as nonce (12) ‖ AES-256-GCM, for the user with the reference `owner` and for nobody else."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.sealing_key).encrypt(nonce, secret, owner.encode())

    def opened(self, sealed: bytes, owner: str) -> bytes:
        """What was sealed. Raises KeyFileError when it was sealed under another master, or for somebody else."""
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return AESGCM(self.sealing_key).decrypt(nonce, rest, owner.encode())
        except InvalidTag:
            raise KeyFileError((_ANOTHER_MASTER,)) from None

    def tag(self, *words: str | bytes) -> bytes:
        """16 bytes of an HMAC-SHA256 that stand for `words` and do not tell them."""
        told = [word.encode() if isinstance(word, str) else word for word in words]
        message = b"".join(len(word).to_bytes(4, "big") + word for word in told)
        return hmac.digest(self.tagging_key, message, "sha256")[:TAG_BYTES]


def account_secrets(master: bytes) -> AccountSecrets:
    """The secrets' keys, from the installation's first serial master (32 bytes)."""
    return AccountSecrets(_derived(master, b"gimark/accounts/sealing"), _derived(master, b"gimark/accounts/tagging"))


def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, None, purpose).derive(master)


_ANOTHER_MASTER = Fault(
    "second_factor",
    "动态验证码的密钥打不开：它属于另一个赋码主密钥",
    "the second factor's secret does not open: it belongs to another serial master",
    "请从同一次备份恢复密钥和数据库，或由平台管理员重置该用户的验证器",
    "Restore keys and database from the same backup, or have an administrator take the second factor away",
)

"""Signed notes (C2SP signed-note v1.0.0) with Ed25519, and witness cosignatures v1 (C2SP tlog-cosignature, type 04).

A note is text, a blank line, and one line per signature. Checkpoints, the key set and the status list are notes.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from gimark.errors import InvalidInputError, invalid
from gimark.keys import ed25519

ED25519 = 0x01
COSIGNATURE_V1 = 0x04
KINDS = (ED25519, COSIGNATURE_V1)

KEY_ID_SIZE = 4
TIME_SIZE = 8
MAX_SIGNATURES = 64
_DASH = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_REMEDY = ("请从公布处重新获取原始文件", "Fetch the original again from where it is published")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A key that signs notes: its name, its kind (ED25519 or COSIGNATURE_V1) and its 32 public bytes.

    As text (a *vkey*): `<name>+<key id, 8 hex>+<base64(kind || public)>`.
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(mark.isspace() for mark in self.name) or _CONTROL.search(self.name):
            raise _bad_key("名称为空或含有空格、加号", "its name is empty or has a space or a plus sign")
        if self.kind not in KINDS:
            raise _bad_key(f"不支持的类型 {self.kind:#04x}", f"type {self.kind:#04x} is not supported")
        if len(self.public) != ed25519.PUBLIC_SIZE:
            raise _bad_key("公钥应为 32 字节", "the public key is not 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name || LF || kind || public)."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:KEY_ID_SIZE]

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that `text` (a vkey) stands for; raises InvalidInputError when any part of it disagrees."""
        parts = text.split("+", 2)
        material = _decoded(parts[2]) if len(parts) == 3 else None
        if not material:
            raise _bad_key("应为“名称+标识+Base64”", "it is not name+id+base64")
        key = cls(parts[0], material[0], material[1:])
        if parts[1] != key.key_id.hex():
            raise _bad_key("标识与公钥不符", "its id does not match its public key")
        return key


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """Something that signs as `key`: `sign` takes a message and gives 64 signature bytes."""

    key: VerifierKey
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """One signature found good; `time_s` is the witness's POSIX time, None when not a cosignature."""

    key: VerifierKey
    time_s: int | None


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note at least one of whose signatures was verified, and which keys signed it (each key once)."""

    text: str
    signatures: tuple[VerifiedSignature, ...]

    def is_signed_by(self, key: VerifierKey) -> bool:
        """Whether `key` is among those whose signature was verified."""
        return any(signature.key == key for signature in self.signatures)


def sign_note(text: str, signers: Sequence[NoteSigner]) -> bytes:
    """The note of `text` (ending in LF) with one signature line of each of `signers`, whose kind is ED25519.

    Raises InvalidInputError when the text cannot stand in a note or there is no signer.
    """
    _check_text(text)
    if not signers:
        raise _bad_note("没有签名者", "nobody signs it")
    return (text + "\n" + "".join(_signed_line(text, signer) for signer in signers)).encode()


def cosignature_line(text: str, signer: NoteSigner, time_s: int) -> str:
    """The line by which a witness (`signer`, kind COSIGNATURE_V1) states at POSIX time `time_s` that it saw `text`."""
    if signer.key.kind != COSIGNATURE_V1:
        raise _bad_key("不是见证方密钥", "it is not a witness's key")
    signature = signer.sign(_cosigned(text, time_s))
    return _line(signer.key, time_s.to_bytes(TIME_SIZE, "big") + signature)


def open_note(raw: bytes, keys: Sequence[VerifierKey]) -> OpenedNote:
    """The text of the note `raw` and those of `keys` that signed it.

    Signatures of other keys are ignored. Raises InvalidInputError when the note is malformed, when a signature of one
    of `keys` fails, or when none of `keys` signed.
    """
    text, lines = split_note(raw)
    known = {(key.name, key.key_id): key for key in keys}
    verified: dict[VerifierKey, VerifiedSignature] = {}
    for line in lines:
        name, key_id, signature = _parsed_line(line)
        key = known.get((name, key_id))
        if key is not None and key not in verified:
            verified[key] = _verified(text, key, signature)
    if not verified:
        raise _bad_note("没有受信密钥的签名", "no trusted key signed it")
    return OpenedNote(text, tuple(verified.values()))


def split_note(raw: bytes) -> tuple[str, list[str]]:
    """The text and the signature lines (without LF) of a note, nothing verified; raises InvalidInputError."""
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad_note("不是 UTF-8 文本", "it is not UTF-8") from None
    text, blank, signatures = whole.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise _bad_note("没有签名部分", "it has no signatures")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _bad_note(f"签名多于 {MAX_SIGNATURES} 个", f"it has more than {MAX_SIGNATURES} signatures")
    _check_text(text + "\n")
    _check_text(signatures)
    return text + "\n", lines


def line_of(raw: bytes, key: VerifierKey) -> str | None:
    """The first signature line (with LF) that names `key` in the note `raw`, not verified; None when there is none."""
    for line in split_note(raw)[1]:
        if _parsed_line(line)[:2] == (key.name, key.key_id):
            return f"{line}\n"
    return None


def _signed_line(text: str, signer: NoteSigner) -> str:
    if signer.key.kind != ED25519:
        raise _bad_key("不是签署文本的密钥", "it is not a key that signs texts")
    return _line(signer.key, signer.sign(text.encode()))


def _line(key: VerifierKey, signature: bytes) -> str:
    return f"{_DASH}{key.name} {base64.b64encode(key.key_id + signature).decode()}\n"


def _parsed_line(line: str) -> tuple[str, bytes, bytes]:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    signature = _decoded(encoded)
    if not line.startswith(_DASH) or not name or not space or not signature or len(signature) <= KEY_ID_SIZE:
        raise _bad_note("签名行格式不对", "a signature line is malformed")
    return name, signature[:KEY_ID_SIZE], signature[KEY_ID_SIZE:]


def _verified(text: str, key: VerifierKey, signature: bytes) -> VerifiedSignature:
    message, time_s = text.encode(), None
    if key.kind == COSIGNATURE_V1:
        time_s, signature = int.from_bytes(signature[:TIME_SIZE], "big"), signature[TIME_SIZE:]
        message = _cosigned(text, time_s)
    if not ed25519.verify(key.public, message, signature):
        raise _bad_note(f"{key.name} 的签名无效", f"the signature of {key.name} is not valid")
    return VerifiedSignature(key, time_s)


def _cosigned(text: str, time_s: int) -> bytes:
    if not 0 <= time_s < 1 << 63:
        raise _bad_note("见证时间超出范围", "the witness's time is out of range")
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise _bad_note(
            "文本须以换行结尾且不含控制字符", "its text must end in a newline and have no control character"
        )


def _decoded(encoded: str) -> bytes | None:
    """The bytes of canonical standard base64, or None when it is anything else."""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).decode() == encoded else None


def _bad_note(reason_zh: str, reason_en: str) -> InvalidInputError:
    return invalid("note", f"签名文件无效：{reason_zh}", f"not a valid signed note: {reason_en}", *_REMEDY)


def _bad_key(reason_zh: str, reason_en: str) -> InvalidInputError:
    return invalid("vkey", f"验证密钥无效：{reason_zh}", f"not a valid verifier key: {reason_en}", *_REMEDY)

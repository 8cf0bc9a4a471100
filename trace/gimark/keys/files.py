"""Key files: encrypted, readable by their owner alone, never written over.

An Ed25519 file is an encrypted PKCS#8 PEM (RFC 5958, PBES2) that OpenSSL reads, followed by the public key's PEM: PBES2
has no check of its own, so damage could turn one key into another, and the public half tells. PBES2 as written here
stretches a passphrase only 2,048 times: its strength must be its own, so a short one is refused.

The serial master is no standard kind of key; its file is base64 between armour lines of

    01 || salt (16) || nonce (12) || AES-256-GCM(key, nonce, master (32), associated data)

with key = scrypt(passphrase, salt, N = 2^15, r = 8, p = 1, 32 bytes) (RFC 7914) and, as associated data, the ASCII text
"gimark/serial-master" and the 29 bytes before the ciphertext.
"""

import base64
import binascii
import os
import re
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InternalError, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from gimark.errors import Fault, KeyFileError, invalid
from gimark.keys import ed25519

SERIAL_MASTER_SIZE = 32
MIN_PASSPHRASE_SIZE = 12
MAX_FILE_SIZE = 16_384

_VERSION = b"\x01"
_SALT_SIZE = 16
_NONCE_SIZE = 12
_HEADER_SIZE = len(_VERSION) + _SALT_SIZE + _NONCE_SIZE
_SEALED_SIZE = _HEADER_SIZE + SERIAL_MASTER_SIZE + 16
_PURPOSE = b"gimark/serial-master"
_BEGIN, _END = "-----BEGIN GIMARK SERIAL MASTER-----\n", "-----END GIMARK SERIAL MASTER-----\n"
_ARMOUR = re.compile(re.escape(_BEGIN) + r"([A-Za-z0-9+/=\n]{1,400})" + re.escape(_END))
_PUBLIC_BEGIN = b"-----BEGIN PUBLIC KEY-----"


def create_ed25519(path: Path, passphrase: bytes) -> bytes:
    """Make an Ed25519 key and keep it in a new file at `path`; gives its 32-byte public key.

    Raises KeyFileError when the file exists or cannot be written, InvalidInputError for a short passphrase.
    """
    seed = secrets.token_bytes(ed25519.SEED_SIZE)
    write_ed25519(path, seed, passphrase)
    public, _ = ed25519.key_pair(seed)
    return public


def create_serial_master(path: Path, passphrase: bytes) -> None:
    """Make a serial master and keep it in a new file at `path`; raises as `create_ed25519`."""
    write_serial_master(path, secrets.token_bytes(SERIAL_MASTER_SIZE), passphrase)


def write_ed25519(path: Path, seed: bytes, passphrase: bytes) -> None:
    """Keep an existing 32-byte seed (a backup, a ceremony's) in a new file at `path`; raises as `create_ed25519`."""
    check_passphrase(passphrase)
    key = Ed25519PrivateKey.from_private_bytes(seed)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    write_new(path, private + _public_pem(key))


def write_serial_master(path: Path, master: bytes, passphrase: bytes) -> None:
    """Keep an existing 32-byte serial master in a new file at `path`; raises as `create_ed25519`."""
    check_passphrase(passphrase)
    if len(master) != SERIAL_MASTER_SIZE:
        raise ValueError(f"a serial master has {SERIAL_MASTER_SIZE} bytes")
    header = _VERSION + secrets.token_bytes(_SALT_SIZE + _NONCE_SIZE)
    sealed = header + _cipher(header, passphrase).encrypt(header[-_NONCE_SIZE:], master, _PURPOSE + header)
    text = base64.b64encode(sealed).decode()
    lines = "".join(text[at : at + 64] + "\n" for at in range(0, len(text), 64))
    write_new(path, (_BEGIN + lines + _END).encode())


def load_ed25519(path: Path, passphrase: bytes) -> bytes:
    """The 32-byte seed kept at `path`.

    Raises KeyFileError, with the remedy, when the file is missing, readable by others, not encrypted, damaged, of
    another kind of key, or when the passphrase does not open it.
    """
    private, mark, public = read_private(path).partition(_PUBLIC_BEGIN)
    if not private.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----") or not mark:
        raise _damaged(path, "不是加密私钥加公钥的 PEM", "it is not the PEM of an encrypted key with its public half")
    try:
        key = load_pem_private_key(private, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError):
        # InternalError is what cryptography makes of an Ed25519 key that is not of 32 bytes.
        raise does_not_open(path) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _damaged(path, "不是 Ed25519 密钥", "it is not an Ed25519 key")
    if _public_pem(key) != mark + public:
        raise _damaged(path, "公钥与私钥不符", "its public half does not belong to its private one")
    return key.private_bytes_raw()


def load_serial_master(path: Path, passphrase: bytes) -> bytes:
    """The 32-byte serial master kept at `path`; raises as `load_ed25519`."""
    sealed = _dearmoured(path, read_private(path))
    header, rest = sealed[:_HEADER_SIZE], sealed[_HEADER_SIZE:]
    if not header.startswith(_VERSION):
        raise _damaged(path, "版本未知", "its version is unknown")
    try:
        return _cipher(header, passphrase).decrypt(header[-_NONCE_SIZE:], rest, _PURPOSE + header)
    except InvalidTag:
        raise does_not_open(path) from None


def _cipher(header: bytes, passphrase: bytes) -> AESGCM:
    salt = header[len(_VERSION) : -_NONCE_SIZE]
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase))


def _public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _dearmoured(path: Path, raw: bytes) -> bytes:
    armour = _ARMOUR.fullmatch(raw.decode("latin-1"))
    try:
        sealed = base64.b64decode(armour[1].replace("\n", ""), validate=True) if armour else b""
    except binascii.Error:
        sealed = b""
    if len(sealed) != _SEALED_SIZE:
        raise _damaged(path, "不是赋码主密钥文件", "it is not a serial master's file")
    return sealed


def read_private(path: Path) -> bytes:
    """The file's first `MAX_FILE_SIZE` bytes, after making sure that nobody but its owner may read or write it.

    Raises KeyFileError with the remedy.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise _damaged(path, "不是普通文件", "it is not a regular file")
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise _refused(
                    path,
                    f"权限为 {stat.S_IMODE(mode):04o}，其他用户可以访问",
                    f"its mode is {stat.S_IMODE(mode):04o}: others have access",
                    f"请运行 chmod 600 {path.name}，并考虑该密钥是否已被他人读取",
                    f"Run chmod 600 {path.name}, and consider whether somebody has read the key",
                )
            return file.read(MAX_FILE_SIZE)
    except FileNotFoundError:
        raise _refused(
            path,
            "密钥文件不存在",
            "the key file is missing",
            "请运行 gimark init，或从备份恢复",
            "Run gimark init or restore it from its backup",
        ) from None
    except OSError as error:
        raise _refused(
            path,
            f"无法读取密钥文件（{error.strerror}）",
            f"the key file cannot be read ({error.strerror})",
            "请检查文件的所有者和权限",
            "Check the file's owner and mode",
        ) from error


def write_new(path: Path, content: bytes) -> None:
    """Put `content` in a new file for its owner alone, on the disk when this returns; raises KeyFileError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise _refused(
            path,
            "密钥文件已存在，绝不覆盖",
            "the key file exists and is never written over",
            "请先确认并移走旧文件",
            "Make sure of the old file and move it away first",
        ) from None
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink()
        raise _unwritable(path, error) from error


def check_passphrase(passphrase: bytes) -> None:
    """Refuse, with InvalidInputError, a passphrase that is too short to be strong."""
    if len(passphrase) < MIN_PASSPHRASE_SIZE:
        raise invalid(
            "passphrase",
            f"口令只有 {len(passphrase)} 字节",
            f"a passphrase of {len(passphrase)} bytes",
            f"请使用至少 {MIN_PASSPHRASE_SIZE} 字节的随机口令",
            f"Use a random passphrase of at least {MIN_PASSPHRASE_SIZE} bytes",
        )


def does_not_open(path: Path) -> KeyFileError:
    """The error of a key file that the passphrase does not open."""
    return _refused(
        path,
        "口令打不开密钥文件，口令不对或文件已损坏",
        "the passphrase does not open the key file: it is wrong, or the file is damaged",
        "请检查口令文件或环境变量；口令无误时从备份恢复密钥文件",
        "Check the passphrase's file or variable; if it is right, restore the key file from its backup",
    )


def _damaged(path: Path, reason_zh: str, reason_en: str) -> KeyFileError:
    return _refused(
        path,
        f"密钥文件无法使用：{reason_zh}",
        f"the key file cannot be used: {reason_en}",
        "请从备份恢复",
        "Restore it from its backup",
    )


def _unwritable(path: Path, error: OSError) -> KeyFileError:
    return _refused(
        path,
        f"无法写入密钥文件（{error.strerror}）",
        f"the key file cannot be written ({error.strerror})",
        "请检查目录的所有者、权限和磁盘空间",
        "Check the folder's owner and mode, and the room on the disk",
    )


def _refused(path: Path, reason_zh: str, reason_en: str, remedy_zh: str, remedy_en: str) -> KeyFileError:
    return KeyFileError((Fault(path.name, reason_zh, reason_en, remedy_zh, remedy_en),))

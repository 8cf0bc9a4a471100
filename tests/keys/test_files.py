"""Key files: what is kept comes back, and nothing opens that should not."""

import os
import subprocess
from base64 import encodebytes
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gimark.errors import InvalidInputError, KeyFileError
from gimark.keys import ed25519, files

PASSPHRASE = b"correct horse battery staple"

Load = Callable[[Path, bytes], bytes]
KINDS = [
    pytest.param(files.create_ed25519, files.load_ed25519, id="ed25519"),
    pytest.param(files.create_serial_master, files.load_serial_master, id="serial-master"),
]


def refusal(load: Load, path: Path, passphrase: bytes = PASSPHRASE) -> str:
    """The reason in English; checks that the file is named and a remedy given."""
    with pytest.raises(KeyFileError) as caught:
        load(path, passphrase)
    fault = caught.value.faults[0]
    assert fault.field == path.name
    assert fault.remedy_zh
    assert PASSPHRASE.decode() not in str(caught.value)
    return fault.reason_en


def test_an_ed25519_key_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "issuing-0001.pem"
    public = files.create_ed25519(path, PASSPHRASE)
    seed = files.load_ed25519(path, PASSPHRASE)
    assert ed25519.key_pair(seed)[0] == public
    assert path.stat().st_mode & 0o777 == 0o600


def test_openssl_reads_the_key_file(tmp_path: Path) -> None:
    path = tmp_path / "issuing-0001.pem"
    public = files.create_ed25519(path, PASSPHRASE)
    text = subprocess.run(
        ["openssl", "pkey", "-in", str(path), "-passin", "stdin", "-text_pub", "-noout"],
        input=PASSPHRASE + b"\n",
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert "ED25519" in text
    assert public.hex() in "".join(c for c in text if c in "0123456789abcdef")


def test_two_keys_are_never_the_same(tmp_path: Path) -> None:
    assert files.create_ed25519(tmp_path / "a", PASSPHRASE) != files.create_ed25519(tmp_path / "b", PASSPHRASE)


def test_a_serial_master_comes_back_and_stands_nowhere_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "serial-1.key"
    master = bytes(range(32))
    files.write_serial_master(path, master, PASSPHRASE)
    assert files.load_serial_master(path, PASSPHRASE) == master
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith("-----BEGIN GIMARK SERIAL MASTER-----\n")
    assert master[:8] not in path.read_bytes()


def test_the_same_master_is_sealed_differently_each_time(tmp_path: Path) -> None:
    files.write_serial_master(tmp_path / "a", bytes(32), PASSPHRASE)
    files.write_serial_master(tmp_path / "b", bytes(32), PASSPHRASE)
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(("create", "load"), KINDS)
def test_a_wrong_passphrase_opens_nothing(tmp_path: Path, create: Load, load: Load) -> None:
    create(tmp_path / "key", PASSPHRASE)
    for wrong in (b"", b"correct horse battery stapl", PASSPHRASE + b"\n"):
        assert "passphrase does not open" in refusal(load, tmp_path / "key", wrong)


@pytest.mark.parametrize(("create", "load"), KINDS)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
def test_a_file_others_can_reach_is_refused(tmp_path: Path, create: Load, load: Load, mode: int) -> None:
    path = tmp_path / "key"
    create(path, PASSPHRASE)
    path.chmod(mode)
    assert f"{mode:04o}" in refusal(load, path)


@pytest.mark.parametrize(("create", "load"), KINDS)
def test_a_missing_file_says_how_to_get_one(tmp_path: Path, create: Load, load: Load) -> None:
    assert "missing" in refusal(load, tmp_path / "key")


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return bytes([tag, *([0x81] if len(body) > 127 else []), len(body)]) + body


def test_a_key_of_another_length_that_decrypts_is_refused_like_any_damage(tmp_path: Path) -> None:
    # RFC 5958 and RFC 8018 by hand: nothing but damage makes an Ed25519 key of 31 bytes.
    algorithm, salt = der(0x30, der(6, bytes.fromhex("2b6570"))), bytes(16)
    padder = PKCS7(128).padder()
    plain = padder.update(der(0x30, der(2, b"\0"), algorithm, der(4, der(4, bytes(31))))) + padder.finalize()
    cipher = Cipher(AES(PBKDF2HMAC(SHA256(), 32, salt, 2048).derive(PASSPHRASE)), CBC(salt)).encryptor()
    pbes2, pbkdf2 = (der(6, bytes.fromhex(f"2a864886f70d01050{last}")) for last in "dc")
    hmac = der(0x30, der(6, bytes.fromhex("2a864886f70d0209")), b"\x05\0")
    derived = der(0x30, pbkdf2, der(0x30, der(4, salt), der(2, b"\x08\0"), hmac))
    aes = der(0x30, der(6, bytes.fromhex("60864801650304012a")), der(4, salt))
    whole = der(0x30, der(0x30, pbes2, der(0x30, derived, aes)), der(4, cipher.update(plain)))
    path = tmp_path / "key"
    files.create_ed25519(path, PASSPHRASE)
    public = b"-----BEGIN PUBLIC" + path.read_bytes().partition(b"-----BEGIN PUBLIC")[2]
    begin, end = (f"-----{word} ENCRYPTED PRIVATE KEY-----\n".encode() for word in ("BEGIN", "END"))
    path.write_bytes(begin + encodebytes(whole) + end + public)
    assert refusal(files.load_ed25519, path)


@pytest.mark.parametrize(("create", "load"), KINDS)
def test_a_damaged_file_never_gives_another_key(tmp_path: Path, create: Load, load: Load) -> None:
    path = tmp_path / "key"
    create(path, PASSPHRASE)
    content, key = path.read_bytes(), load(path, PASSPHRASE)
    refused = 0
    for at in range(36, len(content) - 36, 5 if load is files.load_ed25519 else 17):
        damaged = bytearray(content)
        damaged[at] = ord("A") if damaged[at] != ord("A") else ord("B")
        path.write_bytes(damaged)
        try:
            assert load(path, PASSPHRASE) == key, at
        except KeyFileError:
            refused += 1
    assert refused > 4


@pytest.mark.parametrize(("create", "load"), KINDS)
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"-----BEGIN PRIVATE KEY-----\n", b"A" * 20_000])
def test_what_is_no_key_file_is_refused(tmp_path: Path, create: Load, load: Load, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)
    assert "cannot be used" in refusal(load, path)


def test_a_cut_master_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    files.create_serial_master(path, PASSPHRASE)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1] + lines[-1])
    assert "not a serial master" in refusal(files.load_serial_master, path)


def test_one_kind_does_not_open_as_the_other(tmp_path: Path) -> None:
    files.create_ed25519(tmp_path / "a", PASSPHRASE)
    files.create_serial_master(tmp_path / "b", PASSPHRASE)
    refusal(files.load_serial_master, tmp_path / "a")
    refusal(files.load_ed25519, tmp_path / "b")


def test_a_key_in_the_clear_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    assert "encrypted" in refusal(files.load_ed25519, path)


def test_the_public_half_of_another_key_is_refused(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    files.create_ed25519(one, PASSPHRASE)
    files.create_ed25519(other, PASSPHRASE)
    mark = b"-----BEGIN PUBLIC KEY-----"
    one.write_bytes(one.read_bytes().partition(mark)[0] + mark + other.read_bytes().partition(mark)[2])
    assert "public half" in refusal(files.load_ed25519, one)


def test_another_algorithm_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = generate_private_key(SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE))
    path.write_bytes(private + key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    path.chmod(0o600)
    assert "not an Ed25519" in refusal(files.load_ed25519, path)


@pytest.mark.parametrize(("create", "load"), KINDS)
def test_a_key_file_is_never_written_over(tmp_path: Path, create: Load, load: Load) -> None:
    path = tmp_path / "key"
    create(path, PASSPHRASE)
    before = path.read_bytes()
    assert "never written over" in refusal(create, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("create", "load"), KINDS)
def test_a_short_passphrase_is_refused_and_leaves_no_file(tmp_path: Path, create: Load, load: Load) -> None:
    with pytest.raises(InvalidInputError) as caught:
        create(tmp_path / "key", b"short")
    assert caught.value.faults[0].field == "passphrase"
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize(("create", "load"), KINDS)
def test_a_folder_that_is_not_there_is_told(tmp_path: Path, create: Load, load: Load) -> None:
    assert "cannot be written" in refusal(create, tmp_path / "no" / "key")
    (tmp_path / "folder").mkdir()
    assert "cannot be read" in refusal(load, tmp_path / "folder")


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in refusal(files.create_ed25519, tmp_path / "key")
    assert not (tmp_path / "key").exists()

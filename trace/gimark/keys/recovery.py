"""The recovery key: what an installation seals for the day its serial master is lost, this key opens.

Its private half lies off line with the root's, as an age file under a passphrase that holds the line
`AGE-SECRET-KEY-1…`; the tool `age` takes that file as an identity. Its public half, one line `age1…`, stays with the
installation, which can seal and never open.
"""

from pathlib import Path

from gimark.errors import Fault, InvalidInputError, KeyFileError
from gimark.keys.age import Identity, Recipient, seal_by_passphrase, unseal_by_passphrase
from gimark.keys.files import check_passphrase, does_not_open, read_private, write_new


def create_recovery(path: Path, passphrase: bytes) -> Recipient:
    """Make a recovery key and keep its private half in a new file at `path`; gives the public half.

    Raises KeyFileError when the file exists or cannot be written, InvalidInputError for a short passphrase.
    """
    check_passphrase(passphrase)
    identity = Identity.new()
    write_new(path, seal_by_passphrase(f"{identity.text}\n".encode(), passphrase))
    return identity.recipient


def load_recovery(path: Path, passphrase: bytes) -> Identity:
    """The private half kept at `path`; raises KeyFileError when it is missing, open to others, or does not open."""
    try:
        text = unseal_by_passphrase(read_private(path), passphrase, path.name).decode("ascii")
        return Identity(text.rstrip("\n"))
    except (InvalidInputError, ValueError):
        raise does_not_open(path) from None


def write_recipient(path: Path, recipient: Recipient) -> None:
    """Keep a public half in a new file at `path`; raises KeyFileError when there is one already."""
    write_new(path, f"{recipient}\n".encode())


def load_recipient(path: Path) -> Recipient | None:
    """The public half kept at `path`, None when there is no such file; raises KeyFileError when it is no such key.

    Whoever could change it would have everything to come sealed to himself: it must be the owner's alone to write.
    """
    if not path.exists():
        return None
    try:
        return Recipient(read_private(path).decode("ascii").strip())
    except ValueError:
        raise KeyFileError(
            (
                Fault(
                    path.name,
                    "不是恢复密钥的公钥（age1…）",
                    "it is not the public half of a recovery key (age1…)",
                    "请从备份恢复该文件",
                    "Restore it from its backup",
                ),
            )
        ) from None

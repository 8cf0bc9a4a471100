"""Keeps what was read out of python-qrcode on disk, so that a process starts in milliseconds instead of a second."""

import hashlib
import io
import logging
import os
import tempfile
from importlib.metadata import version as installed_version
from pathlib import Path

import numpy as np

from labels.errors import CarrierError, Fault
from labels.qr.symbolmap import LARGEST_VERSION, Level, SymbolMap, read_symbol_map

_log = logging.getLogger(__name__)
_FORMAT = 1
_DIGEST = hashlib.sha256().digest_size


def load_symbol_map(version: int, level: Level, cache_dir: Path | None) -> SymbolMap:
    """The map from the cache, else read anew and cached.

    A file that is damaged is not believed and written again; one that cannot be written is done without.
    """
    if not 1 <= version <= LARGEST_VERSION:
        raise CarrierError([_unsupported(version)])
    if cache_dir is None:
        return read_symbol_map(version, level)
    path = cache_dir / f"qr-{_FORMAT}-qrcode-{installed_version('qrcode')}-{version}{level}.bin"
    found = _read(path, version, level)
    if found is None:
        found = read_symbol_map(version, level)
        try:
            _write(path, found)
        except OSError as failed:
            # Labels can be drawn without the file; whatever is wrong with the disk is said where it matters.
            _log.warning("QR tables could not be kept at %s: %s", path, failed)
    return found


def _read(path: Path, version: int, level: Level) -> SymbolMap | None:
    """None when there is no file or its digest does not match."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    digest, body = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(body).digest() != digest:
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        return SymbolMap(version, level, arrays["basis"], arrays["final"], arrays["trial"])


def _write(path: Path, found: SymbolMap) -> None:
    """Under another name first: a reader sees the whole file or none, also when two processes write at once."""
    body = io.BytesIO()
    np.savez(body, basis=found.basis, final=found.final, trial=found.trial)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(body.getvalue()).digest())
            file.write(body.getvalue())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _unsupported(version: int) -> Fault:
    return Fault(
        "version",
        f"不支持版本 {version} 的二维码",
        f"QR version {version} is not supported",
        f"选用 1 到 {LARGEST_VERSION} 的版本",
        f"choose a version from 1 to {LARGEST_VERSION}",
    )

"""What was read out of python-qrcode is kept on disk, and a file that is damaged is not believed."""

from pathlib import Path

import numpy as np
import pytest

from labels.qr import mapcache
from labels.qr.mapcache import load_symbol_map
from labels.qr.symbolmap import SymbolMap, read_symbol_map


def same(one: SymbolMap, other: SymbolMap) -> bool:
    return all((getattr(one, part) == getattr(other, part)).all() for part in ("basis", "final", "trial"))


def test_the_second_process_reads_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_symbol_map(3, "M", tmp_path)
    monkeypatch.setattr(mapcache, "read_symbol_map", None)
    assert same(load_symbol_map(3, "M", tmp_path), first)


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1], lambda raw: raw[:99] + b"?" + raw[100:], lambda _: b""])
def test_a_damaged_file_is_read_anew_and_mended(tmp_path: Path, damage: object) -> None:
    sound = load_symbol_map(3, "M", tmp_path)
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    assert callable(damage)
    file.write_bytes(damage(content))
    assert same(load_symbol_map(3, "M", tmp_path), sound)
    assert file.read_bytes() == content


def test_the_file_is_named_after_qrcodes_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_symbol_map(1, "L", tmp_path)
    monkeypatch.setattr(mapcache, "installed_version", lambda name: "99.0" if name == "qrcode" else "")
    load_symbol_map(1, "L", tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_without_a_folder_nothing_is_written(tmp_path: Path) -> None:
    assert same(load_symbol_map(2, "Q", None), read_symbol_map(2, "Q"))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_costs_the_cache_but_not_the_label(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_space(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mapcache.Path, "replace", no_space)
    assert same(load_symbol_map(1, "L", tmp_path), read_symbol_map(1, "L"))
    assert list(tmp_path.iterdir()) == []
    assert "No space left" in caplog.text


def test_a_basis_of_version_9m_has_a_row_for_each_data_bit() -> None:
    read = read_symbol_map(9, "M")
    assert read.basis.shape == (8 * 182, 53, 7)
    # One data bit reaches all 22 check codewords of its block.
    assert np.unpackbits(read.basis, axis=2).sum(axis=(1, 2)).min() > 40

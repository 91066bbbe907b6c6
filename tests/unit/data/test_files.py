"""Writing whole files or none."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from neuromix.data.files import replace_file, replacing
from neuromix.data.netcdf import read_dataset, write_dataset
from neuromix.errors import BadValue, DiskFull


def names(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_is_written_with_its_folders(tmp_path):
    path = tmp_path / "a b" / "é" / "x.json"
    assert replace_file(path, b"whole") == path
    assert path.read_bytes() == b"whole"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    replace_file(path, b"other")
    assert path.read_bytes() == b"other"
    assert names(tmp_path) == ["x.json"]


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt, OSError])
def test_an_interrupted_file_leaves_the_old_one(tmp_path, kind):
    path = tmp_path / "x.json"
    path.write_bytes(b"old")

    def write():
        with replacing(path) as beside:
            beside.write_bytes(b"ha")
            raise kind("half way")

    with pytest.raises((kind, BadValue)):
        write()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["x.json"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk(tmp_path, monkeypatch, code, step):
    path = tmp_path / "x.json"
    path.write_bytes(b"old")

    def full(*_arguments, **_more):
        raise OSError(code, os.strerror(code))

    from neuromix.data import files

    place = {"write": "write_bytes", "replace": "replace"}.get(step)
    if place:
        monkeypatch.setattr(files.Path, place, full)
    else:
        monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(DiskFull, match=r"no space left to write .*x\.json"):
        replace_file(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["x.json"]


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadValue, match="cannot write"):
        replace_file(tmp_path / "file" / "x.json", b"")
    (tmp_path / "taken.json").mkdir()
    with pytest.raises(BadValue, match="cannot write"):
        replace_file(tmp_path / "taken.json", b"")
    assert names(tmp_path) == ["file"]


@pytest.fixture
def dataset():
    found = xr.Dataset(
        {
            "rate": (("corner", "sample"), np.array([[1.0, np.nan], [3.0, 4.0]]), {"units": "Hz"}),
            "failure": ("corner", ["", "NotConverged"]),
        },
        {"corner": ["tt", "ss"], "temperature": 300.15},
        {"cell": "x", "samples": 2},
    )
    found["latency"] = ("corner", [1e-3, 2e-3], {"units": "s"})
    found["large"] = ("point", np.random.default_rng(1).normal(size=5000))
    return found


def test_a_dataset_round_trip(tmp_path, dataset):
    path = write_dataset(dataset, tmp_path / "x.gf180mcu.nc")
    found = read_dataset(path)
    xr.testing.assert_identical(found, dataset)
    assert found["rate"].attrs["units"] == "Hz"
    assert names(tmp_path) == ["x.gf180mcu.nc"]


def test_a_truncated_dataset_is_refused(tmp_path, dataset):
    path = write_dataset(dataset, tmp_path / "x.nc")
    raw = path.read_bytes()
    for length in np.linspace(0, len(raw) - 1, 100).astype(int):
        path.write_bytes(raw[:length])
        with pytest.raises(BadValue, match="not a dataset"):
            read_dataset(path)


# What h5netcdf cannot open must not leave a half-made object behind, whose end is a traceback.
@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_flipped_byte_is_refused_or_harmless(tmp_path, dataset):
    path = write_dataset(dataset, tmp_path / "x.nc")
    raw, chance = path.read_bytes(), np.random.default_rng(4)
    refused = 0
    for _ in range(100):
        at, bit = int(chance.integers(len(raw))), 1 << int(chance.integers(8))
        path.write_bytes(raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :])
        try:
            found = read_dataset(path)
        except BadValue:
            refused += 1
        else:
            # Some bytes carry nothing: padding between the parts of the file.
            xr.testing.assert_identical(found, dataset)
    assert refused > 50


@pytest.mark.parametrize("raw", [b"", b"not a dataset", b"\x89HDF\r\n\x1a\n" + b"\x00" * 64])
def test_what_is_no_dataset(tmp_path, raw):
    path = tmp_path / "x.nc"
    path.write_bytes(raw)
    with pytest.raises(BadValue, match="not a dataset"):
        read_dataset(path)
    with pytest.raises(BadValue, match="not a dataset"):
        read_dataset(tmp_path / "absent.nc")


def test_a_link_keeps_pointing_where_it_points(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_device_or_a_folder_is_not_replaced(tmp_path):
    for path in (Path("/dev/null"), tmp_path):
        with pytest.raises(BadValue, match="is not a file"):
            replace_file(path, b"new")
    assert Path("/dev/null").is_char_device()

"""The model file is found where it should be, and only the pinned one is taken."""

from __future__ import annotations

import hashlib
import os

import pytest

from neuromix import pdk
from neuromix.errors import ModelSetMissing


def test_missing_names_the_cure(small, own_data_folder):
    with pytest.raises(ModelSetMissing, match="not installed") as caught:
        pdk.model_file(small)
    assert caught.value.cure == "neuromix pdk install small"
    assert str(own_data_folder) in str(caught.value)
    assert "nothing to install for generic180" in str(caught.value)


def test_installed_file_is_pinned(small, own_data_folder, wheel):
    file = pdk.install(small, wheel)
    assert pdk.identity(small) == (file, small.model_set.sha256)
    assert own_data_folder in file.parents


def test_one_changed_byte_is_seen_in_the_same_process(small, own_data_folder, wheel):
    file = pdk.install(small, wheel)
    pdk.identity(small)
    content = bytearray(file.read_bytes())
    content[10] ^= 1
    state = file.stat()
    file.write_bytes(content)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    with pytest.raises(ModelSetMissing, match="has been changed") as caught:
        pdk.identity(small)
    assert small.model_set.sha256 in str(caught.value)


def test_open_pdks_comes_first_with_its_own_hash(
    small, own_data_folder, wheel, tmp_path, monkeypatch
):
    pdk.install(small, wheel)
    file = tmp_path / "pdks" / "smallD" / small.model_set.open_pdks
    file.parent.mkdir(parents=True)
    file.write_text("* another version\n")
    monkeypatch.setenv("PDK_ROOT", str(tmp_path / "pdks"))
    monkeypatch.setenv("PDK", "smallD")
    assert pdk.identity(small) == (file, hashlib.sha256(b"* another version\n").hexdigest())
    monkeypatch.setenv("PDK", "sky130A")
    assert pdk.identity(small)[1] == small.model_set.sha256

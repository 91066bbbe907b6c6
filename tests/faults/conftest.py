"""Processes: whose workers live, and what they leave behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

WORKER = b"neuromix.engine.worker"


def _workers(parent: int | None = None) -> set[int]:
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes()
            line = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if WORKER in words and line[0] != "Z" and parent in {None, int(line[1])}:
            found.add(int(entry.name))
    return found


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def workers_of():
    """Return the living ngspice workers of a process."""
    return _workers


@pytest.fixture
def alive():
    """Tell whether a process lives; a zombie does not."""
    return _alive


@pytest.fixture
def within():
    """Wait until something holds; return whether it did in time."""

    def wait(seconds, holds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return True
            time.sleep(0.02)
        return bool(holds())

    return wait


@pytest.fixture
def own_temporary_folder(tmp_path, monkeypatch):
    """Where workers make their folders during this test; its content can be looked at."""
    import tempfile

    folder = tmp_path / "tmp of this test"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    tempfile.tempdir = None


@pytest.fixture
def no_zombie():
    """Fail where a child of this process was not waited for."""

    def children():
        found = set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if line[0] == "Z" and int(line[1]) == os.getpid():
                    found.add(int(entry.name))
        return found

    before = children()
    yield
    assert children() <= before

"""Processes: whose workers live, and what they leave behind."""

from __future__ import annotations

import os
from pathlib import Path

import processes
import pytest


@pytest.fixture
def workers_of():
    """Return the living ngspice workers of a process."""
    return processes.workers


@pytest.fixture
def alive():
    """Tell whether a process lives; a zombie does not."""
    return processes.alive


@pytest.fixture
def within():
    """Wait until something holds; return whether it did in time."""
    return processes.within


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

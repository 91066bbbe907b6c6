"""Processes, for tests: whose workers live, and waiting until something holds."""

from __future__ import annotations

import time
from pathlib import Path

WORKER = b"neuromix.engine.worker"


def workers(parent: int | None = None) -> set[int]:
    """Return the living ngspice workers of a process, or of all."""
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


def alive(pid: int) -> bool:
    """Tell whether a process lives; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def within(seconds, holds):
    """Wait until something holds; return whether it did in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return bool(holds())


def journals(folder):
    """Return the journals of campaigns below a folder."""
    return sorted(folder.rglob("journal"))


def recorded(folder):
    """Return how many runs the journals of a folder have begun to write down."""
    return sum(path.read_bytes().count(b"\x93run") for path in journals(folder))

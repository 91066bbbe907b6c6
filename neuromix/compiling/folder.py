"""The folder of machine code: one file an entry, sealed, written beside and then put in place.

An entry holds a pickle, since that is how numba hands out what it has compiled. So it is read only
from a folder that belongs to the user and that nobody else may write to, and only where its seal is
whole. A folder that cannot be had is no error: kernels are compiled anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import platformdirs

from neuromix.data.files import replace_file
from neuromix.errors import NeuromixError

SEAL = hashlib.sha256().digest_size
"""Bytes at the beginning of an entry: the hash of the rest."""

ENTRIES = 300
"""Of which the ones that were not used for the longest time make room for others."""

SUFFIX = ".machine-code"

OTHERS_MAY_WRITE = 0o022


def folder() -> Path:
    """Return where machine code is kept: under ``NEUROMIX_CACHE``, else in the user's cache."""
    chosen = os.environ.get("NEUROMIX_CACHE")
    return (Path(chosen) if chosen else platformdirs.user_cache_path("neuromix")) / "kernels"


def is_ours(place: Path) -> bool:
    """Tell whether a folder is there, belongs to this user, and is closed to others."""
    try:
        state = place.stat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return True
    return state.st_uid == os.getuid() and not state.st_mode & OTHERS_MAY_WRITE


def read_entry(key: str) -> bytes | None:
    """Return what is kept under a key, or None where nothing whole is."""
    place = folder()
    if not is_ours(place):
        return None
    file = place / f"{key}{SUFFIX}"
    try:
        sealed = file.read_bytes()
    except OSError:
        return None
    with contextlib.suppress(OSError):
        os.utime(file)
    seal, content = sealed[:SEAL], sealed[SEAL:]
    return content if hashlib.sha256(content).digest() == seal else None


def write_entry(key: str, content: bytes) -> None:
    """Keep ``content`` under a key, where that is possible."""
    place = folder()
    with contextlib.suppress(OSError, NeuromixError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_ours(place):
            seal = hashlib.sha256(content).digest()
            replace_file(place / f"{key}{SUFFIX}", seal + content)
            _make_room(place)


def _make_room(place: Path) -> None:
    entries = [(file.stat().st_mtime, file) for file in place.glob(f"*{SUFFIX}")]
    for _, file in sorted(entries)[: max(0, len(entries) - ENTRIES)]:
        file.unlink(missing_ok=True)

"""Writing without ever leaving half a file behind."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from neuromix.errors import BadValue, DiskFull


def as_path(value: object, of: str) -> Path:
    """Return what a user gave as the path of a file or folder.

    Raises
    ------
    BadValue
        Where it is no path.
    """
    if not isinstance(value, (str, os.PathLike)):
        raise BadValue(f"{of}: {value!r} is not a path", cure='a path in quotes, such as "results"')
    return Path(value)


def existing_file(value: object, of: str) -> Path:
    """Return what a user gave as the path of a file that can be read to its end.

    Raises
    ------
    BadValue
        Where there is none, or it is a folder, a device or a pipe, which may never end.
    """
    file = as_path(value, of)
    if not file.is_file():
        what = "is not a file" if file.exists() else "does not exist"
        raise BadValue(f"cannot read {file}: it {what}", cure="the path of a file")
    return file


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; on success it takes the place of ``path``.

    Folders that are missing on the way to it are made, whatever is written.

    Raises
    ------
    DiskFull
        Where the file system is full.
    BadValue
        Where the folder cannot be written, or ``path`` is a folder or a device.
    """
    # A link keeps pointing where it points, and a device is not something to put a file over.
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not path.is_file():
        raise BadValue(
            f"cannot write {path}: it is not a file", cure="the name of a file, existing or new"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent
        )
    except OSError as error:
        raise named(path, error) from error
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    except OSError as error:
        raise named(path, error) from error
    finally:
        beside.unlink(missing_ok=True)


def named(path: Path, error: OSError) -> DiskFull | BadValue:
    """Return the error of ours for a failure to write ``path``."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(
            f"no space left to write {path}", cure="free some space, or write elsewhere"
        )
    return BadValue(f"cannot write {path}", [str(error)], "a folder that you may write to")


def replace_file(path: Path, content: bytes) -> Path:
    """Write ``content`` to ``path`` in one piece, and return the path."""
    with replacing(path) as beside:
        beside.write_bytes(content)
    return path

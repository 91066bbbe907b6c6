"""NIR graphs in HDF5 files: what does not fit, links elsewhere or is damaged is refused."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

from neuromix.data.files import as_path, existing_file, replacing
from neuromix.errors import BadValue, MissingExtra, ModelFileError

MOST_BYTES = 1 << 30
"""That the arrays of a file may take once they are unpacked."""

MOST_OBJECTS = 100_000
"""Groups and arrays of a file."""

SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""The first bytes of an HDF5 file (The HDF Group, "HDF5 File Format Specification", III.A)."""

DAMAGED = (
    AssertionError,
    AttributeError,
    KeyError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What h5py and ``nir`` raise where a file is not what they expect."""


def library() -> Any:
    """Return the package ``nir``.

    Raises
    ------
    MissingExtra
        Where it is not installed.
    """
    try:
        return importlib.import_module("nir")
    except ImportError as error:
        raise MissingExtra(
            "NIR graphs need the package nir", [str(error)], "pip install 'neuromix[nir]'"
        ) from error


def load(path: str | os.PathLike[str]) -> Any:
    """Return the ``nir.NIRGraph`` of a file.

    Shapes are not checked here: see :mod:`neuromix.interop.nir.network`.

    Raises
    ------
    BadValue
        Where the file cannot be read at all.
    ModelFileError
        Where it is no HDF5, too large, links to other files, or holds no graph.
    MissingExtra
    """
    nir = library()
    file = existing_file(path, "nir.read")
    try:
        with file.open("rb") as stream:
            start = stream.read(len(SIGNATURE))
    except OSError as error:
        raise BadValue(f"cannot read {file}", [str(error)]) from error
    if start != SIGNATURE:
        raise ModelFileError(
            f"{file}: it is not HDF5, and a NIR graph is",
            [f"it starts with {start!r}"],
            "nir.write(path, graph) in the tool that trained the network",
        )
    try:
        _check(file)
        return nir.read(file, type_check=False)
    except DAMAGED as error:
        said = f"{type(error).__name__}: {error}"
        raise ModelFileError(f"{file}: it holds no graph that nir can read", [said]) from error


def store(path: str | Path, graph: Any) -> Path:
    """Write a ``nir.NIRGraph`` to a file in one piece, and return its path."""
    file = as_path(path, "nir.write")
    with replacing(file) as beside:
        library().write(beside, graph)
    return file


def _check(file: Path) -> None:
    """Look at all names and sizes before an array is unpacked."""
    import h5py

    with h5py.File(file, "r") as held:
        left, objects, size = [held], 0, 0
        while left:
            group = left.pop()
            for name in group:
                objects += 1
                where = f"{file}: {group.name.rstrip('/')}/{name}"
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise ModelFileError(f"{where} links to somewhere else", cure="copy the data")
                item = group[name]
                if isinstance(item, h5py.Group):
                    left.append(item)
                elif item.is_virtual or item.external:
                    raise ModelFileError(f"{where} lies in another file", cure="copy the data")
                else:
                    size += (item.size or 0) * item.dtype.itemsize
                if objects > MOST_OBJECTS or size > MOST_BYTES:
                    raise ModelFileError(
                        f"{file}: it is too large",
                        [f"{objects} objects and {size} bytes so far, {where} the last"],
                        f"at most {MOST_OBJECTS} objects and {MOST_BYTES} bytes",
                    )

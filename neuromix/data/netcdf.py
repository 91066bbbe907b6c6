"""Datasets on disk: NetCDF-4, written beside and then replaced."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuromix.data.files import replace_file
from neuromix.data.provenance import digest
from neuromix.errors import BadValue

if TYPE_CHECKING:
    import xarray as xr

SEAL = "content_sha256"
"""Attribute of a file that holds the hash of its content."""

WORTH_PACKING = 1024
"""Bytes of a variable; below, what packing adds is more than what it saves."""


def write_dataset(dataset: xr.Dataset, path: Path) -> Path:
    """Write a dataset in one piece, and return the path."""
    sealed = dataset.assign_attrs({SEAL: _content(dataset)})
    packed = {
        name: {"zlib": True, "shuffle": True, "complevel": 6}
        for name, variable in sealed.variables.items()
        if variable.dtype.kind in "biuf" and variable.nbytes > WORTH_PACKING
    }
    # In memory first: HDF5 on a full disk ends the process with a segmentation fault.
    raw = sealed.to_netcdf(engine="h5netcdf", invalid_netcdf=False, encoding=packed)
    return replace_file(path, bytes(raw))


def read_dataset(path: Path) -> xr.Dataset:
    """Read a dataset whole.

    Raises
    ------
    BadValue
        Where the file is missing, truncated, changed or not NetCDF.
    """
    import h5py
    import xarray as xr

    try:
        # Where this fails inside of h5netcdf, half an object is left, whose end is a traceback.
        with h5py.File(path, "r") as held:
            held.attrs.get("_nc3_strict")
        with xr.open_dataset(path, engine="h5netcdf") as opened:
            found = opened.load()
        seal = found.attrs.pop(SEAL, None)
        intact = seal is None or seal == _content(found)
    except Exception as error:  # a damaged HDF5 file raises whatever its libraries stumble on
        raise BadValue(f"{path} is not a dataset", [str(error)]) from error
    if not intact:
        raise BadValue(
            f"{path} is not a dataset that we wrote",
            ["its numbers have another hash than when it was written"],
            "characterize again, or take the file from where it was made",
        )
    return found


def _content(dataset: xr.Dataset) -> str:
    """Return one hash of all names, numbers and attributes."""
    parts: list[str | bytes] = []
    for name in sorted(map(str, dataset.variables)):
        variable = dataset[name].variable
        values = np.asarray(variable.values)
        plain = values.dtype.kind in "biuf"
        parts += [name, repr(tuple(map(str, variable.dims))), _words(variable.attrs)]
        parts.append(np.ascontiguousarray(values).tobytes() if plain else repr(values.tolist()))
    return digest(*parts, _words(dataset.attrs))


def _words(attributes: Mapping[Hashable, object]) -> str:
    return repr(sorted((str(k), np.asarray(v).tolist()) for k, v in attributes.items()))

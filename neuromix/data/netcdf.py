"""Datasets on disk: NetCDF-4, written beside and then replaced."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from neuromix.data.files import replacing
from neuromix.errors import BadValue

if TYPE_CHECKING:
    import xarray as xr


def write_dataset(dataset: xr.Dataset, path: Path) -> Path:
    """Write a dataset in one piece, and return the path."""
    with replacing(path) as beside:
        dataset.to_netcdf(beside, engine="h5netcdf", invalid_netcdf=False)
    return path


def read_dataset(path: Path) -> xr.Dataset:
    """Read a dataset whole.

    Raises
    ------
    BadValue
        Where the file is missing, truncated or not NetCDF.
    """
    import xarray as xr

    try:
        with xr.open_dataset(path, engine="h5netcdf") as opened:
            return opened.load()
    except (OSError, ValueError, KeyError) as error:
        raise BadValue(f"{path} is not a dataset", [str(error)]) from error

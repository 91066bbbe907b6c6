"""What libraries carry of characterized cells.

That is the model, ``circuits/CELL.TECHNOLOGY.model.json``, and the campaign that it was fitted to,
``circuits/CELL.TECHNOLOGY.nc``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from neuromix import library
from neuromix.declare import Cell
from neuromix.errors import UnknownName
from neuromix.models.model import Model
from neuromix.models.store import load

if TYPE_CHECKING:
    import xarray as xr

DEFAULT_TECHNOLOGY = "gf180mcu"
"""Of a name without a technology, where a library has it."""


def model(cell: Cell | str, technology: str | None = None) -> Model:
    """Load the model of a cell from the libraries.

    Parameters
    ----------
    cell : Cell or str
        The cell or its name.
    technology : str, optional
        gf180mcu, or the first in which there is a model.

    Raises
    ------
    UnknownName
        Where no library holds one.
    """
    return load(_found("model", library.model_files(), cell, technology))


def dataset(cell: Cell | str, technology: str | None = None) -> xr.Dataset:
    """Read the campaign that the model of a cell was fitted to, from the libraries.

    Parameters
    ----------
    cell, technology
        As for :func:`model`.

    Returns
    -------
    xarray.Dataset
        As :func:`neuromix.characterize` gave it.

    Raises
    ------
    UnknownName
        Where no library holds one.
    """
    from neuromix.data.netcdf import read_dataset

    return read_dataset(_found("dataset", library.dataset_files(), cell, technology))


def _found(
    kind: str, files: Mapping[tuple[str, str], Path], cell: Cell | str, technology: str | None
) -> Path:
    name = cell.name if isinstance(cell, Cell) else cell
    there = [where for owner, where in files if owner == name]
    chosen = technology
    if chosen is None:
        chosen = DEFAULT_TECHNOLOGY if DEFAULT_TECHNOLOGY in there or not there else there[0]
    if (name, chosen) not in files:
        error = UnknownName(kind, f"{name}.{chosen}", (".".join(key) for key in files))
        if not there:
            error.cure = f"nmx.characterize({name!r}) makes the dataset, and nmx.fit the model"
        raise error
    return files[name, chosen]

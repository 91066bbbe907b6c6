"""Reference files: NetCDF-4, a grid of its own for each waveform, tolerances beside the values."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from neuromix.comparison.number import Number
from neuromix.comparison.spike_train import SpikeTrain
from neuromix.comparison.tolerance import Tolerance
from neuromix.comparison.waveform import Waveform
from neuromix.data.netcdf import read_dataset, write_dataset
from neuromix.errors import BadValue
from neuromix.regression.quantities import Quantity
from neuromix.regression.reference import Entry, Reference

SCHEMA = "neuromix reference 1"
_WORTH_PACKING = 500
"""Values; the index of a packed array is larger than what packing fewer saves."""


def write_reference(path: Path, reference: Reference) -> Path:
    """Write a reference in one piece, and return the path."""
    dataset = xr.Dataset(
        attrs={
            "schema": SCHEMA,
            "origin": _words(reference.origin),
            "states": _words(reference.states),
            "history": _words([asdict(entry) for entry in reference.history]),
            "omitted": _words(reference.omitted),
        }
    )
    for name, quantity in reference.quantities.items():
        key = name.replace("%", "%25").replace("/", "%2F")
        _store(quantity, key, dataset)
        tolerance = asdict(reference.tolerances[name])
        dataset[key].attrs["tolerance"] = _words(tolerance)
    for variable in dataset.variables.values():
        variable.encoding = {"_FillValue": None}
        if variable.size >= _WORTH_PACKING:
            variable.encoding |= {"zlib": True, "complevel": 9, "shuffle": True}
    return write_dataset(dataset, path)


def read_reference(path: Path) -> Reference:
    """Read a reference.

    Raises
    ------
    BadValue
        Where the file is missing, damaged, or not a reference.
    """
    dataset = read_dataset(path)
    if dataset.attrs.get("schema") != SCHEMA:
        raise BadValue(
            f"{path} is not a reference",
            [f"its schema is {dataset.attrs.get('schema')!r}, not {SCHEMA!r}"],
        )
    quantities: dict[str, Quantity] = {}
    tolerances = {}
    for key, variable in dataset.data_vars.items():
        attributes = dict(variable.attrs)
        if "kind" not in attributes:
            continue
        name = str(key).replace("%2F", "/").replace("%25", "%")
        quantities[name] = _KINDS[attributes["kind"]](str(key), dataset)
        tolerances[name] = Tolerance(**json.loads(attributes["tolerance"]))
    history = tuple(Entry(**entry) for entry in json.loads(dataset.attrs["history"]))
    origin, states, omitted = (
        json.loads(dataset.attrs[item]) for item in ("origin", "states", "omitted")
    )
    return Reference(quantities, tolerances, origin, states, history, omitted)


def is_reference(path: Path) -> bool:
    """Tell whether a NetCDF file says that it is a reference; a damaged file might be one."""
    try:
        with xr.open_dataset(path, engine="h5netcdf") as opened:
            return opened.attrs.get("schema") == SCHEMA
    except (OSError, ValueError, KeyError, RuntimeError):
        return True


@functools.singledispatch
def _store(quantity: object, key: str, dataset: xr.Dataset) -> None:  # noqa: ARG001
    raise BadValue(f"a {type(quantity).__name__} cannot be stored")


@_store.register
def _(quantity: Waveform, key: str, dataset: xr.Dataset) -> None:
    axis = f"{key}_{quantity.axis}"
    dataset.coords[axis] = (axis, quantity.places, {"units": quantity.axis_unit})
    dataset[key] = (
        axis,
        quantity.values,
        {
            "kind": "waveform",
            "units": quantity.unit,
            "axis": quantity.axis,
            "logarithmic": int(quantity.logarithmic),
        },
    )


@_store.register
def _(quantity: SpikeTrain, key: str, dataset: xr.Dataset) -> None:
    number = f"{key}_number"
    dataset[key] = (number, quantity.time, {"kind": "spikes", "units": quantity.unit})
    dataset[f"{key}_address"] = (number, quantity.address)


@_store.register
def _(quantity: Number, key: str, dataset: xr.Dataset) -> None:
    dataset[key] = ((), quantity.value, {"kind": "number", "units": quantity.unit})


def _waveform(key: str, dataset: xr.Dataset) -> Waveform:
    variable = dataset[key]
    places = variable.coords[variable.dims[0]]
    return Waveform(
        places.values,
        variable.values,
        str(variable.attrs["units"]),
        str(variable.attrs["axis"]),
        str(places.attrs["units"]),
        bool(variable.attrs["logarithmic"]),
    )


def _spikes(key: str, dataset: xr.Dataset) -> SpikeTrain:
    variable = dataset[key]
    address = dataset[f"{key}_address"].values.astype(np.int64)
    return SpikeTrain(variable.values, address, str(variable.attrs["units"]))


def _number(key: str, dataset: xr.Dataset) -> Number:
    return Number(float(dataset[key]), str(dataset[key].attrs["units"]))


_KINDS: dict[str, Callable[[str, xr.Dataset], Quantity]] = {
    "waveform": _waveform,
    "spikes": _spikes,
    "number": _number,
}


def _words(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)

"""From what a user has (a dataset, a dict, a file, events) to quantities that can be compared."""

from __future__ import annotations

import csv
import functools
import itertools
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neuromix.comparison.number import Number
from neuromix.comparison.spike_train import SpikeTrain
from neuromix.comparison.waveform import Waveform
from neuromix.data.events import Events
from neuromix.errors import BadValue

Quantity = Waveform | SpikeTrain | Number
Quantities = dict[str, Quantity]

AXES = {"time": "s", "t": "s", "frequency": "Hz", "sweep": ""}
"""Names of an axis in a mapping, and its unit."""

ANGLES = frozenset({"deg", "degree", "°", "rad"})
"""Units of what is not compared on a logarithmic axis."""

_HEADING = re.compile(r"(?P<name>.*?)\s+[(\[](?P<unit>[^)\]]*)[)\]]")
"""A column's heading with a unit: ``v_out (V)``; no blank in ``v(out)``, which is a name."""


@functools.singledispatch
def quantities(data: object) -> Quantities:
    """Return the quantities of a result by name.

    Parameters
    ----------
    data : xarray.Dataset or DataArray, mapping, ndarray, Events, or path
        A mapping may hold ``"time"`` (``"frequency"``, ``"sweep"``) beside arrays of its length,
        pairs of arrays with a grid of their own, events, and numbers. A path ends in ``.nc``,
        ``.npz``, ``.npy`` or ``.csv``, whose first column is the axis.

    Raises
    ------
    BadValue
        Where there is nothing to compare in it.
    """
    raise BadValue(
        f"a {type(data).__name__} cannot be compared",
        cure="a dataset, a dict of arrays, Events, or a path to .nc, .npz, .npy or .csv",
    )


@quantities.register
def _(data: xr.Dataset) -> Quantities:
    found: Quantities = {}
    for name, variable in data.data_vars.items():
        if variable.dtype.kind in "biuf":
            found |= _of_variable(str(name), variable)
        elif variable.dtype.kind == "c":
            raise BadValue(f"{name} is complex", cure="its magnitude and its phase as variables")
    return _some(found)


@quantities.register
def _(data: xr.DataArray) -> Quantities:
    return _some(_of_variable(str(data.name or "value"), data))


@quantities.register
def _(data: Events) -> Quantities:
    return {"spikes": SpikeTrain(data.time, data.address.astype(np.int64))}


@quantities.register
def _(data: np.ndarray) -> Quantities:
    return _some({"value": _over_number(_floats("value", data))})


@quantities.register
def _(data: Mapping) -> Quantities:  # type: ignore[type-arg]
    axis = next((name for name in AXES if name in data), None)
    found: Quantities = {}
    for name, value in data.items():
        if name == axis:
            continue
        if isinstance(value, Events | xr.DataArray):
            (quantity,) = quantities(value).values()
            found[str(name)] = quantity
        elif isinstance(value, tuple) and len(value) == 2 and np.ndim(value[0]) == 1:
            places, values = (_floats(str(name), part) for part in value)
            found[str(name)] = Waveform(places, values)
        elif np.ndim(value) == 0:
            found[str(name)] = Number(float(_floats(str(name), value)))
        elif axis is None:
            found[str(name)] = _over_number(_floats(str(name), value))
        else:
            found[str(name)] = Waveform(
                _floats(axis, data[axis]),
                _floats(str(name), value),
                axis="time" if axis == "t" else axis,
                axis_unit=AXES[axis],
                logarithmic=axis == "frequency",
            )
    return _some(found)


@quantities.register
def _(data: Path) -> Quantities:
    return quantities(read_data(data))


@quantities.register
def _(data: str) -> Quantities:
    return quantities(Path(data))


def spike_trains(data: object) -> Quantities:
    """Return the spike trains of a result by name.

    Parameters
    ----------
    data : Events, ndarray of times, mapping of name to one of them, xarray.Dataset, or path
        A mapping or a file with ``time`` and ``address`` is one train of many addresses.
    """
    if isinstance(data, str | Path):
        data = read_data(Path(data))
    if isinstance(data, xr.Dataset):
        found = quantities(data)
        return _some({name: item for name, item in found.items() if isinstance(item, SpikeTrain)})
    if not isinstance(data, Mapping):
        return {"spikes": _train("spikes", data)}
    if {"time", "address"} <= set(data):
        moments = _floats("time", data["time"])
        return {"spikes": SpikeTrain(moments, np.asarray(data["address"]))}
    return _some({str(name): _train(str(name), item) for name, item in data.items()})


def _train(name: str, data: object) -> SpikeTrain:
    if isinstance(data, Events):
        return SpikeTrain(data.time, data.address.astype(np.int64))
    moments = np.atleast_1d(_floats(name, data))
    return SpikeTrain(moments, np.zeros(len(moments), dtype=np.int64))


def read_data(file: Path) -> object:
    """Read a file of results; its ending says how.

    Raises
    ------
    BadValue
        Where it is missing, of no such kind, or not readable as what it says it is.
    """
    if file.suffix not in _READERS:
        known = ", ".join(sorted(_READERS))
        raise BadValue(f"{file}: results of this kind are not read", cure=f"one of {known}")
    if not file.is_file():
        raise BadValue(f"{file} is not there")
    try:
        return _READERS[file.suffix](file)
    except (OSError, ValueError, EOFError, IndexError) as error:
        raise BadValue(f"{file} cannot be read", [str(error)]) from error


def _netcdf(file: Path) -> xr.Dataset:
    with xr.open_dataset(file) as opened:
        return opened.load()


def _npz(file: Path) -> dict[str, NDArray[np.float64]]:
    with np.load(file, allow_pickle=False) as archive:
        return dict(archive)


def _npy(file: Path) -> object:
    return np.load(file, allow_pickle=False)


def _csv(file: Path) -> xr.Dataset | dict[str, NDArray[np.float64]]:
    with file.open(newline="") as stream:
        heading, *rows = [row for row in csv.reader(stream) if row]
    table = np.array([[float(item) for item in row] for row in rows]).reshape(-1, len(heading))
    matches = [_HEADING.fullmatch(item.strip()) for item in heading]
    names = [m["name"] if m else item.strip() for m, item in zip(matches, heading, strict=True)]
    units = [m["unit"] if m else "" for m in matches]
    if {"time", "address"} <= set(names) or len(names) == 1:
        return {name: table[:, k] for k, name in enumerate(names)}
    axis = names[0]
    attributes = {"units": units[0] or AXES.get(axis, "")}
    dataset = xr.Dataset(coords={axis: (axis, table[:, 0], attributes)})
    for k, name in enumerate(names[1:], 1):
        dataset[name] = (axis, table[:, k], {"units": units[k]})
    return dataset


_READERS: dict[str, Callable[[Path], object]] = {
    ".nc": _netcdf,
    ".npz": _npz,
    ".npy": _npy,
    ".csv": _csv,
}


def _of_variable(name: str, variable: xr.DataArray) -> Quantities:
    """Return the quantities of one variable: one for each point of its leading dimensions."""
    unit = str(variable.attrs.get("units", ""))
    if variable.ndim == 0:
        return {name: Number(float(variable), unit)}
    axis = str(variable.dims[-1])
    leading = [str(dim) for dim in variable.dims[:-1]]
    found: Quantities = {}
    for point in itertools.product(*(range(variable.sizes[dim]) for dim in leading)):
        row = variable.isel(dict(zip(leading, point, strict=True)))
        where = ", ".join(
            f"{dim}={row.coords[dim].item() if dim in row.coords else k}"
            for dim, k in zip(leading, point, strict=True)
        )
        key = f"{name}[{where}]" if where else name
        values = row.values.astype(np.float64)
        if axis in row.coords:
            places = row.coords[axis]
            found[key] = Waveform(
                *_increasing(places.values.astype(np.float64), values),
                unit=unit,
                axis=axis,
                axis_unit=str(places.attrs.get("units", AXES.get(axis, ""))),
                logarithmic=axis == "frequency" and unit not in ANGLES,
            )
        else:
            found[key] = _list(values, unit, padded=bool(leading))
    return found


def _list(values: NDArray[np.float64], unit: str, *, padded: bool) -> Quantity:
    """Return moments as spikes, and other values over their number.

    Where several lists share an array the shorter ones end in NaN.
    """
    if padded:
        last = np.flatnonzero(np.isfinite(values))
        values = values[: last[-1] + 1] if len(last) else values[:0]
    finite = values[np.isfinite(values)]
    if unit == "s" and not np.any(np.diff(finite) < 0.0):
        return SpikeTrain(values, np.zeros(len(values), dtype=np.int64))
    return _over_number(values, unit)


def _over_number(values: NDArray[np.float64], unit: str = "") -> Waveform:
    numbers = np.arange(len(values), dtype=np.float64)
    return Waveform(numbers, values, unit, axis="number", axis_unit="")


def _increasing(
    places: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn a downward sweep round."""
    down = len(places) > 1 and bool(np.all(np.diff(places) < 0.0))
    return (places[::-1], values[::-1]) if down else (places, values)


def _floats(name: str, value: object) -> NDArray[np.float64]:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise BadValue(f"{name} holds {array.dtype}, not real numbers")
    return array.astype(np.float64)


def _some(found: Quantities) -> Quantities:
    if not found:
        raise BadValue("there is nothing to compare in this result")
    return found

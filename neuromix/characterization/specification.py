"""Verdicts: the measured cell against the limits of its declaration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.declare import Cell, Specification
from neuromix.errors import BadValue, UnknownName
from neuromix.units import celsius

if TYPE_CHECKING:
    import xarray as xr

FEWEST_DRAWS = 2
GRID = ("corner", "temperature", "supply")


@dataclass(frozen=True)
class Verdict:
    """One line of the specification table.

    Parameters
    ----------
    specification : Specification
        The limits.
    lowest, highest : float
        Of what was measured, in the unit of the limits; NaN where nothing was.
    floor : float
        Numerical floor of a single value, NaN where it is not known.
    values : int
        How many numbers were held against the limits.
    worst : str
        Stimulus and condition of the value that is nearest to a limit, or beyond it the farthest.
    passes : bool or None
        None where nothing was measured: a campaign without draws has no spread.
    """

    specification: Specification
    lowest: float
    highest: float
    floor: float
    values: int
    worst: str
    passes: bool | None

    @property
    def word(self) -> str:
        """``"pass"``, ``"fail"``, or why neither is said."""
        return {True: "pass", False: "fail", None: "not measured"}[self.passes]


def judge(cell: Cell, data: xr.Dataset) -> tuple[Verdict, ...]:
    """Hold a campaign against the specifications of its cell.

    Parameters
    ----------
    cell : Cell
        With the limits.
    data : xarray.Dataset
        From :func:`neuromix.characterize`.

    Raises
    ------
    UnknownName
        Where a specification is of a measure or a stimulus that the campaign does not have.
    BadValue
        Where its unit is not that of the measure.
    """
    of_all_or_this = {"", str(data.attrs["technology"])}
    return tuple(
        _verdict(cell, item, data)
        for item in cell.specifications
        if item.technology in of_all_or_this
    )


def _verdict(cell: Cell, item: Specification, data: xr.Dataset) -> Verdict:
    if item.statistic == "value":
        values, labels, floor = _of_conditions(cell, item, data)
    elif int(data.attrs["samples"]) < FEWEST_DRAWS:
        return Verdict(item, np.nan, np.nan, np.nan, 0, "", None)
    else:
        values, labels, floor = _of_draws(cell, item, data)
    if not len(values):
        return Verdict(item, np.nan, np.nan, floor, 0, "", None)
    worst = int(np.argmin(_margins(item, values)))
    known = values[np.isfinite(values)]
    lowest, highest = (known.min(), known.max()) if len(known) else (np.nan, np.nan)
    passes = all(item.admits(float(value)) for value in values)
    return Verdict(item, float(lowest), float(highest), floor, len(values), labels[worst], passes)


def _margins(item: Specification, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each value from its nearest limit, negative beyond it."""
    low = values - item.minimum if item.minimum is not None else np.full(len(values), np.inf)
    high = item.maximum - values if item.maximum is not None else np.full(len(values), np.inf)
    return np.where(np.isfinite(values), np.minimum(low, high), -np.inf)


def _variable(cell: Cell, item: Specification, name: str, data: xr.Dataset) -> xr.DataArray:
    if name not in data:
        prefix = name.removesuffix(item.measure)
        known = (str(key).removeprefix(prefix) for key in data.data_vars)
        raise UnknownName(f"measure of {cell.name} with a specification", item.measure, known)
    unit = str(data[name].attrs.get("units", ""))
    wanted = "1" if item.statistic == "coefficient_of_variation" else unit
    if item.unit != wanted:
        raise BadValue(
            f"{cell.name}: the specification of {item.measure} is in {item.unit!r}",
            [f"the measured {item.statistic} is in {wanted!r}"],
            f"unit={wanted!r} and limits in it",
        )
    return data[name]


def _positions(item: Specification, stimuli: Iterable[object]) -> list[int]:
    names = [str(name) for name in stimuli]
    if item.stimulus and item.stimulus not in names:
        raise UnknownName(f"stimulus of the specification of {item.measure}", item.stimulus, names)
    return [k for k, name in enumerate(names) if item.stimulus in {"", name}]


def _of_conditions(
    cell: Cell, item: Specification, data: xr.Dataset
) -> tuple[NDArray[np.float64], list[str], float]:
    variable = _variable(cell, item, item.measure, data)
    positions = _positions(item, data["sweep"].values)
    floor = float(np.nanmax(data[f"{item.measure}_floor"].values[positions], initial=0.0))
    home = [data.attrs[f"home_{name}"] for name in GRID]
    values, labels = [], []
    for index in np.ndindex(*(data.sizes[name] for name in GRID)):
        where = [data[name].values[k] for name, k in zip(GRID, index, strict=True)]
        if not (item.everywhere or where == home):
            continue
        row = variable.values[index]
        if item.everywhere and not np.isfinite(row).any():
            continue  # a star plan leaves most of the grid out
        # A stimulus on whose bench the measure is not taken has it nowhere.
        for k in positions:
            if item.stimulus or np.isfinite(variable.values[..., k]).any():
                values.append(row[k])
                labels.append(
                    f"{data['sweep'].values[k]}; {where[0]}, {celsius(where[1]):g} °C, "
                    f"{where[2]:g} V"
                )
    return np.asarray(values), labels, floor


def _of_draws(
    cell: Cell, item: Specification, data: xr.Dataset
) -> tuple[NDArray[np.float64], list[str], float]:
    name = f"mismatch_{item.measure}"
    variable = _variable(cell, item, name, data)
    positions = _positions(item, data["mismatch"].values)
    floor = float(np.nanmax(data[f"{name}_floor"].values[positions], initial=0.0))
    values, labels = [], []
    for k in positions:
        drawn = variable.values[k]
        drawn = drawn[np.isfinite(drawn)]
        if len(drawn) >= FEWEST_DRAWS:
            values.append(statistic_of(item.statistic, drawn))
            labels.append(f"{data['mismatch'].values[k]}; {len(drawn)} draws")
    return np.asarray(values), labels, floor


def statistic_of(name: str, drawn: NDArray[np.float64]) -> float:
    """Return a statistic over draws, by the name that a declaration gives it."""
    mean, sigma = float(drawn.mean()), float(drawn.std(ddof=1))
    return {
        "mean": mean,
        "standard_deviation": sigma,
        "coefficient_of_variation": sigma / abs(mean) if mean else np.inf,
    }[name]

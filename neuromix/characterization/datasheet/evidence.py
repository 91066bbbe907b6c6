"""What a sheet is made from: declaration, netlist, campaign and model of one cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix import library
from neuromix.characterization.assembly import subcircuit_of
from neuromix.characterization.recipe import Recipe, Transfer, recipe_for
from neuromix.characterization.results import records_of
from neuromix.characterization.unmodelled import placeholder
from neuromix.declare import Cell, Technology
from neuromix.errors import BadValue
from neuromix.models.model import Model
from neuromix.netlist.parsing import Subcircuit
from neuromix.units import celsius, render

if TYPE_CHECKING:
    import xarray as xr

GRID = ("corner", "temperature", "supply")
NEEDED = ("technology", "home_corner", "home_temperature", "home_supply", "samples", "seed")


@dataclass(frozen=True)
class Quantity:
    """A scalar measure under the stimulus that stands for it.

    Parameters
    ----------
    name, meaning, unit : str
        Of the measure.
    stimulus : str
        Its name.
    position : int
        Of the stimulus, among those of its purpose.
    """

    name: str
    meaning: str
    unit: str
    stimulus: str
    position: int

    @property
    def words(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that is known about a cell in a technology; see :func:`gather`.

    Parameters
    ----------
    cell : Cell
    technology : Technology
    data : xarray.Dataset
        Of a campaign.
    model : Model
        Fitted to it.
    command : str
        What made the campaign and the model.
    """

    cell: Cell
    technology: Technology
    data: xr.Dataset
    model: Model
    command: str

    @cached_property
    def recipe(self) -> Recipe:
        """The recipe of the cell's family."""
        return recipe_for(self.cell, self.technology.name)

    @cached_property
    def subcircuit(self) -> Subcircuit:
        """The parsed netlist."""
        return subcircuit_of(self.cell, self.technology)

    @property
    def condition(self) -> str:
        """The home condition in words."""
        attrs = self.data.attrs
        bias = "ideal biases" if attrs.get("ideal_bias") else "biases through replicas"
        return (
            f"{attrs['home_corner']}, {celsius(float(attrs['home_temperature'])):g} °C, "
            f"{render(float(attrs['home_supply']), 'V')}, {bias}"
        )

    @property
    def samples(self) -> int:
        """Mismatch draws of the campaign."""
        return int(self.data.attrs["samples"]) if "mismatch" in self.data.coords else 0

    @property
    def stale(self) -> bool:
        """Whether netlist, sizes or technology have changed since the campaign."""
        then = self.data.attrs.get("source_sha256")
        return bool(then != library.source_hash(self.cell.name, self.technology.name))

    @property
    def home(self) -> tuple[int, ...]:
        """Position of the home condition in the tables of the sweep."""
        return tuple(
            int(np.flatnonzero(self.data[name].values == self.data.attrs[f"home_{name}"])[0])
            for name in GRID
        )

    def swept(self) -> Iterator[Quantity]:
        """Yield the measures of the sweep that have values at home, each with one stimulus."""
        for key in self.data.data_vars:
            if self.data[key].dims == (*GRID, "sweep"):
                yield from self._quantity(str(key), self.data[key].values[self.home], "sweep")

    def drawn(self) -> Iterator[Quantity]:
        """Yield the measures that vary over the draws, each with one stimulus."""
        if "mismatch" not in self.data.coords:
            return
        for key in self.data.data_vars:
            name = str(key).removeprefix("mismatch_")
            varies = self.data[key].dims == ("mismatch", "sample") and f"{key}_floor" in self.data
            if varies:
                values = self.data[key].values.astype(np.float64)
                spread = np.array([_spread(row) for row in values])
                yield from self._quantity(name, spread, "mismatch")

    def draws_of(self, quantity: Quantity) -> NDArray[np.float64]:
        """Return the values of a drawn quantity, shape ``(samples,)``; NaN where a run failed."""
        return np.asarray(self.data[f"mismatch_{quantity.name}"].values[quantity.position])

    def _quantity(self, name: str, values: NDArray[np.float64], purpose: str) -> Iterator[Quantity]:
        """Yield the quantity under the stimulus of a specification, else under the middle one."""
        usable = [int(k) for k in np.flatnonzero(np.isfinite(values))]
        if not usable:
            return
        stimuli = [str(item) for item in self.data[purpose].values]
        asked = {item.stimulus for item in self.cell.specifications if item.measure == name}
        named = [k for k in usable if stimuli[k] in asked]
        position = named[0] if named else usable[len(usable) // 2]
        attrs: Mapping[str, object] = self.data[
            name if purpose == "sweep" else f"{purpose}_{name}"
        ].attrs
        yield Quantity(
            name,
            str(attrs.get("description", attrs.get("long_name", ""))),
            str(attrs.get("units", "")),
            stimuli[position],
            position,
        )

    @cached_property
    def transfers(self) -> tuple[Transfer, list[Transfer]] | None:
        """The nominal cell's transfer curve and those of the draws that have one."""
        if "baseline" not in self.data.coords:
            return None
        whole = len(self.recipe.stimuli("mismatch"))
        nominal = self.recipe.transfer(records_of(self.data, self.recipe, "baseline"))
        if nominal is None:
            return None
        # Looking through every variable for each draw would take most of a sheet's time.
        of_draws = [name for name in self.data.data_vars if str(name).startswith("mismatch_")]
        drawn = self.data[of_draws]
        found = []
        for sample in range(self.samples):
            records = records_of(drawn, self.recipe, "mismatch", sample)
            curve = self.recipe.transfer(records) if len(records) == whole else None
            if curve is not None and np.array_equal(curve.x, nominal.x):
                found.append(curve)
        return nominal, found


def _spread(values: NDArray[np.float64]) -> float:
    """Return the standard deviation, NaN where fewer than two values are finite or none differs."""
    good = values[np.isfinite(values)]
    return float(good.std(ddof=1)) if len(good) > 1 and np.ptp(good) > 0.0 else np.nan


def gather(cell: Cell, data: xr.Dataset, model: Model | None, command: str = "") -> Evidence:
    """Bring together what a sheet is made from; a cell without a family has no model.

    Raises
    ------
    BadValue
        Where data, model and cell do not belong together.
    """
    missing = [name for name in NEEDED if name not in data.attrs]
    if missing or "sweep" not in data.coords:
        raise BadValue(
            "these data are not of a campaign",
            [f"they have no {', '.join(missing or ['sweep'])}"],
            "nmx.characterize, or `neuromix characterize`",
        )
    technology = str(data.attrs["technology"])
    if model is None:
        model = placeholder(cell, data)
    for what, owner, process in (
        ("data", str(data.attrs.get("cell")), technology),
        ("model", model.cell, model.technology),
    ):
        if (owner, process) != (cell.name, technology):
            raise BadValue(
                f"the {what} are of {owner!r} in {process!r}, not of {cell.name!r} in "
                f"{technology!r}",
                cure="the .nc and the .model.json of one campaign",
            )
    return Evidence(
        cell,
        library.technology(technology),
        data,
        model,
        command or model.provenance.get("command", ""),
    )

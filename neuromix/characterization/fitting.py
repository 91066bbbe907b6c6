"""``fit``: a dataset of a campaign becomes a model."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from neuromix import library
from neuromix.characterization.recipe import Recipe, recipe_for
from neuromix.characterization.results import records_of
from neuromix.characterization.unmodelled import no_family
from neuromix.declare import Cell
from neuromix.errors import BadValue, FitFailed
from neuromix.models.mismatch import Mismatch
from neuromix.models.model import Model, NoiseDensity, Range

if TYPE_CHECKING:
    import xarray as xr

FEWEST_SAMPLES = 8
"""Draws from which a covariance is estimated at all."""


def fit(cell: Cell | str, data: xr.Dataset) -> Model:
    """Fit the cell's family of dynamics to a campaign.

    Parameters
    ----------
    cell : Cell or str
        What was characterized, or its name.
    data : xarray.Dataset
        From :func:`neuromix.characterize`.

    Raises
    ------
    BadValue
        Where the data are of another cell.
    FitFailed
        Where they do not determine the parameters.
    """
    import xarray as xr

    cell = library.as_cell(cell)
    if not isinstance(data, xr.Dataset):
        raise BadValue(f"fit: a {type(data).__name__} is not a dataset", cure="fit(cell, dataset)")
    if cell.model is None:
        raise no_family(cell)
    if "training" not in data.coords:
        raise BadValue(
            "these data are not of a campaign", cure="nmx.characterize, which runs the training"
        )
    if data.attrs.get("cell") != cell.name:
        raise BadValue(f"the data are of {data.attrs.get('cell')!r}, not of {cell.name!r}")
    technology = str(data.attrs["technology"])
    recipe = recipe_for(cell, technology)
    training = records_of(data, recipe, "training")
    temperature = float(data.attrs["home_temperature"])
    supply = float(data.attrs["home_supply"])
    dynamics, spread = recipe.fit(training, temperature)
    noise = (
        recipe.noise(records_of(data, recipe, "noise"))
        if "noise" in data.coords
        else NoiseDensity()
    )
    model = Model(
        cell=cell.name,
        technology=technology,
        condition={
            "corner": str(data.attrs["home_corner"]),
            "temperature": temperature,
            "supply": supply,
            "bias": "ideal" if data.attrs["ideal_bias"] else "replica",
        },
        dynamics=dynamics,
        spread=spread,
        noise=noise,
        energy=recipe.energy(dynamics, training),
        validity={
            "temperature": Range(temperature, temperature, "K"),
            "supply": Range(supply, supply, "V"),
            **{name: Range(*limits) for name, limits in recipe.validity().items()},
        },
        provenance={
            "models_sha256": str(data.attrs["models_sha256"]),
            "source_sha256": library.source_hash(cell.name, technology),
            "neuromix": str(data.attrs["neuromix"]),
            "engine": str(data.attrs["engine"]),
            "seed": str(data.attrs["seed"]),
            "samples": str(data.attrs["samples"]),
            "command": shlex.join(["neuromix", *sys.argv[1:]]) if sys.argv else "",
        },
    )
    if "mismatch" not in data.coords or int(data.attrs["samples"]) < FEWEST_SAMPLES:
        return model
    return _with_mismatch(model, recipe, data)


def _with_mismatch(model: Model, recipe: Recipe, data: xr.Dataset) -> Model:
    names = recipe.refitted
    instances, failures = [], 0
    whole = len(recipe.stimuli("mismatch"))
    baseline = records_of(data, recipe, "baseline")
    for sample in range(int(data.attrs["samples"])):
        records = records_of(data, recipe, "mismatch", sample)
        if len(records) < whole:
            failures += 1
            continue
        try:
            found = recipe.refit(model, records, baseline)
        except FitFailed:
            failures += 1
        else:
            instances.append([found[name] for name in names])
    if len(instances) < FEWEST_SAMPLES:
        raise FitFailed(
            f"{model.cell}: only {len(instances)} instances could be fitted, {failures} failed",
            cure="more samples, or look at the failures in the dataset",
        )
    family = type(model.dynamics)
    positive = tuple(name == "energy_per_event" or family.positive(name) for name in names)
    nominal = np.array([model.nominal(name) for name in names])
    return replace(
        model,
        mismatch=Mismatch.of(names, positive, nominal, np.asarray(instances), failures),
    )

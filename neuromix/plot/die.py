"""A quantity over the instances of an array, as they lie on a die."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from neuromix.data.arrays import numeric
from neuromix.errors import BadValue
from neuromix.plot.style import INK, figure
from neuromix.units import whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def die_map(values: ArrayLike, label: str, columns: int | None = None) -> Figure:
    """Draw one square an instance, row by row.

    Parameters
    ----------
    values : (n,) ndarray
        Finite, or NaN for an instance that is left empty.
    label : str
        Quantity and unit, such as ``"deviation of the rate (%)"``; centred colours where values
        have both signs.
    columns : int, optional
        Instances in a row; the nearest to a square by default.
    """
    found = numeric(values, "die_map: values").astype(np.float64)
    if found.ndim != 1 or not np.any(np.isfinite(found)) or np.any(np.isinf(found)):
        raise BadValue(
            f"die_map: values of shape {found.shape} are not a finite number for each instance",
            cure="one dimension; NaN for some of them leaves their squares empty",
        )
    width = math.ceil(math.sqrt(len(found)))
    if columns is not None:
        width = whole(columns, "die_map: columns", 1, len(found))
    grid = np.full((math.ceil(len(found) / width), width), np.nan)
    grid.flat[: len(found)] = found
    centred = np.nanmin(grid) < 0.0 < np.nanmax(grid)
    limit = float(np.nanmax(np.abs(grid)))
    drawn = figure(4.6, 1.0 + 3.4 * grid.shape[0] / grid.shape[1])
    axes = drawn.subplots()
    image = axes.imshow(
        grid,
        cmap="RdBu_r" if centred else "viridis",
        vmin=-limit if centred else None,
        vmax=limit if centred else None,
    )
    axes.set_xlabel("column", color=INK)
    axes.set_ylabel("row", color=INK)
    axes.tick_params(length=0, labelsize=9, labelcolor=INK)
    for side in axes.spines.values():
        side.set_visible(False)
    bar = drawn.colorbar(image, ax=axes, shrink=0.9)
    bar.set_label(label, color=INK)
    bar.outline.set_visible(False)
    return drawn

"""A quantity over the instances of an array, as they lie on a die."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.plot.style import INK, figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def die_map(values: NDArray[np.float64], label: str, columns: int | None = None) -> Figure:
    """Draw one square an instance, row by row.

    Parameters
    ----------
    values : (n,) ndarray
    label : str
        Quantity and unit, such as ``"deviation of the rate (%)"``; centred colours where values
        have both signs.
    columns : int, optional
        Instances in a row; the nearest to a square by default.
    """
    width = columns or math.ceil(math.sqrt(len(values)))
    grid = np.full((math.ceil(len(values) / width), width), np.nan)
    grid.flat[: len(values)] = values
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

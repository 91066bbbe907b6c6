"""Distributions over mismatched instances: one by one, and jointly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.plot.style import BLUE, INK, ORANGE, axis_label, engineering, figure, panels, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

COLUMNS = 4


@dataclass(frozen=True, eq=False)
class Column:
    """One quantity over instances: its name, unit, values (n,), and the nominal value."""

    name: str
    unit: str
    values: Floats
    nominal: float = math.nan


def histograms(columns: Sequence[Column]) -> Figure:
    """Draw a histogram of each column, the nominal value marked."""
    rows = math.ceil(len(columns) / COLUMNS)
    across = min(COLUMNS, len(columns))
    drawn = figure(2.35 * across, 1.65 * rows)
    panels(drawn, left=0.15, bottom=0.45, gap=(0.18, 0.5))
    places = drawn.subplots(rows, across, squeeze=False).flat
    for column, axes in zip(columns, places, strict=False):
        _histogram(axes, column)
        factor, unit = engineering(column.values, column.unit)
        if math.isfinite(column.nominal):
            axes.axvline(factor * column.nominal, color=ORANGE, lw=1.4)
        axes.set_xlabel(axis_label(column.name, unit), fontsize=8.5)
        axes.tick_params(labelsize=8)
        axes.locator_params(axis="x", nbins=4)
    for axes in list(places):
        axes.set_visible(False)
    return drawn


def joint(columns: Sequence[Column]) -> Figure:
    """Draw each column against each other, histograms on the diagonal, correlations above.

    Every column has the same instances; those in which one value is not finite are left out.
    """
    table = np.array([column.values for column in columns])
    table = table[:, np.all(np.isfinite(table), axis=0)]
    return _matrix(columns, table, None)


def joint_law(columns: Sequence[Column], centre: Floats, covariance: Floats) -> Figure:
    """Draw the one- and two-sigma ellipses of a joint normal law over draws from it.

    Parameters
    ----------
    columns : sequence of Column
        Draws of each quantity.
    centre : (k,) ndarray
        Mean of each.
    covariance : (k, k) ndarray
    """
    table = np.array([column.values for column in columns])
    return _matrix(columns, table, (centre, covariance))


def _histogram(axes: Axes, column: Column) -> None:
    factor, _ = engineering(column.values, column.unit)
    good = column.values[np.isfinite(column.values)] * factor
    bins = int(np.clip(round(math.sqrt(len(good))), 6, 24))
    plain(axes).hist(good, bins=bins, color=BLUE, alpha=0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def _matrix(columns: Sequence[Column], table: Floats, law: tuple[Floats, Floats] | None) -> Figure:
    size = len(columns)
    scales = [engineering(row, column.unit) for row, column in zip(table, columns, strict=True)]
    correlation = _correlation(np.cov(table) if law is None else law[1])
    drawn = figure(1.0 + 1.45 * size, 0.8 + 1.25 * size)
    panels(drawn, left=0.85, bottom=0.65, top=0.1, gap=(0.12, 0.28))
    grid = drawn.add_gridspec(size, size)
    for i in range(size):
        for j in range(i + 1):
            axes = plain(drawn.add_subplot(grid[i, j]))
            if i == j:
                _histogram(axes, Column(columns[i].name, columns[i].unit, table[i]))
            else:
                x, y = table[j] * scales[j][0], table[i] * scales[i][0]
                axes.plot(x, y, ".", color=BLUE, ms=4.0, alpha=0.5, mew=0)
                told = f"{correlation[i, j]:+.2f}".replace("-", "−")
                axes.set_title(told, fontsize=8, color=INK, pad=2)
                if law is not None:
                    _ellipses(axes, law, (j, i), (scales[j][0], scales[i][0]))
            axes.locator_params(axis="x", nbins=3)
            axes.tick_params(labelbottom=i == size - 1, labelleft=j == 0 and i > 0, labelsize=7)
            if i == size - 1:
                axes.set_xlabel(_stacked(columns[j].name, scales[j][1]), fontsize=8)
            if j == 0 and i > 0:
                axes.set_ylabel(_stacked(columns[i].name, scales[i][1]), fontsize=8)
                axes.locator_params(axis="y", nbins=3)
    return drawn


def _stacked(name: str, unit: str) -> str:
    """Return a label of short lines."""
    words = axis_label(name, unit).split(" ")
    return "\n".join(" ".join(words[k : k + 2]) for k in range(0, len(words), 2))


def _correlation(covariance: Floats) -> Floats:
    sigma = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(sigma, sigma))


def _ellipses(
    axes: Axes, law: tuple[Floats, Floats], pair: tuple[int, int], scale: tuple[float, float]
) -> None:
    """Draw the ellipses of Mahalanobis distance 1 and 2 of two of the quantities."""
    centre, covariance = law
    at = np.array(pair)
    weights, vectors = np.linalg.eigh(covariance[np.ix_(at, at)])
    turn = np.linspace(0.0, 2.0 * np.pi, 61)
    circle = np.stack([np.cos(turn), np.sin(turn)])
    outline = vectors * np.sqrt(np.clip(weights, 0.0, None)) @ circle
    for distance in (1.0, 2.0):
        x, y = centre[at][:, None] + distance * outline
        axes.plot(x * scale[0], y * scale[1], color=ORANGE, lw=0.9)

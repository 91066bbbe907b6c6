"""Transfer curves with the spread of instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.plot.style import BLUE, INK, ORANGE, figure, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]


def frequency_current(
    current: Floats,
    nominal: Floats,
    instances: Floats,
    spice: tuple[Floats, Floats] | None = None,
) -> Figure:
    """Draw firing rates over input current, and below them how far instances are from nominal.

    Parameters
    ----------
    current : (m,) ndarray, A
    nominal : (m,) ndarray, Hz
    instances : (n, m) ndarray, Hz
        Of mismatched instances.
    spice : pair of ndarrays, A and Hz, optional
        Points of transistor-level simulation to lay over.
    """
    from matplotlib.ticker import StrMethodFormatter

    drawn = figure(6.5, 5.2)
    above, below = drawn.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1.4]})
    spiking = nominal > 0.0
    low, high = np.percentile(instances, [2.5, 97.5], axis=0)
    nano = current * 1e9
    plain(above).fill_between(
        nano[spiking],
        low[spiking],
        high[spiking],
        color=BLUE,
        alpha=0.25,
        linewidth=0,
        label=f"95 % of {len(instances)} instances",
    )
    above.plot(nano[spiking], nominal[spiking], color=BLUE, linewidth=1.5, label="model, nominal")
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = 100.0 * (instances / nominal - 1.0)
    relative_low, relative_high = np.percentile(relative[:, spiking], [2.5, 97.5], axis=0)
    plain(below).fill_between(
        nano[spiking], relative_low, relative_high, color=BLUE, alpha=0.25, linewidth=0
    )
    below.axhline(0.0, color=BLUE, linewidth=1.5)
    if spice is not None:
        points, rates = spice
        above.plot(points * 1e9, rates, "o", color=ORANGE, markersize=4, label="SPICE, nominal")
        inside = (points >= current[spiking].min()) & (points <= current[spiking].max())
        expected = np.exp(
            np.interp(np.log(points[inside]), np.log(current[spiking]), np.log(nominal[spiking]))
        )
        below.plot(
            points[inside] * 1e9,
            100.0 * (rates[inside] / expected - 1.0),
            "o",
            color=ORANGE,
            markersize=4,
        )
    above.set_xscale("log")
    above.set_yscale("log")
    above.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    above.set_ylabel("firing rate (Hz)")
    above.legend(frameon=False, fontsize=9, labelcolor=INK)
    below.set_ylabel("deviation (%)")
    below.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    below.set_xlabel("input current (nA)")
    return drawn

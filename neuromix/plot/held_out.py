"""A held-out stimulus: what SPICE answered, what the model said, and the difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.plot.style import BLUE, INK, ORANGE, figure, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Arrays = Mapping[str, NDArray[np.float64]]


def held_out(title: str, spice: Arrays, model: Arrays) -> Figure:
    """Draw one stimulus: spikes of both and their distance, or an output and its error.

    Parameters
    ----------
    title : str
        Name of the stimulus.
    spice, model : mapping of str to (n,) ndarray
        Arrays by measure; ``spikes`` (s) is drawn as ticks, else the first that both hold.
    """
    drawn = figure(7.0, 4.2)
    above, below = drawn.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [2, 1]})
    plain(above).set_title(title, fontsize=10, color=INK, loc="left")
    plain(below)
    if "spikes" in spice:
        both = spice["spikes"], model["spikes"]
        above.eventplot([1e3 * x for x in both], lineoffsets=[1, 0], colors=[ORANGE, BLUE])
        above.set_yticks([1, 0], ["SPICE", "model"])
        paired = min(map(len, both))
        below.plot(
            1e3 * both[0][:paired], 1e6 * (both[1][:paired] - both[0][:paired]), ".", color=BLUE
        )
        below.set_ylabel("model later (µs)")
        below.set_xlabel("time (ms)")
    else:
        name = next(key for key in spice if key in model)
        number = np.arange(len(spice[name]))
        above.plot(number, spice[name], color=ORANGE, linewidth=2.5, label="SPICE")
        above.plot(number, model[name], color=BLUE, linewidth=1.0, label="model")
        above.set_ylabel(f"{name.replace('_', ' ')} (SI)")
        above.legend(frameon=False, fontsize=9)
        span = float(np.ptp(spice[name])) or 1.0
        below.plot(number, 100.0 * (model[name] - spice[name]) / span, color=BLUE)
        below.set_ylabel("error (% of span)")
        below.set_xlabel("sample")
    below.axhline(0.0, color=INK, linewidth=0.6)
    return drawn

"""Shares of a whole, the largest at the top."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from neuromix.errors import BadValue
from neuromix.plot.recorded import Recorded
from neuromix.plot.style import BLUE, INK, figure, plain
from neuromix.units import number, render

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def budget(parts: Mapping[str, float] | Recorded, unit: str = "J", label: str = "energy") -> Figure:
    """Draw the parts of a sum as bars with their values.

    Parameters
    ----------
    parts : mapping of str to float, or Recording
        SI; of a recording its energy.
    unit : str
        Such as ``"J"``.
    label : str
        Of the sum, such as ``"energy per image"``.

    Raises
    ------
    BadValue
        Where there is nothing to be shared: no parts, or a sum that is not above 0.
    """
    parts = parts.energy if isinstance(parts, Recorded) else parts
    if not isinstance(parts, Mapping):
        raise BadValue(
            f"budget: a {type(parts).__name__} is not numbers by part",
            cure="nmx.plot.budget(recording)",
        )
    parts = {name: number(value, f"budget: {name}") for name, value in parts.items()}
    if unknown := [name for name, value in parts.items() if math.isnan(value)]:
        raise BadValue(f"budget: {unknown[0]} is not a number", cure="the parts that are known")
    ordered = sorted(parts.items(), key=lambda item: item[1])
    total = sum(parts.values())
    if not 0.0 < total < math.inf:
        raise BadValue(
            f"budget: there is no {label} to be shared",
            [f"{len(parts)} parts, in all {render(total, unit, 3)}"],
            "the recording of a run in which something has taken it",
        )
    drawn = figure(7.0, 0.9 + 0.27 * len(ordered))
    axes = plain(drawn.subplots())
    shares = [100.0 * value / total for _, value in ordered]
    axes.barh([name for name, _ in ordered], shares, color=BLUE, height=0.65)
    for place, ((_, value), share) in enumerate(zip(ordered, shares, strict=True)):
        axes.text(share + 0.8, place, render(value, unit, 3), va="center", fontsize=8.5, color=INK)
    axes.set_xlim(0.0, 1.18 * max(shares))
    axes.set_xlabel(f"share of the {label}, {render(total, unit, 3)} (%)")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return drawn

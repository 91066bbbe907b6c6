"""Shares of several wholes, one bar each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neuromix.plot.style import GREY, INK, figure, literal, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#2a6f97", "#d1603d", "#5f9e6e", "#b58db6", "#e0b04a", "#61a5c2", "#8c6d46", "#c98686")
"""Neighbours differ in lightness as in hue."""

READABLE = 0.085
"""Share from which a part bears its name."""


def stacked_shares(bars: Sequence[tuple[str, Sequence[tuple[str, float]]]], other: str) -> Figure:
    """Draw each whole as one bar of its parts; equal parts have equal colours.

    Parameters
    ----------
    bars : sequence of (name, parts)
        Parts are (name, share); a share below 0 is drawn as 0.
    other : str
        Name of the part that stands for all that is not told apart; drawn in grey.
    """
    names = dict.fromkeys(name for _, parts in bars for name, _ in parts if name != other)
    colours = {name: COLOURS[k % len(COLOURS)] for k, name in enumerate(names)} | {other: GREY}
    drawn = figure(9.0, 0.7 + 0.38 * len(bars))
    axes = plain(drawn.subplots())
    for place, (_, parts) in enumerate(reversed(bars)):
        left = 0.0
        for name, share in parts:
            width = 100.0 * max(share, 0.0)
            axes.barh(place, width, left=left, color=colours[name], height=0.62)
            if share >= READABLE:
                axes.text(
                    left + 0.5 * width,
                    place,
                    literal(name),
                    ha="center",
                    va="center",
                    fontsize=7.5 if share > 0.02 * len(name) else 5.5,
                    color="white",
                )
            left += width
    axes.set_yticks(range(len(bars)), [literal(name) for name, _ in reversed(bars)])
    axes.set_xlim(0.0, 100.0)
    axes.set_xlabel("share of the variance (%)")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    return drawn

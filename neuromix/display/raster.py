"""A small raster of spikes as SVG, for a sheet."""

from __future__ import annotations

from collections.abc import Iterable

WIDTH, LINE = 640.0, 3.0
"""Pixels: width of the picture, and height of a row of spikes."""

TALLEST = 240.0
MOST_SPIKES = 4000
"""A picture of more would weigh more than it shows; evenly spread ones are drawn."""


def raster(spikes: Iterable[tuple[float, int]], rows: int, duration: float, label: str) -> str:
    """Draw spikes as ticks in the colour of the text.

    Parameters
    ----------
    spikes : iterable of (float, int) pairs
        Time, s, and row.
    rows : int
        How many rows there are.
    duration : float, s
    label : str
        What the picture is, for those who cannot see it; no markup.
    """
    from markupsafe import escape

    every = list(spikes)
    shown = every[:: -(-len(every) // MOST_SPIKES) or 1]
    height = min(TALLEST, LINE * rows)
    tick = height / rows
    path = "".join(
        f"M{WIDTH * time / duration:.1f} {tick * row:.1f}v{max(0.8 * tick, 0.6):.1f}"
        for time, row in shown
    )
    return (
        f'<svg role="img" aria-label="{escape(label)}" width="{WIDTH:g}" height="{height:g}" '
        f'viewBox="0 0 {WIDTH:g} {height:g}"><path d="{path}" stroke="currentColor" '
        'stroke-width="1" fill="none"/></svg>'
    )

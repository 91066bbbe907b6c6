"""Measures of a handshake between digital waveforms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neuromix.measure.waveform import crossings

Waves = Mapping[str, NDArray[np.float64]]

FRACTION = 0.5
"""Of the supply, at which an edge is timed."""


def edge_delays(
    waves: Waves, start: str, stop: str, supply: float, edges: str = "rise rise"
) -> NDArray[np.float64]:
    """Return the time from each edge of ``start`` to the next edge of ``stop``, s.

    Edges are timed where they cross half of the supply. An edge of ``start`` that is followed by
    another one before ``stop`` answers has no delay and is left out.

    Parameters
    ----------
    start, stop : str
        Names of waveforms.
    supply : float
        V.
    edges : str
        Two words, ``rise`` or ``fall``: of ``start`` and of ``stop``.

    Returns
    -------
    (n,) ndarray, s
    """
    first, second = edges.split()
    level = FRACTION * supply
    begins = crossings(waves["time"], waves[start], level, rising=first == "rise")
    ends = crossings(waves["time"], waves[stop], level, rising=second == "rise")
    following = np.searchsorted(ends, begins, side="right")
    next_begin = np.append(begins[1:], np.inf)
    found = np.append(ends, np.inf)[following] if len(begins) else begins
    answered = found < next_begin
    return np.asarray(found[answered] - begins[answered])


def edge_delay(
    waves: Waves, start: str, stop: str, supply: float, edges: str = "rise rise"
) -> float:
    """Return the median of :func:`edge_delays`, s; NaN where nothing answers."""
    delays = edge_delays(waves, start, stop, supply, edges)
    return float(np.median(delays)) if len(delays) else float("nan")


def edge_count(waves: Waves, of: str, supply: float) -> float:
    """Return how often ``of`` rises through half of the supply."""
    return float(len(crossings(waves["time"], waves[of], FRACTION * supply)))

"""Noise densities over frequency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.plot.style import BLUE, INK, ORANGE, axis_label, figure, literal, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]


def noise_spectrum(
    spectra: Mapping[str, tuple[Floats, Floats]], unit: str, fit: tuple[Floats, Floats] | None
) -> Figure:
    """Draw amplitude densities on logarithmic axes.

    Parameters
    ----------
    spectra : mapping of str to (frequency, density)
        Hz, and unit/sqrt(Hz); by stimulus.
    unit : str
        ``"A"`` or ``"V"``.
    fit : (frequency, density), optional
        What was fitted to all of them.
    """
    drawn = figure(6.4, 3.4)
    axes = plain(drawn.subplots())
    for number, (name, (frequency, density)) in enumerate(spectra.items()):
        shade = 0.35 + 0.65 * (number + 1) / len(spectra)
        axes.loglog(
            frequency, density, "o-", color=BLUE, alpha=shade, ms=3, lw=1, label=literal(name)
        )
    if fit is not None:
        axes.loglog(*fit, color=ORANGE, lw=1.8, label="fit")
    axes.set_xlabel("frequency (Hz)")
    axes.set_ylabel(axis_label("input noise", f"{unit}/√Hz"))
    axes.legend(frameon=False, fontsize=8, labelcolor=INK)
    return drawn

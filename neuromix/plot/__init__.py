"""Figures: one function a picture, drawn into given axes or returned as a figure.

Lives here: rasters, transfer curves, die maps, budgets, distributions, waveforms, spectra.
May import: ``neuromix.data``, ``neuromix.units``, ``neuromix.errors``, numpy; matplotlib inside
functions only, and never ``pyplot``, so that drawing needs no display and leaves no state.
Never comes in: engines, models, chips; what is drawn comes as arrays and events.
"""

from __future__ import annotations

from neuromix.plot.bars import budget
from neuromix.plot.curves import frequency_current
from neuromix.plot.die import die_map
from neuromix.plot.distributions import Column, histograms, joint, joint_law
from neuromix.plot.held_out import held_out
from neuromix.plot.network import interval_histogram, time_histogram, traces, weight_map
from neuromix.plot.operating import Axis, over_conditions
from neuromix.plot.raster import raster
from neuromix.plot.shares import stacked_shares
from neuromix.plot.spectrum import noise_spectrum
from neuromix.plot.style import figure, png, svg
from neuromix.plot.transfer import transfer_curve
from neuromix.plot.waves import waveforms

__all__ = [
    "Axis",
    "Column",
    "budget",
    "die_map",
    "figure",
    "frequency_current",
    "held_out",
    "histograms",
    "interval_histogram",
    "joint",
    "joint_law",
    "noise_spectrum",
    "over_conditions",
    "png",
    "raster",
    "stacked_shares",
    "svg",
    "time_histogram",
    "traces",
    "transfer_curve",
    "waveforms",
    "weight_map",
]

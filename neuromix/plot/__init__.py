"""Figures: one function a picture, drawn into given axes or returned as a figure.

Lives here: rasters, f-I curves, die maps, budgets.
May import: ``neuromix.data``, ``neuromix.units``, ``neuromix.errors``, numpy; matplotlib inside
functions only, and never ``pyplot``, so that drawing needs no display and leaves no state.
Never comes in: engines, models, chips; what is drawn comes as arrays and events.
"""

from __future__ import annotations

from neuromix.plot.bars import budget
from neuromix.plot.curves import frequency_current
from neuromix.plot.die import die_map
from neuromix.plot.held_out import held_out
from neuromix.plot.raster import raster
from neuromix.plot.style import figure, png

__all__ = ["budget", "die_map", "figure", "frequency_current", "held_out", "png", "raster"]

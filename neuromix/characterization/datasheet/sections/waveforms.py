"""Waveforms of the nominal cell and of the first draws."""

from __future__ import annotations

import numpy as np

from neuromix import plot
from neuromix.characterization.datasheet.content import Picture, Section
from neuromix.characterization.datasheet.evidence import Evidence

NAME, TITLE = "waveforms", "Waveforms"

COLUMNS = 3


def section(evidence: Evidence) -> Section:
    """Return the waveforms that the campaign kept of its sweep."""
    data = evidence.data
    if "sweep_wave_time" not in data:
        why = (
            "The campaign kept no waveforms: not every stimulus of its sweep is a transient, and "
            "operating points have none."
        )
        return Section.absent(NAME, TITLE, why)
    count = data.sizes["sweep"]
    chosen = sorted({round(k) for k in np.linspace(0, count - 1, min(COLUMNS, count))})
    signals = {
        name.removeprefix("sweep_wave_"): (
            str(data[name].attrs.get("units", "")),
            [[data[name].values[k]] for k in chosen],
        )
        for name in map(str, data.data_vars)
        if name.startswith("sweep_wave_") and name != "sweep_wave_time"
    }
    drawn = plot.waveforms(
        [str(data["sweep"].values[k]) for k in chosen],
        [data["sweep_wave_time"].values[k] for k in chosen],
        signals,
    )
    caption = f"SPICE, nominal cell, {evidence.condition}; i(x) is the current into port x."
    return Section(NAME, TITLE, (Picture(plot.svg(drawn, NAME), "waveforms", caption),))

"""Waveforms of the nominal cell: over time, over frequency, over what a sweep moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from neuromix import plot
from neuromix.characterization.datasheet.content import Picture, Section
from neuromix.characterization.datasheet.evidence import Evidence

NAME, TITLE = "waveforms", "Waveforms"

COLUMNS = 3
PREFIX = "sweep_wave_"


@dataclass(frozen=True)
class Axis:
    """What a group of waveforms is drawn over, and how the picture is called."""

    name: str
    unit: str
    called: str
    logarithmic: bool = False


AXES = (
    Axis("time", "s", "waveforms"),
    Axis("frequency", "Hz", "Bode plot", logarithmic=True),
    Axis("sweep", "", "swept curves"),
)


def section(evidence: Evidence) -> Section:
    """Return the waveforms that the campaign kept of its sweep, a picture for each axis."""
    pictures = tuple(_pictures(evidence))
    if not pictures:
        why = "The campaign kept no waveforms: operating points have none."
        return Section.absent(NAME, TITLE, why)
    return Section(NAME, TITLE, pictures)


def _pictures(evidence: Evidence) -> Iterator[Picture]:
    data = evidence.data
    for axis in AXES:
        if f"{PREFIX}{axis.name}" not in data:
            continue
        grid = data[f"{PREFIX}{axis.name}"].values
        usable = np.flatnonzero(np.isfinite(grid).any(axis=1))
        places = np.linspace(0, len(usable) - 1, min(COLUMNS, len(usable)))
        chosen = [int(usable[round(float(k))]) for k in places]
        kept = [np.isfinite(grid[k]) for k in chosen]
        signals = {}
        for key in map(str, data.data_vars):
            lines = (
                [data[key].values[k][good] for k, good in zip(chosen, kept, strict=True)]
                if (key.startswith(PREFIX) and key != f"{PREFIX}{axis.name}")
                else []
            )
            if any(np.isfinite(line).any() for line in lines):
                unit = str(data[key].attrs.get("units", ""))
                signals[key.removeprefix(PREFIX)] = (unit, [[line] for line in lines])
        drawn = plot.waveforms(
            [str(data["sweep"].values[k]) for k in chosen],
            [grid[k][good] for k, good in zip(chosen, kept, strict=True)],
            signals,
            axis=(axis.name, axis.unit),
            logarithmic=axis.logarithmic,
        )
        caption = f"SPICE, nominal cell, {evidence.condition}; i(x) is the current into port x."
        name = f"{NAME}-{axis.name}"
        yield Picture(plot.svg(drawn, name), axis.called, caption)

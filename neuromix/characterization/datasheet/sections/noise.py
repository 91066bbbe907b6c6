"""The input-referred noise and its fit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neuromix import plot
from neuromix.characterization.datasheet.content import Block, Picture, Section, Sentence, Table
from neuromix.characterization.datasheet.evidence import Evidence
from neuromix.characterization.datasheet.wording import told
from neuromix.declare import Current, Noise
from neuromix.measure.resolution import noise_in_band
from neuromix.models.model import NoiseDensity

Floats = NDArray[np.float64]

NAME, TITLE = "noise", "Noise"

BANDS = ((1.0, 1e2), (1.0, 1e3), (1.0, 1e4))
"""Hz: in which the rms is told."""


def section(evidence: Evidence) -> Section:
    """Return spectra, what was fitted to them, and the rms in a few bands."""
    data = evidence.data
    if "noise" not in data.coords or "noise_input_noise" not in data:
        why = "No noise was simulated: the recipe of this family has no noise stimuli."
        return Section.absent(NAME, TITLE, why)
    unit = _unit_of_spectra(evidence)
    spectra = {}
    for number, name in enumerate(data["noise"].values):
        frequency = data["noise_frequency"].values[number]
        density = data["noise_input_noise"].values[number]
        good = np.isfinite(frequency) & np.isfinite(density)
        if good.any():
            spectra[str(name)] = (frequency[good], density[good])
    if not spectra:
        return Section.absent(NAME, TITLE, "Every noise simulation of the campaign failed.")
    noise = evidence.model.noise
    fitted = unit == noise.unit and (noise.white > 0.0 or noise.flicker > 0.0)
    grid = np.geomspace(
        min(f.min() for f, _ in spectra.values()), max(f.max() for f, _ in spectra.values()), 61
    )
    density = np.sqrt(noise.white + noise.flicker / grid**noise.exponent)
    drawn = plot.noise_spectrum(spectra, unit, (grid, density) if fitted else None)
    caption = f"ngspice .noise, nominal cell, {evidence.condition}, referred to the bench's input."
    blocks: list[Block] = [Picture(plot.svg(drawn, NAME), "noise spectrum", caption)]
    blocks.append(_table(noise, _distance(noise, spectra) if fitted else None))
    if not fitted:
        blocks.append(
            Sentence(
                "The model's noise is another quantity than these spectra (that of an output "
                "current, or referred to another port), so no line is laid over them."
            )
        )
    return Section(NAME, TITLE, blocks)


def _unit_of_spectra(evidence: Evidence) -> str:
    """Return A where the input of the noise benches is driven by a current, else V."""
    for stimulus in evidence.recipe.stimuli("noise"):
        bench = evidence.cell.bench(stimulus.bench)
        if isinstance(bench.analysis, Noise):
            by_current = {d.port for d in bench.drives if isinstance(d, Current)}
            return "A" if bench.analysis.input in by_current else "V"
    return "V"


def _distance(noise: NoiseDensity, spectra: Mapping[str, tuple[Floats, Floats]]) -> float:
    """Return the rms distance of the fitted line from all points of the spectra, dB."""
    apart = [
        10.0 * np.log10((noise.white + noise.flicker / f**noise.exponent) / density**2)
        for f, density in spectra.values()
    ]
    return float(np.sqrt(np.mean(np.concatenate(apart) ** 2)))


def _table(noise: NoiseDensity, distance: float | None) -> Table:
    square = f"{noise.unit}²/Hz"
    rows = [
        ("white density", f"{noise.white:.3g} {square}", noise.white),
        ("1/f density at 1 Hz", f"{noise.flicker:.3g} {square}", noise.flicker),
        ("exponent of the frequency", f"{noise.exponent:.3g}", noise.flicker),
        ("corner frequency", told(noise.corner, "Hz", 3), noise.corner),
        ("white density per output current", f"{noise.shot:.3g} {square}/A", noise.shot),
        ("growth of the variance of ln I", f"{noise.wander:.3g} 1/s", noise.wander),
    ]
    for low, high in BANDS:
        rms = noise_in_band(noise.white, noise.flicker, noise.exponent, low, high)
        words = f"rms from {told(low, 'Hz')} to {told(high, 'Hz')}"
        rows.append((words, told(rms, noise.unit, 3), rms))
    return Table(
        ("quantity", "value"),
        [(name, text) for name, text, value in rows if value],
        ""
        if distance is None
        else f"One line for all spectra; it is {distance:.1f} dB (rms) from their points.",
    )

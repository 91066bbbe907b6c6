"""Measures of a characteristic curve: what a cell gives while one of its inputs sweeps.

``sign`` is −1 for a current that the cell pushes out of a port, since ``i(port)`` flows in.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from neuromix.measure.waveform import crossings

Waves = Mapping[str, NDArray[np.float64]]

HARMONICS = 9
"""Up to which harmonic distortion is counted."""


def swept(waves: Waves, of: str, sign: float = 1.0) -> NDArray[np.float64]:
    """Return ``of`` at every point of the sweep."""
    return np.asarray(sign * waves[of])


def slope(waves: Waves, of: str, at: float = 0.0, sign: float = 1.0) -> float:
    """Return the derivative of ``of`` where the swept value is ``at``; NaN outside of the sweep."""
    axis = waves["sweep"]
    if not axis[0] <= at <= axis[-1]:
        return float("nan")
    return float(np.interp(at, axis, np.gradient(sign * waves[of], axis, edge_order=2)))


def swept_crossing(waves: Waves, of: str, level: float = 0.0, sign: float = 1.0) -> float:
    """Return the swept value at which ``of`` crosses ``level``, rising or not; NaN where never.

    The one nearest to the middle of the sweep, where there are several.
    """
    axis, wave = waves["sweep"], sign * waves[of]
    found = np.concatenate(
        [crossings(axis, wave, level, rising=rising) for rising in (True, False)]
    )
    middle = 0.5 * (axis[0] + axis[-1])
    return float(found[np.argmin(np.abs(found - middle))]) if len(found) else float("nan")


def linearity_error(waves: Waves, of: str) -> float:
    """Return the largest distance from the least-squares line over the span of ``of``."""
    axis, wave = waves["sweep"], waves[of]
    return _largest_rest(np.stack([np.ones_like(axis), axis], axis=1), wave)


def product_error(waves: Waves, of: str) -> float:
    """Return the largest distance from the best square over the span of ``of``.

    For a multiplier both of whose inputs follow the swept value: the distance from an ideal product
    with an offset and a gain.
    """
    axis, wave = waves["sweep"], waves[of]
    return _largest_rest(np.stack([np.ones_like(axis), axis**2], axis=1), wave)


def _largest_rest(design: NDArray[np.float64], wave: NDArray[np.float64]) -> float:
    coefficients, *_ = np.linalg.lstsq(design / np.abs(design).max(axis=0), wave, rcond=None)
    fitted = design / np.abs(design).max(axis=0) @ coefficients
    span = np.ptp(wave)
    return float(np.abs(wave - fitted).max() / span) if span > 0.0 else float("nan")


def harmonic_distortion(waves: Waves, of: str) -> float:
    """Return the total harmonic distortion of a slow sinusoid that spans the sweep.

    Harmonics 2 to 9, root of the sum of their squares over the fundamental.
    """
    axis = waves["sweep"]
    phase = np.linspace(0.0, 2.0 * np.pi, 1024, endpoint=False)
    drive = 0.5 * (axis[0] + axis[-1]) + 0.5 * (axis[-1] - axis[0]) * np.sin(phase)
    lines = np.abs(np.fft.rfft(np.interp(drive, axis, waves[of])))
    return float(np.linalg.norm(lines[2 : HARMONICS + 1]) / lines[1]) if lines[1] else float("nan")

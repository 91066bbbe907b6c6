"""Noise spectra as two numbers and an exponent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from neuromix.models.model import NoiseDensity

Floats = NDArray[np.float64]


UNSEEN = 1e-4
"""Share of the white part below which a 1/f part at the lowest frequency is none: with nothing to
fit, its logarithm runs away."""


def white_and_flicker(frequency: Floats, density: Floats, unit: str) -> NoiseDensity:
    """Fit ``white + flicker / f**exponent`` to a spectrum, by relative errors.

    Where there is no 1/f noise in the spectrum, ``flicker`` is 0 and the exponent 1.

    Parameters
    ----------
    frequency : (n,) ndarray, Hz
        Evenly spaced on a logarithmic axis, so that every decade counts the same.
    density : (n,) ndarray
        A²/Hz or V²/Hz.
    unit : str
        ``"A"`` or ``"V"``.
    """
    at_one = float(density[0]) * float(frequency[0])

    def fitted(z: Floats) -> Floats:
        return np.asarray(np.exp(z[0]) + np.exp(z[1]) / frequency ** z[2])

    found = least_squares(
        lambda z: np.log(fitted(z) / density),
        np.array([np.log(density.min()), np.log(at_one), 1.0]),
        bounds=([-np.inf, -np.inf, 0.5], [np.inf, np.inf, 1.5]),
    )
    white, flicker = np.exp(found.x[:2]).tolist()
    exponent = float(found.x[2])
    if flicker / frequency[0] ** exponent < UNSEEN * white:
        return NoiseDensity(white, unit=unit)
    return NoiseDensity(white, flicker, exponent, unit=unit)

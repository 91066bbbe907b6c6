"""Effective bits of a transfer curve, split into what limits them.

Unlike the other measures these take curves and densities, not waveforms. An rms error ``e`` over a
full scale ``F`` is worth ``log2(F / (e sqrt(12)))`` bits: the resolution of the ideal quantizer
whose rounding makes the same rms error (IEEE Std 1241-2010, effective number of bits; the rounding
of an ideal quantizer of step Q is Q/sqrt(12)).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def effective_bits(full_scale: float, error: float) -> float:
    """Return the bits of an ideal quantizer with that rms error.

    Parameters
    ----------
    full_scale, error : float
        In the same unit; ``error`` is an rms.

    Returns
    -------
    float
        Infinite without an error, NaN without a full scale; negative where the error is larger
        than the rounding of one bit.
    """
    if not full_scale > 0.0 or not error >= 0.0:
        return math.nan
    return math.inf if error == 0.0 else math.log2(full_scale / (error * math.sqrt(12.0)))


def nonlinearity(x: Floats, y: Floats) -> float:
    """Return the rms distance of a curve from its best straight line, in the unit of ``y``.

    Parameters
    ----------
    x, y : (n,) ndarray
        At least three points.
    """
    design = np.column_stack([np.ones_like(x), x / np.max(np.abs(x))])
    line, *_ = np.linalg.lstsq(design, y, rcond=None)
    return float(np.sqrt(np.mean((y - design @ line) ** 2)))


def mismatch_errors(nominal: Floats, instances: Floats) -> tuple[float, float, float]:
    """Return how far instances are from nominal, rms: raw, offset-trimmed, calibrated.

    Parameters
    ----------
    nominal : (m,) ndarray
        Output of the nominal cell.
    instances : (n, m) ndarray
        Outputs of the instances for the same inputs.

    Returns
    -------
    tuple of float
        As they are; with each instance's mean deviation taken away; with each instance's best
        offset and gain against the nominal curve taken away.
    """
    deviation = instances - nominal
    trimmed = deviation - deviation.mean(axis=1, keepdims=True)
    design = np.column_stack([np.ones_like(nominal), nominal / np.max(np.abs(nominal))])
    fitted = design @ np.linalg.lstsq(design, deviation.T, rcond=None)[0]
    calibrated = deviation - fitted.T
    raw, offset, both = (float(np.sqrt(np.mean(e**2))) for e in (deviation, trimmed, calibrated))
    return raw, offset, both


def noise_in_band(white: float, flicker: float, exponent: float, low: float, high: float) -> float:
    """Return the rms of the density ``white + flicker / f**exponent`` from ``low`` to ``high``.

    Parameters
    ----------
    white, flicker : float
        Density, and density of the other part at 1 Hz; squared unit per Hz.
    exponent : float
        Of the frequency.
    low, high : float
        Hz; ``0 < low < high``.
    """
    power = 1.0 - exponent
    part = (
        math.log(high / low) if math.isclose(exponent, 1.0) else (high**power - low**power) / power
    )
    return math.sqrt(white * (high - low) + flicker * part)

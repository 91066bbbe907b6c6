"""Measures of a noise spectrum: densities over ``"frequency"``, per root of hertz."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Waves = Mapping[str, NDArray[np.float64]]


def input_noise_density(waves: Waves, frequency: float) -> float:
    """Return the noise referred to the input at a frequency, in units of the input per root Hz."""
    known, density = np.log(waves["frequency"]), np.log(waves["input_noise"])
    if not known[0] <= math.log(frequency) <= known[-1]:
        return float("nan")
    return math.exp(np.interp(math.log(frequency), known, density))


def follower_noise(waves: Waves) -> float:
    """Return the noise of an amplifier's output if that were fed back to the inverting input, V.

    Root of the integral of S |A|²/(1 + |A|²) with the input-referred density S and the gain A, by
    ln f: what the feedback leaves of a gain that falls like one pole, whose phase is −90° wherever
    it matters. White noise S and a unity-gain frequency f_1 give S f_1 pi/2.
    """
    frequency, density = waves["frequency"], waves["input_noise"] ** 2
    gain = np.square(waves["output_noise"] / waves["input_noise"])
    power = np.trapezoid(frequency * density * gain / (1.0 + gain), np.log(frequency))
    return math.sqrt(float(power))

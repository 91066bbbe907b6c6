"""White and 1/f parts of spectra."""

import numpy as np
import pytest

from neuromix.characterization.spectra import white_and_flicker

FREQUENCY = np.geomspace(1.0, 1e6, 26)


def test_both_parts_are_found():
    found = white_and_flicker(FREQUENCY, 1e-28 + 1e-25 / FREQUENCY**1.1, "A")
    assert found.white == pytest.approx(1e-28, rel=1e-4)
    assert found.flicker == pytest.approx(1e-25, rel=1e-4)
    assert found.exponent == pytest.approx(1.1, rel=1e-4)


def test_a_spectrum_without_flicker_has_none():
    """That of a neuron that is reset by a switch: shot noise of its leak, blue at the end."""
    found = white_and_flicker(FREQUENCY, 2e-33 * (1.0 + (FREQUENCY / 1e5) ** 2), "A")
    assert (found.flicker, found.exponent) == (0.0, 1.0)
    assert found.white > 2e-33

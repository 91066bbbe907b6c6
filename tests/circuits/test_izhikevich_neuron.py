"""The neuron of spikes and bursts in SPICE: its patterns, and what its model is held to."""

from __future__ import annotations

import numpy as np
import pytest

import neuromix as nmx
from neuromix.engine.pool import NgspiceEngine
from neuromix.measure.firing_pattern import PATTERNS

CELL = nmx.cell("izhikevich_neuron")

VOLTAGES = {
    "regular_spiking": (0.1, 3.2),
    "fast_spiking": (0.1, 2.5),
    "intrinsically_bursting": (0.6, 3.2),
    "chattering": (0.7, 3.0),
}
"""c and d, V, at an input of 100 nA."""


@pytest.fixture(scope="module")
def engine():
    with NgspiceEngine(1) as found:
        yield found


@pytest.mark.ngspice
@pytest.mark.parametrize("name", VOLTAGES)
def test_two_voltages_select_the_pattern(name, engine):
    reset, lift = VOLTAGES[name]
    data = nmx.simulate(CELL, "step", engine=engine, v_reset=reset, v_lift=lift)
    assert PATTERNS[int(data["pattern"])] == name
    bursts = float(data["spikes_per_burst"])
    assert bursts == pytest.approx(3.0) if name == "chattering" else bursts == 1.0
    # The membrane is reset below the threshold and the slow variable never reaches the supply.
    assert float(data["u"].max()) < 2.0
    assert np.diff(data["spikes"]).min() > 2e-8

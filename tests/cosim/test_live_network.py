"""Transistors in lock-step: as exact as sources that are known beforehand, and as stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from neuromix.cosim.design import recurrent
from neuromix.cosim.dies import Silicon
from neuromix.cosim.proof import load
from neuromix.cosim.simulation import forward_spikes, live_spikes
from neuromix.engine.pool import NgspiceEngine

SMALL = Path(__file__).parents[1] / "reference" / "network" / "small.nc"


@pytest.mark.slow
@pytest.mark.ngspice
def test_a_live_deck_spikes_as_decks_whose_pulses_are_known_beforehand():
    network = recurrent(2, 5e-3, 1)
    codes = network.codes.copy()
    codes[network.outside :] = 0
    silicon = Silicon.made(replace(network, codes=codes))
    live = live_spikes(silicon)
    with NgspiceEngine(1) as engine:
        alone = forward_spikes(silicon, engine)
    assert len(live) == len(alone) > 4
    # Their flanks have another shape and their matrices other steps, which makes 0.9 µs at 4.7 ms.
    # Tolerances ten times smaller make 7 µs, and steps that are only cut at corners 10 µs.
    for k in range(2):
        assert live.of(k) == pytest.approx(alone.of(k), abs=2e-6)


@pytest.mark.slow
@pytest.mark.ngspice
def test_the_small_network_spikes_as_stored():
    stored = load(SMALL)
    found = live_spikes(stored.silicon)
    floor = max(
        float(np.abs(other.time - stored.spikes.time).max()) for other in stored.again.values()
    )
    assert np.array_equal(found.address, stored.spikes.address)
    assert found.time == pytest.approx(stored.spikes.time, abs=floor)

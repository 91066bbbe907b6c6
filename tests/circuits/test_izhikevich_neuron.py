"""The neuron of spikes and bursts in SPICE: two voltages select its pattern, in each technology."""

from __future__ import annotations

import numpy as np
import pytest

import neuromix as nmx
from neuromix.characterization.recipe import recipe_for
from neuromix.engine.pool import NgspiceEngine
from neuromix.measure.firing_pattern import PATTERNS

pytestmark = pytest.mark.ngspice

CELL = nmx.cell("izhikevich_neuron")

NAMED = [
    pytest.param(technology, stimulus, id=f"{technology}-{stimulus.name}")
    for technology in CELL.technologies
    for stimulus in recipe_for(CELL, technology).stimuli("sweep")[:4]
]


@pytest.fixture(scope="module")
def engine():
    with NgspiceEngine(1) as found:
        yield found


@pytest.mark.parametrize(("technology", "stimulus"), NAMED)
def test_two_voltages_select_the_pattern(technology, stimulus, engine):
    data = nmx.simulate(CELL, stimulus.bench, technology, engine=engine, **dict(stimulus.overrides))
    assert PATTERNS[int(data["pattern"])].replace("_", " ") == stimulus.name
    bursts = float(data["spikes_per_burst"])
    assert 2.0 <= bursts <= 5.0 if stimulus.name == "chattering" else bursts == 1.0
    # No runaway: the comparator recovers between spikes, the slow variable stays below d.
    assert np.diff(data["spikes"]).min() > float(data["width"])
    assert float(data["u"].max()) < dict(stimulus.overrides)["v_lift"]


def test_a_faster_comparator_shortens_the_spike(engine):
    widths = [
        float(nmx.simulate(CELL, bench, technology, engine=engine, duration=5e-6)["width"])
        for bench, technology in (("step", "gf180mcu"), ("low_supply_step", "generic180"))
    ]
    # 1 µA against 0.5 µA of tail current; the swing, 3.3 against 1.8 V, makes up for part of it.
    assert 1.0 < widths[1] / widths[0] < 2.0


def test_without_a_current_it_is_silent(engine):
    data = nmx.simulate(CELL, "step", engine=engine, i_in=0.0, duration=1e-5)
    assert data["spikes"].size == 0
    assert PATTERNS[int(data["pattern"])] == "undetermined"

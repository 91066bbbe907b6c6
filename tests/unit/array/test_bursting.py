"""Neurons with more than two states in an array: the same spikes as alone."""

import numpy as np
import pytest

import neuromix as nmx
from neuromix.models.bursting import free_run

CURRENT, DURATION, STEP = 1e-7, 10e-6, 10e-9
NEURONS = 18


@pytest.mark.parametrize("mismatch", [False, True])
def test_bursting_neurons_spike_as_they_do_alone(mismatch: bool) -> None:
    model = nmx.model("izhikevich_neuron")
    chip = nmx.Chip(seed=1)
    chip.add("array", nmx.Array(model, NEURONS, noise=False, mismatch=mismatch, current=CURRENT))
    events = nmx.run(chip, {}, duration=DURATION, dt=STEP).events["array"]
    instances = model.sample(NEURONS, 1, "array", "neuron").matrix(NEURONS)
    names = list(model.dynamics.values())
    for k in (0, NEURONS - 1):
        values = dict(zip(names, instances[k], strict=False)) if mismatch else {}
        alone, _ = free_run(
            model.dynamics.replace(**values), np.array([0.0]), np.array([CURRENT]), DURATION
        )
        assert len(alone) > 4
        assert events.of(k) == pytest.approx(alone[: len(events.of(k))], abs=1e-9)
        assert abs(len(events.of(k)) - len(alone)) <= 1

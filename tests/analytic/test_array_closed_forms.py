"""Arrays against closed forms."""

import numpy as np
import provisional
import pytest

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.simulation import run
from neuromix.data.events import Events
from neuromix.models.model import Model


def perfect_integrator() -> Model:
    """Return a neuron without leak and feedback: C dV/dt = I up to threshold, then a hold."""
    import dataclasses

    model = provisional.neuron()
    dynamics = model.dynamics.replace(
        capacitance_slope=0.0,
        leak_current=1e-18,
        feedback_current=1e-15,
        refractory_growth=0.0,
        recovery_depth=0.0,
    )
    return dataclasses.replace(model, dynamics=dynamics)


@pytest.mark.parametrize("current", [50e-12, 1e-9, 10e-9])
def test_a_perfect_integrator_fires_at_the_inverse_of_charge_and_hold(current: float) -> None:
    """Interval = C V_t / I + delay + t0."""
    model = perfect_integrator()
    chip = Chip(0)
    chip.add("a", Array(model, 1, noise=False, mismatch=False, current=current))
    times = run(chip, {}, duration=0.2).events["a"].time
    expected = 0.5e-12 * 0.95 / current + 1e-6 + 50e-6
    assert np.diff(times) == pytest.approx(np.full(len(times) - 1, expected), rel=1e-5)


def test_a_synapse_decays_with_its_time_constant() -> None:
    """After one pulse, without Early term and far above the floor, I falls as exp(-t/tau)."""
    import dataclasses

    synapse = provisional.synapse()
    synapse = dataclasses.replace(
        synapse,
        dynamics=synapse.dynamics.replace(decay_early=0.0, floor_current=1e-18, source_early=0.0),
    )
    chip = Chip(0)
    chip.add("in", SpikeSource(1))
    chip.add("a", Array(provisional.neuron(), 1, noise=False, mismatch=False))
    chip.connect("in", "a", weights=[[63]], through=(provisional.converter(), synapse))
    burst = Events(np.arange(40) * 5e-6, np.zeros(40, np.uint32))
    recording = run(chip, {"in": burst}, duration=30e-3, record=["a.i_in"])
    current = recording.traces["a.i_in"].to_numpy()[50:, 0]
    slope = np.polyfit(np.arange(len(current)) * 10e-6, np.log(current), 1)[0]
    assert -1.0 / slope == pytest.approx(5e-3, rel=1e-3)


def test_codes_of_both_signs_cancel_where_outputs_are_equal() -> None:
    """Equal excitation and inhibition bring no current, at the voltage where outputs are stated."""
    synapse = provisional.synapse()
    table = provisional.converter().dynamics.table("source")[0]
    assert table[0] == 0.0
    assert np.diff(table) == pytest.approx(np.full(63, 0.5e-9))
    _, _, inject, source, sink, *_ = synapse.dynamics.kernels()
    p = tuple(synapse.dynamics.matrix(1)[0])
    state = inject(-2.0, table[20], 2e-6, p)
    assert source(state, p) == pytest.approx(sink(state, p))

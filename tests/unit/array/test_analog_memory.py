"""Weights held on capacitors."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import neuromix as nmx
from neuromix.array.analog_memory import AnalogMemory
from neuromix.errors import BadValue, OutsideValidity
from neuromix.models.families.switched_memory import droop, sampled
from neuromix.units import BOLTZMANN

QUIET = {"mismatch": False, "noise": False}


@pytest.fixture(scope="module")
def model():
    return nmx.model("analog_memory")


@pytest.mark.parametrize(("line", "temperature"), [(0.0, 300.15), (1.8, 300.15), (0.0, 358.15)])
def test_levels_fall_as_those_of_the_family(model, line, temperature):
    memory = AnalogMemory(model, parked=line, temperature=temperature)
    levels = memory.hold([0.08, -0.02], **QUIET).levels(0.3)
    cell = model.dynamics.matrix(1)[0]
    for side, sign in enumerate((0.5, -0.5)):
        for k, value in enumerate((0.08, -0.02)):
            start = sampled(memory.common + sign * value, temperature, cell)
            fallen = droop(start, line, temperature, 0.3, cell)
            assert start - levels[side, k] == pytest.approx(fallen, rel=1e-6, abs=1e-12)


def test_droop_of_equal_cells_is_common_mode(model):
    memory = AnalogMemory(model, parked=0.0)
    held = memory.hold([0.05], **QUIET)
    after = held.after(1.0)
    fallen = memory.common - after.common[0]
    assert fallen > 5e-3
    assert abs(after.differential[0] - held.after(0.0).differential[0]) < 0.05 * fallen
    differing = memory.hold(np.full(200, 0.05), noise=False).after(1.0)
    assert np.std(differing.differential) > 0.1 * fallen


def test_sampling_noise_is_kt_over_c(model):
    n = 5000
    memory = AnalogMemory(model)
    start = memory.hold(np.zeros(n), seed=3, mismatch=False).start
    sigma = np.sqrt(BOLTZMANN * memory.temperature / model.nominal("capacitance"))
    # Standard deviations of 5000 values are off by 1 % rms: 5 sigma are 5 %.
    assert np.std(start, axis=1) == pytest.approx([sigma, sigma], rel=0.05)
    assert abs(np.corrcoef(start)[0, 1]) < 5.0 / np.sqrt(n)


def test_pairs_belong_to_their_owner(model):
    memory = AnalogMemory(model)
    few, many, other = (
        memory.hold(np.zeros(n), 1, owner) for n, owner in ((3, "a"), (9, "a"), (9, "b"))
    )
    assert np.array_equal(few.start, many.start[:, :3])
    assert np.array_equal(few.cells, many.cells[:, :3])
    assert not np.array_equal(many.start, other.start)


def test_the_refresh_period_keeps_the_resolution(model):
    held = AnalogMemory(model, parked=0.0, temperature=358.15).hold(np.linspace(-0.1, 0.1, 64), 1)
    first = held.after(0.0).differential

    def lost(time):
        return np.sqrt(np.mean((held.after(time).differential - first) ** 2))

    for resolution in (0.5e-3, 2e-3):
        period = held.refresh_period(resolution)
        assert lost(0.99 * period) < resolution < lost(1.01 * period)
    assert held.refresh_period(2e-3) > held.refresh_period(0.5e-3)


def test_a_refresh_restores_charge(model):
    held = AnalogMemory(model, parked=0.0).hold([0.0], **QUIET)
    after = held.after(0.5)
    fallen = 2.0 * abs(held.start.mean() - after.common[0])
    wanted = model.nominal("capacitance") * model.nominal("ceiling") * fallen
    assert after.refresh_energy == pytest.approx(wanted, rel=1e-6)
    assert held.after(0.0).refresh_energy == 0.0


def test_long_holds_are_said_to_be_extrapolated(model):
    held = AnalogMemory(model).hold([0.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        held.after(1.0)
    with pytest.warns(OutsideValidity, match="fitted up to"):
        held.after(2.0)


@pytest.mark.parametrize(
    "wrong", [{"common": 1.75}, {"parked": -0.1}, {"temperature": 200.0}, {"common": np.nan}]
)
def test_memories_outside_the_fit_are_refused(model, wrong):
    with pytest.raises(BadValue, match="analog memory"):
        AnalogMemory(model, **wrong)


def test_wrong_uses_are_refused(model):
    with pytest.raises(BadValue, match="held voltages"):
        AnalogMemory(nmx.model("lif_neuron"))
    memory = AnalogMemory(model)
    with pytest.raises(BadValue, match="level"):
        memory.hold([1.5])
    held = memory.hold([0.0])
    for bad in (lambda: held.after(-1.0), lambda: held.refresh_period(0.0)):
        with pytest.raises(BadValue, match="analog memory"):
            bad()

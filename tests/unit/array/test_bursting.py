"""Neurons with more than two states in an array: the same spikes as alone, many in a step."""

import dataclasses

import numpy as np
import pytest

import neuromix as nmx
from neuromix.array.die import array_die
from neuromix.array.population import Population
from neuromix.characterization.recipes.bursting_stimuli import HIGH_SUPPLY
from neuromix.data.events import Events
from neuromix.errors import BadValue
from neuromix.models.bursting import free_run

CURRENT, DURATION, STEP = 1e-7, 10e-6, 10e-9
NEURONS = 18
STEPS = (10e-6, 1e-6, 0.1e-6, 10e-9)

TOLERANCE = 4e-4
"""Of the time of a spike: strides of other lengths move an interval by 1e-4, at most by 1e-3."""


def patterns(n):
    """Return a model of neurons of all four patterns in turn."""
    model = nmx.model("izhikevich_neuron")
    voltages = np.array([HIGH_SUPPLY.patterns[k % 4][1] for k in range(n)])
    dynamics = model.dynamics.replace(reset_voltage=voltages[:, 0], lift_voltage=voltages[:, 1])
    return dataclasses.replace(model, dynamics=dynamics)


def one_of(dynamics, k):
    """Return the family of one neuron."""
    values = {name: np.asarray(v) for name, v in dynamics.values().items()}
    return type(dynamics)(**{name: float(v[k] if v.ndim else v) for name, v in values.items()})


def array_of(model, n, seed=1, **options):
    chip = nmx.Chip(seed=seed)
    chip.add("array", nmx.Array(model, n, **options))
    return chip


def path():
    return nmx.model("dac_synapse"), nmx.model("dpi_synapse")


@pytest.mark.parametrize("mismatch", [False, True])
def test_bursting_neurons_spike_as_they_do_alone(mismatch):
    model = nmx.model("izhikevich_neuron")
    chip = array_of(model, NEURONS, noise=False, mismatch=mismatch, current=CURRENT)
    events = nmx.run(chip, {}, duration=DURATION, dt=STEP).events["array"]
    instances = model.sample(NEURONS, 1, "array", "neuron")
    for k in (0, NEURONS - 1):
        dynamics = one_of(instances, k) if mismatch else model.dynamics
        alone, _ = free_run(dynamics, np.array([0.0]), np.array([CURRENT]), DURATION)
        assert len(alone) > 4
        assert events.of(k) == pytest.approx(alone, rel=TOLERANCE)


@pytest.mark.parametrize("dt", STEPS)
def test_any_number_of_spikes_leaves_in_a_step(dt):
    model, currents, duration = patterns(NEURONS), np.geomspace(3e-8, 2.9e-7, NEURONS), 20e-6
    chip = array_of(model, NEURONS, noise=False, mismatch=False, current=currents)
    events = nmx.run(chip, {}, duration=duration, dt=dt).events["array"]
    for k in range(NEURONS):
        alone, _ = free_run(one_of(model.dynamics, k), np.zeros(1), currents[k : k + 1], duration)
        assert len(alone) > 3
        assert events.of(k) == pytest.approx(alone, rel=TOLERANCE)


@pytest.mark.parametrize("dt", STEPS)
def test_an_input_that_changes_does_the_same_as_alone(dt):
    n, piece = 8, 10e-6
    levels = np.array([0.0, 1e-7, 3e-8, 2.5e-7, 0.0])
    model = patterns(n)
    die = array_die(array_of(model, n, noise=False, mismatch=False), "array")
    population = Population(die, dt, piece * len(levels))
    found = []
    for k, level in enumerate(levels):
        population._set("constant", np.full(n, level))
        found.append(population.advance((k + 1) * piece, Events.empty()))
    events = Events.joined(found)
    times = np.repeat(np.arange(1, len(levels)) * piece, 2) + np.tile([0.0, 1e-15], 4)
    times, currents = np.append(0.0, times), np.append(np.repeat(levels, 2)[:-1], levels[-1])[:-1]
    for k in range(n):
        alone, _ = free_run(one_of(model.dynamics, k), times, currents, piece * len(levels))
        assert len(alone) > 15
        assert events.of(k) == pytest.approx(alone, rel=TOLERANCE)


def test_threads_change_nothing():
    n = 40
    chip = array_of(patterns(n), n, current=np.geomspace(3e-8, 2.9e-7, n))
    digests = {
        nmx.run(chip, {}, duration=20e-6, dt=1e-6, threads=threads).digest() for threads in (1, 2)
    }
    assert len(digests) == 1


def test_a_neuron_does_not_know_its_block():
    few, many = (
        nmx.run(
            array_of(nmx.model("izhikevich_neuron"), n, current=CURRENT),
            {},
            duration=DURATION,
            dt=1e-6,
        ).events["array"]
        for n in (3, 21)
    )
    for k in range(3):
        assert np.array_equal(few.of(k), many.of(k))


def test_spikes_of_one_step_find_room():
    chip = array_of(patterns(1), 1, noise=False, mismatch=False, current=2.9e-7)
    duration = 200e-6
    at_once = nmx.run(chip, {}, duration=duration, dt=duration).events["array"]
    in_steps = nmx.run(chip, {}, duration=duration, dt=1e-6).events["array"]
    assert len(at_once) == len(in_steps) > 64 + 1
    assert at_once.time == pytest.approx(in_steps.time, rel=TOLERANCE)


def test_other_neurons_still_refuse_a_step_that_holds_two_spikes():
    for name, dt in (("lif_neuron", 1e-3), ("izhikevich_neuron", 0.0)):
        with pytest.raises(BadValue):
            nmx.run(array_of(nmx.model(name), 2), {}, duration=1e-3, dt=dt)


@pytest.mark.filterwarnings("ignore::neuromix.errors.OutsideValidity")
def test_spikes_within_a_step_come_at_their_times_in_a_loop():
    """Each array of a loop does what it does alone with the events of the other."""
    n, dt, duration = 4, 2e-6, 1e-3
    model = nmx.model("izhikevich_neuron")
    rng = np.random.default_rng(3)
    weights = {"a": rng.integers(20, 60, (n, n)), "b": rng.integers(20, 60, (n, n))}

    def arrays(*names, sources=()):
        chip = nmx.Chip(seed=4)
        for name in names:
            current = 2e-8 if name == "a" else 0.0
            chip.add(name, nmx.Array(model, n, current=current))
        for name in sources:
            chip.add(name, nmx.SpikeSource(n))
        for name, other in (("a", "b"), ("b", "a")):
            if name in names:
                chip.connect(other, name, weights=weights[name], through=path())
        return chip

    loop = nmx.run(arrays("a", "b"), {}, duration=duration, dt=dt).events
    assert all(len(loop[name]) > 100 for name in "ab")
    assert len(np.unique(loop["b"].time // dt)) < len(loop["b"])
    for name, other in (("a", "b"), ("b", "a")):
        chip = arrays(name, sources=(other,))
        alone = nmx.run(chip, {other: loop[other]}, duration=duration, dt=dt).events[name]
        assert np.array_equal(alone.time, loop[name].time)
        assert np.array_equal(alone.address, loop[name].address)

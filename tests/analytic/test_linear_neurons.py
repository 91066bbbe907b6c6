"""Linear neurons against closed forms: rates, variances, charges, both kinds of kernels."""

import numpy as np
import pytest

import neuromix as nmx

TAU, THRESHOLD, REFRACTORY = 20e-3, 10e-3, 2e-3


def neuron(**changes):
    values = {
        "membrane_time": TAU,
        "excitatory_time": 5e-3,
        "inhibitory_time": 10e-3,
        "rest": 0.0,
        "threshold": THRESHOLD,
        "reset": 0.0,
        "refractory_time": REFRACTORY,
    }
    return nmx.Model.ideal("current_based_lif", **(values | changes))


def alone(model, n=1, **options):
    chip = nmx.Chip(1)
    chip.add("cell", nmx.Array(model, n))
    return nmx.run(chip, {}, **options)


def interval(drive):
    """Of a neuron under a constant drive (V): refractory time and the way up to threshold."""
    return REFRACTORY + TAU * np.log(drive / (drive - THRESHOLD))


DRIVES = np.array([10.5e-3, 12e-3, 20e-3, 50e-3])


def test_intervals_from_event_to_event_are_the_closed_form():
    left = alone(neuron(rest=DRIVES), 4, duration=1.0, mode="event")
    for k, drive in enumerate(DRIVES):
        found = np.diff(left.events["cell"].of(k))
        assert len(found) > 10
        assert np.allclose(found, interval(drive), rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("dt", [1e-4, 1e-5])
def test_intervals_by_the_clock_are_the_closed_form_to_a_step(dt):
    left = alone(neuron(rest=DRIVES), 4, duration=1.0, dt=dt, mode="clock")
    for k, drive in enumerate(DRIVES):
        found = np.diff(left.events["cell"].of(k))
        assert np.all((found > interval(drive) - 0.1 * dt) & (found < interval(drive) + 1.1 * dt))


@pytest.mark.parametrize("dt", [1e-4, 1e-5])
def test_variance_of_a_membrane_is_that_of_the_noise(dt):
    n, kept = 400, 1000
    model = neuron(threshold=1.0, noise=1e-3)
    left = alone(model, n, duration=0.5, dt=dt, record=["cell.v_mem"])
    late = left.traces["cell.v_mem"].to_numpy()[round(0.1 / dt) :: max(1, round(0.4 / dt / kept))]
    independent = n * 0.4 / (2.0 * TAU)
    assert abs(late.std() / 1e-3 - 1.0) < 5.0 / np.sqrt(2.0 * independent)
    assert abs(late.mean()) < 5.0 * 1e-3 / np.sqrt(independent)


@pytest.mark.parametrize("tau_s", [1e-3, 5e-3, TAU])
def test_an_event_brings_its_charge(tau_s):
    """The integral of the membrane is weight times synaptic time constant."""
    chip = nmx.Chip(1)
    chip.add("in", nmx.SpikeSource(1))
    chip.add("cell", nmx.Array(neuron(excitatory_time=tau_s, threshold=1.0), 1))
    chip.connect("in", "cell", weights=[[1e-3]])
    dt = 1e-4
    event = {"in": nmx.Events([0.01], [0])}
    left = nmx.run(chip, event, duration=0.5, dt=dt, record=["cell.v_mem"], mode="clock")
    trace = left.traces["cell.v_mem"].to_numpy()[:, 0]
    # A sum over steps is the integral to the second order in dt.
    assert abs(trace.sum() * dt / (1e-3 * tau_s) - 1.0) < (dt / tau_s) ** 2 + 1e-5
    t = np.arange(1, len(trace) + 1) * dt - 0.01
    with np.errstate(all="ignore"):
        away = np.exp(-t / tau_s) - np.exp(-t / TAU)
        known = t / TAU * np.exp(-t / TAU) if tau_s == TAU else tau_s / (tau_s - TAU) * away
    assert np.allclose(trace[t > 0.0], 1e-3 * known[t > 0.0], rtol=0.0, atol=2e-9)


def test_an_event_without_time_constant_is_a_jump():
    chip = nmx.Chip(1)
    chip.add("in", nmx.SpikeSource(1))
    chip.add("cell", nmx.Array(neuron(excitatory_time=0.0, inhibitory_time=0.0), 1))
    chip.connect("in", "cell", weights=[[1e-3]], delay=1e-3)
    event = {"in": nmx.Events([0.01], [0])}
    left = nmx.run(chip, event, duration=0.05, dt=1e-4, record=["cell.v_mem"], mode="clock")
    trace = left.traces["cell.v_mem"].to_numpy()[:, 0]
    t = np.arange(1, len(trace) + 1) * 1e-4 - 0.011
    known = np.where(t > -1e-9, 1e-3 * np.exp(-t / TAU), 0.0)
    assert np.allclose(trace, known, rtol=0.0, atol=2e-10)

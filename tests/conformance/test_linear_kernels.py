"""What every way to compute a network of linear neurons keeps: stores, threads, both kernels."""

import numpy as np
import pytest
from scipy import stats

import neuromix as nmx
from neuromix.array.linear.die import Die
from neuromix.array.linear.running import played
from neuromix.array.linear.wiring import BITS, DENSE, SPARSE
from neuromix.errors import BadValue

DT = 1e-4
N = 700


def neuron(tau_s, **changes):
    values = {
        "membrane_time": 20e-3,
        "excitatory_time": tau_s,
        "inhibitory_time": 2.0 * tau_s,
        "rest": 9e-3,
        "threshold": 10e-3,
        "reset": 0.0,
        "refractory_time": 2e-3,
        "noise": 2e-3,
        "mismatch": {"threshold": 0.5e-3, "membrane_time": 0.05},
    }
    return nmx.Model.ideal("current_based_lif", **(values | changes))


def recurrent(tau_s=5e-3, one_weight=True, delays=1.5e-3):
    """Two arrays that excite and inhibit each other, driven from outside."""
    rng = np.random.default_rng(5)
    chip = nmx.Chip(2)
    chip.add("in", nmx.SpikeSource(50))
    chip.add("exc", nmx.Array(neuron(tau_s), N))
    chip.add("inh", nmx.Array(neuron(tau_s), N // 4))
    sizes = {"in": 50, "exc": N, "inh": N // 4}
    for source, target, weight in (
        ("in", "exc", 0.5e-3),
        ("exc", "exc", 0.1e-3),
        ("exc", "inh", 0.1e-3),
        ("inh", "exc", -0.4e-3),
        ("inh", "inh", -0.4e-3),
    ):
        shape = (sizes[source], sizes[target])
        weights = weight * (rng.random(shape) < 0.2)
        if not one_weight:
            weights = weights * rng.normal(1.0, 0.5, shape)
        delay = delays if np.ndim(delays) == 0 else rng.choice(delays, shape)
        chip.connect(source, target, weights=weights, delay=delay)
    return chip


def given(duration):
    rng = np.random.default_rng(6)
    count = int(5000 * duration)
    return {"in": nmx.Events.sort(rng.uniform(0.0, duration, count), rng.integers(0, 50, count))}


def digest(chip, threads=1, store=None, duration=0.2):
    left = played(Die.of(chip, DT, threads, store), given(duration), duration, 0, "clock")
    assert len(left.events["exc"]) > 1000
    return left.digest()


@pytest.mark.parametrize("tau_s", [5e-3, 0.0])
def test_all_stores_deliver_the_same(tau_s):
    digests = {digest(recurrent(tau_s), store=store) for store in (SPARSE, BITS, DENSE, None)}
    assert len(digests) == 1


@pytest.mark.parametrize("delays", [1.5e-3, (1e-3, 1.5e-3, 3.2e-3)])
def test_weights_of_their_own_and_delays_of_their_own(delays):
    stores = (SPARSE, DENSE)
    assert len({digest(recurrent(one_weight=False, delays=delays), store=s) for s in stores}) == 1


@pytest.mark.parametrize("delays", [1.5e-3, (8e-3, 9e-3)])
@pytest.mark.parametrize("one_weight", [True, False])
def test_any_number_of_threads_leaves_the_same_bytes(monkeypatch, one_weight, delays):
    monkeypatch.setattr("neuromix.array.linear.die.WORTH_MEETING", 1)
    chip = recurrent(one_weight=one_weight, delays=delays)
    assert len(Die.of(chip, DT, 3).ranges[-1]) == 3
    assert len({digest(chip, threads) for threads in (1, 2, 3)}) == 1


def test_threads_through_the_public_door(monkeypatch):
    monkeypatch.setattr("neuromix.array.linear.die.WORTH_MEETING", 1)
    chip = recurrent()
    runs = [
        nmx.run(chip, given(0.1), duration=0.1, dt=DT, threads=threads, record=["inh.v_mem"])
        for threads in (1, 2)
    ]
    assert runs[0].digest() == runs[1].digest()


def test_density_chooses_the_store():
    def chosen(weights):
        chip = nmx.Chip(1)
        chip.add("in", nmx.SpikeSource(100))
        chip.add("cell", nmx.Array(neuron(5e-3), 500))
        chip.connect("in", "cell", weights=weights)
        return set(Die.of(chip, DT).ranges[0][0].wires.store.tolist())

    rng = np.random.default_rng(1)
    there = rng.random((100, 500))
    each = rng.uniform(1e-4, 2e-4, (100, 500))
    assert chosen(1e-3 * (there < 0.02)) == {SPARSE}
    assert chosen(1e-3 * (there < 0.3)) == {BITS}
    assert chosen(each * (there < 0.1)) == {SPARSE}
    assert chosen(each) == {DENSE}


def feed_forward(tau_s, rest=0.0):
    rng = np.random.default_rng(0)
    model = neuron(tau_s, noise=0.0, rest=rest)
    chip = nmx.Chip(1)
    chip.add("in", nmx.SpikeSource(50))
    chip.add("hidden", nmx.Array(model, 100))
    chip.add("out", nmx.Array(model, 10))
    scale = 3e-3 if tau_s else 1e-3
    chip.connect("in", "hidden", weights=rng.normal(scale, scale, (50, 100)), delay=0.37e-3)
    chip.connect("hidden", "out", weights=rng.normal(scale, scale, (100, 10)), delay=1.5e-3)
    return chip


@pytest.mark.parametrize("tau_s", [5e-3, 0.0])
def test_the_clock_comes_near_to_the_events_with_its_step(tau_s):
    exact = nmx.run(feed_forward(tau_s), given(0.3), duration=0.3, dt=DT, mode="event")
    count = len(exact.events["hidden"])
    assert count > 500
    off = []
    for dt in (1e-4, 1e-5):
        clocked = nmx.run(feed_forward(tau_s), given(0.3), duration=0.3, dt=dt, mode="clock")
        off.append(abs(len(clocked.events["hidden"]) - count) / count)
    assert off[0] < 0.03
    assert off[1] < 0.005


@pytest.mark.parametrize("rest", [0.0, 11e-3])
@pytest.mark.parametrize("tau_s", [5e-3, 0.0])
def test_events_inside_of_steps_give_the_exact_spikes(tau_s, rest):
    """Within 1 µs at steps of 0.1 ms, with nothing on the grid of steps."""
    runs = {
        mode: nmx.run(feed_forward(tau_s, rest), given(0.3), duration=0.3, dt=DT, mode=mode)
        for mode in ("event", "inside")
    }
    for block in ("hidden", "out"):
        exact, clocked = (runs[mode].events[block] for mode in ("event", "inside"))
        assert len(exact) > 100
        assert np.array_equal(exact.counts(100), clocked.counts(100))
        for k in range(100 if block == "hidden" else 10):
            assert np.allclose(exact.of(k), clocked.of(k), rtol=0.0, atol=1e-6)


def test_loops_inside_of_steps_give_the_exact_spikes():
    """A loop feeds differences of rounding back; before they grow, both ways agree within 1 µs."""
    model = neuron(5e-3, noise=0.0)
    rng = np.random.default_rng(3)
    chip = nmx.Chip(2)
    chip.add("in", nmx.SpikeSource(50))
    for name, n in (("exc", 60), ("inh", 20)):
        chip.add(name, nmx.Array(model, n))
    for source, target, weight in (
        ("in", "exc", 2e-3), ("exc", "exc", 0.2e-3), ("exc", "inh", 0.4e-3), ("inh", "exc", -1e-3)
    ):  # fmt: skip
        shape = chip.blocks[source].n, chip.blocks[target].n
        chip.connect(source, target, weights=weight * (rng.random(shape) < 0.3), delay=1.37e-3)
    runs = [
        nmx.run(chip, given(0.2), duration=0.2, dt=DT, mode=mode) for mode in ("event", "inside")
    ]
    for block in ("exc", "inh"):
        exact, clocked = (run.events[block] for run in runs)
        assert len(exact) >= 100
        assert np.array_equal(exact.address, clocked.address)
        assert np.allclose(exact.time, clocked.time, rtol=0.0, atol=1e-6)


def test_noise_inside_of_steps_is_that_of_the_clock():
    """Without a threshold both have the same membranes; with one, the same law of intervals."""
    chip = nmx.Chip(1)
    chip.add("cell", nmx.Array(neuron(5e-3, threshold=1.0), 40))
    runs = [
        nmx.run(chip, {}, duration=0.1, dt=DT, mode=mode, record=["cell.v_mem"])
        for mode in ("clock", "inside")
    ]
    clock, inside = (run.traces["cell.v_mem"].to_numpy() for run in runs)
    assert clock.std() > 1e-3
    assert np.allclose(clock, inside, rtol=0.0, atol=1e-7)
    spiking = nmx.Chip(1)
    model = neuron(5e-3, rest=11e-3, mismatch=None, refractory_time=0.0, noise=0.1e-3)
    spiking.add("cell", nmx.Array(model, 200))
    coarse, fine = (
        nmx.run(spiking, {}, duration=1.0, dt=dt, mode="inside").events["cell"]
        for dt in (1e-4, 1e-5)
    )
    assert len(np.unique(np.round(coarse.time / DT % 1.0, 3))) > 500
    intervals = [np.concatenate([np.diff(e.of(k)) for k in range(200)]) for e in (coarse, fine)]
    (mean, fine_mean), error = map(np.mean, intervals), stats.sem(intervals[0])
    assert error < 8e-4 * mean
    assert abs(mean / fine_mean - 1.0) < 3e-3  # four standard errors, of both
    assert intervals[0].std() == pytest.approx(intervals[1].std(), rel=0.05)


def test_a_noisy_spike_inside_of_a_step_is_one_of_the_clock_at_its_end():
    """Without inputs a membrane goes one way within a step, and both have the same deviates."""
    chip = nmx.Chip(4)
    model = neuron(5e-3, rest=10.5e-3, mismatch=None)
    chip.add("cell", nmx.Array(model, 300, initial=0.0))
    clock, inside = (
        nmx.run(chip, {}, duration=0.1, dt=DT, mode=mode).events["cell"]
        for mode in ("clock", "inside")
    )
    firsts = [(clock.of(k)[0], inside.of(k)[0]) for k in range(300) if len(clock.of(k))]
    assert len(firsts) > 250
    late = np.array([end - found for end, found in firsts]) / DT
    assert late.min() > -1e-6
    assert late.max() < 1.0 + 1e-6
    # Drift and noise take a membrane over its threshold anywhere in a step.
    assert 0.2 < np.median(late) < 0.8


def test_only_the_clock_is_noisy_and_loops_take_time():
    noisy = nmx.Chip(1)
    noisy.add("cell", nmx.Array(neuron(5e-3), 3))
    with pytest.raises(BadValue, match="cell is noisy"):
        nmx.run(noisy, {}, duration=0.1, mode="event")
    loop = nmx.Chip(1)
    loop.add("cell", nmx.Array(neuron(5e-3, noise=0.0), 3))
    loop.connect("cell", "cell", weights=np.ones((3, 3)))
    for mode in ("inside", "event"):
        with pytest.raises(BadValue, match="answer each other at once"):
            nmx.run(loop, {}, duration=0.1, mode=mode)
    slow = nmx.Chip(1)
    slow.add("cell", nmx.Array(neuron(5e-3, noise=0.0), 3))
    slow.connect("cell", "cell", weights=np.ones((3, 3)), delay=0.5 * DT)
    with pytest.raises(BadValue, match="answers within a step"):
        nmx.run(slow, {}, duration=0.1, dt=DT, mode="inside")


def test_the_quicker_kernel_is_chosen():
    exact, auto, busy = (
        nmx.run(feed_forward(5e-3), given(0.3), duration=0.3, dt=dt, mode=mode)
        for dt, mode in ((5e-7, "event"), (5e-7, "auto"), (1e-4, "auto"))
    )
    assert auto.events["hidden"] == exact.events["hidden"]
    on_grid = busy.events["hidden"].time / DT
    assert np.allclose(on_grid, np.rint(on_grid))


def test_loops_from_event_to_event():
    """A neuron and its own delayed excitation: each spike brings the next one."""
    chip = nmx.Chip(1)
    chip.add("in", nmx.SpikeSource(1))
    model = neuron(0.0, noise=0.0, rest=0.0, mismatch=None, refractory_time=1e-3)
    chip.add("cell", nmx.Array(model, 1))
    chip.connect("in", "cell", weights=[[11e-3]], delay=0.2e-3)
    chip.connect("cell", "cell", weights=[[10.5e-3]], delay=7.3e-3)
    start = {"in": nmx.Events([1e-3], [0])}
    left = nmx.run(chip, start, duration=0.1, mode="event")
    assert np.allclose(left.events["cell"].time, 1.2e-3 + 7.3e-3 * np.arange(14), atol=1e-12)

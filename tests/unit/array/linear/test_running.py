"""Chips of linear neurons through the public door."""

import numpy as np
import provisional
import pytest

import neuromix as nmx
from neuromix.array.simulation import run_batch
from neuromix.errors import BadValue, UnknownName

DT = 1e-4
MODEL = nmx.Model.ideal(
    "current_based_lif",
    membrane_time=20e-3,
    excitatory_time=5e-3,
    inhibitory_time=10e-3,
    rest=0.0,
    threshold=10e-3,
    reset=0.0,
    refractory_time=2e-3,
    noise=1e-3,
    mismatch={"threshold": 0.5e-3, "membrane_time": 0.05},
)


def chip(n: int = 40, seed: int = 1) -> nmx.Chip:
    made = nmx.Chip(seed)
    made.add("in", nmx.SpikeSource(20))
    made.add("hidden", nmx.Array(MODEL, n))
    made.add("out", nmx.Array(MODEL, 10))
    rng = np.random.default_rng(3)
    made.connect("in", "hidden", weights=rng.normal(3e-3, 2e-3, (20, n)))
    made.connect("hidden", "out", weights=rng.normal(2e-3, 2e-3, (n, 10)), delay=1e-3)
    return made


def inputs(seed: int = 0) -> dict[str, nmx.Events]:
    rng = np.random.default_rng(seed)
    return {"in": nmx.Events.sort(rng.uniform(0.0, 0.2, 400), rng.integers(0, 20, 400))}


def test_layers_spike_one_after_the_other():
    left = nmx.run(chip(), inputs(), duration=0.2, dt=DT, record=["out.v_mem"])
    assert len(left.events["hidden"]) > 200
    assert len(left.events["out"]) > 20
    assert left.events["hidden"].time[0] > left.events["in"].time[0]
    trace = left.traces["out.v_mem"]
    assert trace.shape == (2000, 10)
    assert trace.attrs["units"] == "V"
    assert float(trace.max()) < 14e-3


def test_same_seed_same_bytes_other_trial_other_noise():
    first, again = (nmx.run(chip(), inputs(), duration=0.2, dt=DT).digest() for _ in range(2))
    other = nmx.run(chip(), inputs(), duration=0.2, dt=DT, trial=1).digest()
    assert first == again != other


def test_a_larger_array_leaves_its_first_neurons_alone():
    silent = {"in": nmx.Events.empty()}
    few, many = (
        nmx.run(chip(n), silent, duration=0.02, dt=DT, record=["hidden.v_mem"]) for n in (40, 300)
    )
    a, b = (x.traces["hidden.v_mem"].to_numpy() for x in (few, many))
    assert np.array_equal(a, b[:, :40])


def test_a_batch_is_its_runs_on_any_number_of_threads():
    given = [inputs(k) for k in range(4)]
    alone, shared = (
        run_batch(chip(), given, duration=0.1, dt=DT, threads=count) for count in (1, 3)
    )
    assert [x.digest() for x in alone] == [x.digest() for x in shared]
    for trial, item in enumerate(alone):
        single = nmx.run(chip(), given[trial], duration=0.1, dt=DT, trial=trial)
        assert single.digest() == item.digest()


def test_typed_in_models_say_so():
    assert not MODEL.characterized
    assert "not characterized" in str(MODEL)
    assert "not characterized" in repr(MODEL)
    assert MODEL.proof == {}


def test_kinds_of_neurons_are_not_mixed():
    made = chip()
    made.add("circuit", nmx.Array(provisional.neuron(), 3))
    with pytest.raises(BadValue, match="circuit and linear neurons are on one chip"):
        nmx.run(made, {}, duration=0.1)


def test_characterized_neurons_need_their_circuits():
    made = nmx.Chip(1)
    made.add("in", nmx.SpikeSource(2))
    made.add("circuit", nmx.Array(provisional.neuron(), 3))
    with pytest.raises(BadValue, match="not two models"):
        made.connect("in", "circuit", weights=np.ones((2, 3), int))


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("have no circuits", {"through": (provisional.converter(), provisional.synapse())}),
        ("before the spike", {"delay": -1e-3}),
        ("weights have shape", {"weights": np.ones((10, 20))}),
        ("a weight error of", {"weight_error": -1.0}),
        ("no target 11", {"weights": ([0, *[1] * 20], [11], [1.0])}),
        ("rising order", {"weights": ([0, *[2] * 20], [3, 1], [1.0, 1.0])}),
        ("delays have shape", {"delay": np.zeros(7)}),
    ],
)
def test_mistakes_of_connecting(words, change):
    made = nmx.Chip(1)
    made.add("in", nmx.SpikeSource(20))
    made.add("out", nmx.Array(MODEL, 10))
    with pytest.raises(BadValue, match=words):
        made.connect("in", "out", **({"weights": np.ones((20, 10))} | change))


def test_mistakes_of_running():
    with pytest.raises(UnknownName, match="mode"):
        nmx.run(chip(), inputs(), duration=0.1, mode="clocks")
    with pytest.raises(UnknownName, match="trace"):
        nmx.run(chip(), inputs(), duration=0.1, record=["hidden.v"])
    fabric = nmx.Chip(1, nmx.Fabric(latency=1e-6))
    fabric.add("out", nmx.Array(MODEL, 10))
    with pytest.raises(BadValue, match="a fabric carries nothing"):
        nmx.run(fabric, {}, duration=0.1)


def test_jumps_in_a_loop_need_a_delay():
    jumping = MODEL.dynamics.replace(excitatory_time=0.0, inhibitory_time=0.0)
    made = nmx.Chip(1)
    made.add("net", nmx.Array(nmx.Model.ideal("current_based_lif", **jumping.values()), 4))
    made.connect("net", "net", weights=np.full((4, 4), 1e-4))
    with pytest.raises(BadValue, match="move the membrane at once"):
        nmx.run(made, {}, duration=0.1, dt=DT)

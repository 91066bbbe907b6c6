"""Probes: some neurons, some quantities, now and then; each series is that of the whole record."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import neuromix as nmx
from neuromix.array.probes import Probe
from neuromix.errors import BadValue, UnknownName

DURATION, DT = 5e-3, 1e-5


def chip(n=40, seed=3):
    made = nmx.Chip(seed)
    made.add("lines", nmx.SpikeSource(8))
    made.add("cells", nmx.Array(nmx.model("lif_neuron"), n))
    codes = np.random.default_rng(1).integers(-20, 60, (8, n))
    through = (nmx.model("dac_synapse"), nmx.model("dpi_synapse"))
    made.connect("lines", "cells", weights=codes, through=through)
    made.add("alone", nmx.Array(nmx.model("lif_neuron"), 3, current=1e-9))
    return made


def linear_chip(n=600):
    made = nmx.Chip(3)
    made.add("lines", nmx.SpikeSource(8))
    times = {"membrane_time": 10e-3, "excitatory_time": 2e-3, "inhibitory_time": 2e-3}
    levels = {"rest": -0.06, "threshold": -0.05, "reset": -0.06, "noise": 2e-3}
    made.add("cells", nmx.Array(nmx.Model.ideal("current_based_lif", **times, **levels), n))
    weights = np.random.default_rng(1).normal(2e-3, 1e-3, (8, n))
    made.connect("lines", "cells", weights=weights)
    return made


def inputs():
    return {"lines": nmx.rate_code(np.full(8, 255, np.uint8), DURATION, 2e3)}


def recorded(record, of=chip, **options):
    return nmx.run(of(), inputs(), duration=DURATION, dt=DT, record=record, **options).traces


@pytest.mark.parametrize(
    ("made", "names"),
    [
        (chip, ("cells.v_mem", "cells.i_in", "cells.i_exc", "cells.i_inh")),
        (linear_chip, ("cells.v_mem",)),
    ],
)
def test_a_probe_sees_what_the_whole_record_has(made, names):
    whole = recorded(names, made)
    some = recorded({name: [37, 2, 16] for name in names}, made)
    rare = recorded({name: Probe(slice(0, 20), interval=7 * DT) for name in names}, made)
    for name in names:
        assert whole[name].dims == ("time", "neuron")
        np.testing.assert_array_equal(some[name].neuron, [37, 2, 16])
        np.testing.assert_array_equal(some[name], whole[name].sel(neuron=[37, 2, 16]))
        assert rare[name].shape == (round(DURATION / DT) // 7, 20)
        np.testing.assert_array_equal(rare[name], whole[name][6::7, :20])
        np.testing.assert_allclose(rare[name].time, whole[name].time[6::7], rtol=1e-12)


def test_quantities_of_one_neuron_add_up():
    """At 0.5 V, both outputs are what is stated; elsewhere compliance changes them by percents."""
    traces = recorded({f"cells.{q}": 5 for q in ("v_mem", "i_in", "i_exc", "i_inh")})
    into, pushed, drawn, v = (
        traces[f"cells.{q}"].to_numpy()[:, 0] for q in ("i_in", "i_exc", "i_inh", "v_mem")
    )
    assert pushed.max() > 1e-10
    assert pushed.min() >= 0.0
    at = (v > 0.3) & (v < 0.7) & (pushed > 1e-10)
    np.testing.assert_allclose(into[at], (pushed - drawn)[at], rtol=0.1, atol=2e-11)


@pytest.mark.parametrize("made", [chip, linear_chip])
def test_probes_change_nothing(made):
    bare = nmx.run(made(), inputs(), duration=DURATION, dt=DT, mode="clock")
    seen = nmx.run(made(), inputs(), duration=DURATION, dt=DT, record=["cells.v_mem"], mode="clock")
    for name in bare.events:
        np.testing.assert_array_equal(bare.events[name].time, seen.events[name].time)


def test_probes_are_the_same_at_any_number_of_threads():
    one, two = (
        nmx.run(linear_chip(3000), inputs(), duration=DURATION, dt=DT, threads=threads,
                record={"cells.v_mem": [2999, 0, 1500]}, mode="clock")
        for threads in (1, 2)
    )  # fmt: skip
    assert one.digest() == two.digest()


def test_batches_record_as_runs_do():
    for made in (chip, linear_chip):
        batch = nmx.run_batch(
            made(), [inputs(), {}], duration=DURATION, dt=DT, record={"cells.v_mem": [4]}
        )
        for trial, given in enumerate((inputs(), {})):
            one = nmx.run(
                made(), given, duration=DURATION, dt=DT, record={"cells.v_mem": [4]}, trial=trial
            )
            assert batch[trial].digest() == one.digest()


def test_a_probe_costs_its_own_samples():
    """One neuron of two thousand, for as long as all of them would take 1.6 GB."""
    made = nmx.Chip(1)
    made.add("cells", nmx.Array(nmx.model("lif_neuron"), 2000, noise=False, mismatch=False))
    nmx.run(made, {}, duration=1e-4, record={"cells.v_mem": [0]})
    steps = 2000
    peaks = []
    for record in ((), {"cells.v_mem": [7]}):
        tracemalloc.start()
        nmx.run(made, {}, duration=steps * 1e-5, record=record, threads=1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 10 * 8 * steps


@pytest.mark.parametrize(
    "record",
    [
        {"cells.v_mem": [40]},
        {"cells.v_mem": [-1]},
        {"cells.v_mem": [1, 1]},
        {"cells.v_mem": [True]},
        {"cells.v_mem": "all"},
        {"cells.v_mem": [0.5]},
        {"cells.v_mem": Probe(interval=0.0)},
        {"cells.v_mem": Probe(interval=1.5 * DT)},
        {"cells.v_mem": Probe(interval=float("nan"))},
        [["cells.v_mem"]],
        5,
    ],
)
def test_what_no_probe_is_is_named(record):
    with pytest.raises(BadValue, match=r"v_mem|record"):
        recorded(record)


def test_only_driven_arrays_have_synapses_to_look_at():
    with pytest.raises(UnknownName, match=r"alone\.i_exc"):
        recorded(["alone.i_exc"])
    assert recorded(["alone.i_in"])["alone.i_in"].shape == (round(DURATION / DT), 3)

"""Memory that a run takes, said before it is run."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import neuromix as nmx
from neuromix.array.memory_limit import MemoryNeed, check_memory, machine_memory
from neuromix.array.memory_need import array_need, bytes_needed
from neuromix.array.probes import Probe
from neuromix.array.recordable import watched
from neuromix.errors import BadValue

LINEAR = {
    "membrane_time": 10e-3,
    "excitatory_time": 0.0,
    "inhibitory_time": 0.0,
    "rest": 0.0,
    "threshold": 1.0,
    "reset": 0.0,
}


def chip_of(n, sources=1, noise=True):
    chip = nmx.Chip(seed=1)
    chip.add("lines", nmx.SpikeSource(sources))
    chip.add("cells", nmx.Array(nmx.model("lif_neuron"), n, noise=noise))
    through = (nmx.model("dac_synapse"), nmx.model("dpi_synapse"))
    chip.connect("lines", "cells", weights=np.ones((sources, n), np.int8), through=through)
    return chip


def peak(chip, duration, record=()):
    nmx.run(chip.with_seed(2), {}, duration=1e-4, record=record, threads=1)
    tracemalloc.start()
    try:
        nmx.run(chip, {}, duration=duration, record=record, threads=1)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("n", "sources", "duration", "record"),
    [
        (2000, 1, 1e-4, ()),
        (400, 1, 0.02, ("cells.v_mem",)),
        (400, 1, 0.02, ("cells.v_mem", "cells.i_in")),
        (400, 1, 0.2, {"cells.v_mem": slice(0, 40)}),
        (500, 700, 1e-4, ()),
    ],
)
def test_the_estimate_is_what_a_run_takes(n, sources, duration, record):
    chip = chip_of(n, sources)
    need = bytes_needed(chip, duration, wanted=watched(record, chip, 1e-5))
    # Weights were laid out before, and a die has a copy of them.
    taken = peak(chip, duration, record) + sources * n
    assert 0.6 * taken < need.total < 1.6 * taken, f"{need} for {taken / 1e6:.1f} MB"


def test_parts_grow_with_what_they_hold():
    chip = chip_of(100, 50)
    short, long = bytes_needed(chip, 1e-3), bytes_needed(chip, 1.0)
    assert short.parts["weights"] == 2 * 100 * 50
    assert short.parts["traces"] == long.parts["traces"] == 0.0
    wanted = watched({"cells.v_mem": Probe([1, 7], interval=1e-3)}, chip, 1e-5)
    kept = bytes_needed(chip, 1.0, dt=1e-5, wanted=wanted, runs=5)
    assert kept.parts["traces"] == pytest.approx(8 * 2 * 1000 * 5)
    assert bytes_needed(chip_of(100, 50, noise=False), 1.0).parts["noise"] == 0.0
    assert array_need(nmx.Array(nmx.model("lif_neuron"), 100), None, 1.0, 1e-5).total < long.total


def test_linear_neurons_are_counted_by_their_weights():
    chip = nmx.Chip()
    chip.add("lines", nmx.SpikeSource(100))
    neuron = nmx.Model.ideal("current_based_lif", **LINEAR)
    chip.add("cells", nmx.Array(neuron, 200))
    before = bytes_needed(chip, 1e-3).total
    chip.connect("lines", "cells", weights=np.ones((100, 200)))
    # An index and a weight for each synapse, twice.
    assert bytes_needed(chip, 1e-3).total - before > 2 * 8 * 100 * 200


def test_runs_of_linear_neurons_are_refused_as_well():
    chip = nmx.Chip()
    chip.add("cells", nmx.Array(nmx.Model.ideal("current_based_lif", **LINEAR), 20_000))
    with pytest.raises(BadValue, match="it takes about"):
        nmx.run(chip, {}, duration=1e3, record=["cells.v_mem"])
    with pytest.raises(BadValue, match="it takes about"):
        nmx.run_batch(chip, [{}] * 1000, duration=1.0, record=["cells.v_mem"])


def test_needs_add_up():
    both = MemoryNeed({"a": 1.0, "b": 2.0}) + MemoryNeed({"b": 3.0})
    assert both.parts == {"a": 1.0, "b": 5.0}
    assert both.total == 6.0
    assert "b 5 B" in str(both)


def test_what_does_not_fit_is_refused():
    need = MemoryNeed({"traces": 3e9, "weights": 1e9})
    check_memory("run", need, 4e9)
    with pytest.raises(BadValue, match=r"it takes about 4 GB, and there are 3 GB") as refused:
        check_memory("run", need, 3e9)
    assert "traces 3 GB" in str(refused.value)
    with pytest.raises(BadValue) as refused:
        check_memory("run", MemoryNeed({"weights": 1e30}))
    assert "this machine" in str(refused.value)
    with pytest.raises(BadValue, match="hold nothing"):
        check_memory("run", need, -1.0)
    assert machine_memory() > 1e6

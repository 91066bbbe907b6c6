"""What a newcomer gets wrong: each mistake is named, with what to write instead."""

from __future__ import annotations

import numpy as np
import provisional
import pytest
import xarray as xr

import neuromix as nmx
from neuromix.array.calibration import calibrate
from neuromix.array.decoders import filtered_rates, rate_values
from neuromix.array.histogram import TimeHistogram
from neuromix.array.signed import split_signs
from neuromix.array.timing_codes import first_spike_values, interval_values
from neuromix.array.trims import Trims
from neuromix.errors import InputError
from neuromix.interop.event_files import read_events, write_events

NEURON, CONVERTER, SYNAPSE = (
    provisional.neuron(),
    provisional.converter(),
    provisional.synapse(),
)
WEIGHTS = np.ones((2, 3), dtype=int)
EVENTS = nmx.Events([0.0, 0.1, 0.2], [0, 1, 3])
LIF = {
    "membrane_time": 10e-3,
    "excitatory_time": 5e-3,
    "inhibitory_time": 5e-3,
    "rest": 0.0,
    "reset": 0.0,
    "threshold": 10e-3,
}
GIVEN = {"cycle_time": 1e-6, "latency": 0.0, "energy_per_event": 0.0}


def chip():
    made = nmx.Chip()
    made.add("pixels", nmx.SpikeSource(2))
    made.add("hidden", nmx.Array(NEURON, 3))
    return made


def connect(source="pixels", weights=WEIGHTS, through=(CONVERTER, SYNAPSE), **others):
    made = chip()
    made.connect(source, "hidden", weights=weights, through=through, **others)
    return made


def linear(weights=1e-3 * WEIGHTS, **others):
    made = nmx.Chip()
    made.add("pixels", nmx.SpikeSource(2))
    made.add("hidden", nmx.Array(nmx.Model.ideal("current_based_lif", **LIF), 3))
    made.connect("pixels", "hidden", weights=weights, **others)
    return made


def ideal(**mismatch):
    return nmx.Model.ideal("current_based_lif", mismatch=mismatch, **LIF)


def trace():
    return run(record=["hidden.v_mem"]).traces["hidden.v_mem"]


def run(**changes):
    given = {"chip": connect(), "inputs": {}, "duration": 1e-3} | changes
    return nmx.run(given.pop("chip"), given.pop("inputs"), **given)


MISTAKES = {
    "a current as text": (lambda: nmx.Array(NEURON, 3, current="1n"), "current"),
    "ragged currents": (lambda: nmx.Array(NEURON, 2, current=[[1.0], [1.0, 2.0]]), "current"),
    "array, swapped": (lambda: nmx.Array(3, NEURON), "Array"),
    "a cell for a model": (lambda: nmx.Array(nmx.cells.lif_neuron, 3), "neuromix.model"),
    "a cycle time as text": (lambda: nmx.Fabric(cycle_time="8u"), "try: 8e-06"),
    "a latency as text": (lambda: nmx.Fabric(latency="20 ns"), "try: 2e-08"),
    "a FIFO of None": (lambda: nmx.Fabric(fifo_depth=None), "fifo_depth"),
    "a fabric as number": (lambda: nmx.Chip(7, fabric=8e-6), "Fabric"),
    "add, swapped": (lambda: nmx.Chip().add(nmx.SpikeSource(2), "pixels"), "comes first"),
    "ragged weights": (lambda: connect(weights=[[1, 2, 3], [1, 2]]), "rows"),
    "weights as text": (lambda: connect(weights="ones"), "numbers"),
    "a block for its name": (lambda: connect(source=nmx.SpikeSource(2)), "known: hidden, pixels"),
    "a list for a name": (lambda: connect(source=["pixels"]), "block"),
    "a width as text": (lambda: connect(pulse_width="2u"), "try: 2e-06"),
    "names for models": (lambda: connect(through=("dac_synapse", "dpi_synapse")), "model"),
    "a duration as text": (lambda: run(duration="1m"), "try: 0.001"),
    "a step as text": (lambda: run(dt="1u"), "try: 1e-06"),
    "a model for a chip": (lambda: run(chip=NEURON), "not a chip"),
    "a trace, not in a list": (lambda: run(record="hidden.v_mem"), "record"),
    "no traces as None": (lambda: run(record=None), "record"),
    "a trial as text": (lambda: run(trial="x"), "trial"),
    "spikes as an array": (lambda: run(inputs={"pixels": np.arange(3.0)}), "Events.sort"),
    "a number for a block": (lambda: run().counts(3), "known"),
    "ragged pixels": (lambda: nmx.rate_code([[1], [1, 2]], 1e-3), "rows"),
    "a code's duration as text": (lambda: nmx.rate_code([1], "1m"), "try: 0.001"),
    "a code's rate as text": (lambda: nmx.rate_code([1], 1e-3, max_rate="1k"), "try: 1000"),
    "times as text": (lambda: nmx.Events.sort(["a"], [1]), "time"),
    "times without addresses": (lambda: nmx.Events.sort([1.0, 2.0], [1]), "one length"),
    "a number for a path": (lambda: nmx.load(5), "path"),
    "save, swapped": (lambda: nmx.save("x.model.json", NEURON), "save"),
    "a number for a model": (lambda: nmx.model(5), "known"),
    "a number for a cell": (lambda: nmx.cell(5), "known"),
    "no cell": (lambda: nmx.cells[None], "known"),
    "no technology": (lambda: nmx.technology(None), "known"),
    "a number to simulate": (lambda: nmx.simulate("lif_neuron", "step", 1e-9), "known"),
    "a temperature as text": (lambda: nmx.Condition(temperature="27"), "try: 27"),
    "a supply as text": (lambda: nmx.Condition(supply="1.8 V"), "try: 1.8"),
    "draws of None": (lambda: nmx.Plan(samples=None), "samples"),
    "a plan's temperature as text": (lambda: nmx.Plan(temperature=["cold"]), "temperature"),
    "a number to characterize": (lambda: nmx.characterize(3), "not a cell"),
    "a number for a plan": (lambda: nmx.characterize("lif_neuron", 20), "Plan"),
    "a number for a store": (lambda: nmx.characterize("lif_neuron", store=3), "store"),
    "workers as text": (lambda: nmx.characterize("lif_neuron", workers="2"), "workers"),
    "fit, swapped": (lambda: nmx.fit(xr.Dataset(), nmx.cells.lif_neuron), "not a cell"),
    "a file to fit": (lambda: nmx.fit("lif_neuron", "x.nc"), "not a dataset"),
    "data of no campaign": (lambda: nmx.fit("lif_neuron", xr.Dataset()), "characterize"),
    "a number to verify": (lambda: nmx.verify("lif_neuron", 3), "not a model"),
    "values beyond int64": (lambda: split_signs(np.array([2**64 - 1], np.uint64)), "255"),
    "the least int64": (lambda: split_signs(np.array([-(2**63)])), "255"),
    "ragged addresses": (lambda: nmx.Events([0.1, 0.2], [[1], [1, 2]]), "rows"),
    "text as times": (lambda: nmx.Events(["0.1"], [1]), "numbers"),
    "counts below none": (lambda: EVENTS.counts(-1), "whole"),
    "counts of a half": (lambda: EVENTS.counts(4.5), "whole"),
    "counts of too many": (lambda: EVENTS.counts(10**12), "whole"),
    "between words": (lambda: EVENTS.between("a", "b"), "start"),
    "between nothing": (lambda: EVENTS.between(float("nan"), 1.0), "nan"),
    "of a word": (lambda: EVENTS.of("x"), "address"),
    "joined letters": (lambda: nmx.Events.joined("ab"), "Events.sort"),
    "joined number": (lambda: nmx.Events.joined(5), "joined"),
    "decoded list": (lambda: rate_values([1], 4, 1.0), "Events.sort"),
    "decoded, n of 4.0": (lambda: rate_values(EVENTS, 4.0, 1.0), "whole"),
    "first spikes below none": (lambda: first_spike_values(EVENTS, -1, 1.0), "whole"),
    "first spikes late by a word": (
        lambda: first_spike_values(EVENTS, 4, 1.0, offset="a"),
        "offset",
    ),
    "intervals of too many": (lambda: interval_values(EVENTS, 10**12, 1.0, 1e-3), "whole"),
    "filtered list": (lambda: filtered_rates([1], 4, 1.0, [1.0]), "Events.sort"),
    "filtered, too many": (lambda: filtered_rates(EVENTS, 10**12, 1.0, [1.0]), "whole"),
    "a code of too many": (lambda: nmx.rate_code([255], 1.0, max_rate=1e15), "memory"),
    "random spikes, too many": (lambda: nmx.poisson_code([255], 1.0, max_rate=1e15), "memory"),
    "an infinite stride": (
        lambda: nmx.Convolution(np.ones((1, 1, 3, 3), int), (1, 8, 8), stride=float("inf")),
        "stride",
    ),
    "a pool larger than the image": (
        lambda: nmx.Convolution.pooling(5, (1, 8, 8), 10**6),
        "larger",
    ),
    "stamps of nan bits": (
        lambda: nmx.Fabric(timestamp=1e-6, timestamp_bits=float("nan")),
        "timestamp_bits",
    ),
    "stamps of 2.5 bits": (lambda: nmx.Fabric(timestamp=1e-6, timestamp_bits=2.5), "whole"),
    "a clock of months": (lambda: nmx.Fabric(timestamp=1e7), "timestamp"),
    "a latency of aeons": (lambda: nmx.Fabric(latency=1e15), "latency"),
    "a FIFO of 16.0": (lambda: nmx.Fabric(fifo_depth=16.0), "whole"),
    "an infinite FIFO": (lambda: nmx.Fabric(fifo_depth=float("inf")), "whole"),
    "a FIFO of nan": (lambda: nmx.Fabric(fifo_depth=float("nan")), "whole"),
    "a FIFO beyond memory": (lambda: nmx.Fabric(fifo_depth=10**12), "fifo_depth"),
    "a stage as text": (lambda: nmx.Fabric(stage="x"), "nmx.model"),
    "a link of -1": (lambda: nmx.Fabric().passage(-1), "senders"),
    "a list to carry": (lambda: nmx.Fabric(**GIVEN).carry([1], 3), "Events.sort"),
    "carried by none": (lambda: nmx.Fabric(**GIVEN).carry(EVENTS, 0), "senders"),
    "carried by 4.0": (lambda: nmx.Fabric(**GIVEN).carry(EVENTS, 4.0), "senders"),
    "trims, bits as text": (lambda: Trims(np.zeros((2, 3), int), "6", 1.0), "bits"),
    "ragged trims": (lambda: Trims([[1, 2], [1]], 6, 1.0), "rows"),
    "trims of -1": (lambda: Trims.middle(-1, 6, 1.0), "whole"),
    "a calibration for its trims": (lambda: connect().with_trims("x"), "found.trims"),
    "trims as a list": (lambda: connect().with_trims([1]), "found.trims"),
    "calibrate, bits as text": (lambda: calibrate(connect(), bits="6"), "bits"),
    "calibrate, bits of 6.0": (lambda: calibrate(connect(), bits=6.0), "whole"),
    "calibrate, 100 bits": (lambda: calibrate(connect(), bits=100), "bits"),
    "calibrate, span as text": (lambda: calibrate(connect(), span="1"), "try: 1"),
    "calibrate, arrays as number": (lambda: calibrate(connect(), arrays=5), "arrays"),
    "calibrate, a list in a list": (lambda: calibrate(connect(), arrays=[["x"]]), "hidden"),
    "calibrate, one name": (lambda: calibrate(connect(), arrays="hidden"), '["hidden"]'),
    "calibrate linear neurons": (lambda: calibrate(linear()), "trims"),
    "errors by weight": (lambda: connect(weight_error=np.ones(2)), "weight_error"),
    "ragged delays": (lambda: connect(delay=[[1.0, 2.0], [1.0]]), "delay"),
    "rows at floats": (
        lambda: linear(weights=(np.array([0.0, 1.0, 2.0]), np.array([0, 1]), np.ones(2))),
        "csr_array",
    ),
    "infinite weights": (lambda: linear(weights=np.full((2, 3), 1e300)), "in V"),
    "weights beyond membranes": (lambda: linear(weights=np.full((2, 3), -1e38)), "in V"),
    "mismatch as text": (lambda: ideal(threshold="a"), "threshold"),
    "mismatch as list": (
        lambda: nmx.Model.ideal("current_based_lif", mismatch=[1], **LIF),
        "by name",
    ),
    "a mismatch of a million": (lambda: ideal(membrane_time=1e6), "relative"),
    "no parameters": (lambda: nmx.Model.ideal("current_based_lif"), "reset missing"),
    "progress as number": (lambda: run(progress=5), "progress"),
    "addresses beyond 32 bits": (lambda: nmx.SpikeSource(2**33), "whole"),
    "a mesh of a world": (lambda: nmx.Mesh(10**6, 10**6), "chips"),
    "a tree of a world": (lambda: nmx.Tree(10**12), "whole"),
    "a path off the mesh": (lambda: nmx.Mesh(2, 1).path(0, 7), "path"),
    "a path off the tree": (lambda: nmx.Tree(2).path(-1, 1), "path"),
    "a list to write": (lambda: write_events("q.csv", [1]), "Events.sort"),
    "addresses as text": (lambda: read_events("q.csv", addresses="4"), "addresses"),
    "no events to read": (lambda: read_events("no such.csv"), "exist"),
    "a raster of nothing": (lambda: nmx.plot.raster({}, {}, 0.1), "recording"),
    "a raster without sizes": (lambda: nmx.plot.raster({"a": EVENTS}, {}, 0.1), "size"),
    "a raster of size 0": (lambda: nmx.plot.raster({"a": EVENTS}, {"a": 0}, 0.1), "size"),
    "a raster of all sizes": (lambda: nmx.plot.raster({"a": EVENTS}, {"a": 10**9}, 0.1), "size"),
    "a raster of no time": (lambda: nmx.plot.raster({"a": EVENTS}, {"a": 4}, 0.0), "duration"),
    "a budget of nan": (
        lambda: nmx.plot.budget({"a": 1.0, "b": float("nan")}, "J", "energy"),
        "b is not a number",
    ),
    "a budget of a list": (lambda: nmx.plot.budget([1.0], "J", "energy"), "recording"),
    "a map of nothing": (lambda: nmx.plot.die_map([], "x"), "instance"),
    "a map of -1 columns": (lambda: nmx.plot.die_map(np.ones(3), "x", columns=-1), "columns"),
    "traces of none": (lambda: nmx.plot.traces(trace(), []), "addresses"),
    "traces of 1.5": (lambda: nmx.plot.traces(trace(), 1.5), "addresses"),
    "traces of all": (lambda: nmx.plot.traces(trace(), "all"), "neurons"),
    "traces of a list": (lambda: nmx.plot.traces([1]), "recording.traces"),
    "intervals of a list": (lambda: nmx.plot.interval_histogram([1]), "Events.sort"),
    "times of a list": (lambda: nmx.plot.time_histogram([1], "wait"), "links"),
    "percent as text": (lambda: TimeHistogram().percentile("99"), "try: 99"),
    "a list for a recorded block": (lambda: run().counts([]), "known"),
    "a fabric for a board, half given": (
        lambda: nmx.Board(nmx.Tree(2), {"a": connect()}, {}, nmx.Fabric(latency=1e-6)),
        "energy_per_event",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_named_in_a_few_lines(name):
    make, expected = MISTAKES[name]
    with pytest.raises(InputError) as caught:
        make()
    said = str(caught.value)
    assert expected in said
    assert len(said.splitlines()) <= (8 if "missing" in said else 4)
    assert max(map(len, said.splitlines())) < 400

"""What a newcomer gets wrong: each mistake is named, with what to write instead."""

from __future__ import annotations

import numpy as np
import provisional
import pytest
import xarray as xr

import neuromix as nmx
from neuromix.errors import InputError

NEURON, CONVERTER, SYNAPSE = (
    provisional.neuron(),
    provisional.converter(),
    provisional.synapse(),
)
WEIGHTS = np.ones((2, 3), dtype=int)


def chip():
    made = nmx.Chip()
    made.add("pixels", nmx.SpikeSource(2))
    made.add("hidden", nmx.Array(NEURON, 3))
    return made


def connect(source="pixels", weights=WEIGHTS, through=(CONVERTER, SYNAPSE), **others):
    made = chip()
    made.connect(source, "hidden", weights=weights, through=through, **others)
    return made


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
}


@pytest.mark.parametrize("name", MISTAKES)
def test_named_in_a_few_lines(name):
    make, expected = MISTAKES[name]
    with pytest.raises(InputError) as caught:
        make()
    said = str(caught.value)
    assert expected in said
    assert len(said.splitlines()) <= 4
    assert max(map(len, said.splitlines())) < 400

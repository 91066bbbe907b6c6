"""ngspice in lock-step, on circuits whose answer is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neuromix.cosim.exchange import Clocking
from neuromix.cosim.worker import Wiring
from neuromix.engine.messages import Load, Run, Vector, pack_array, unpack_array
from neuromix.engine.process import WorkerProcess

TAU = 1e-6
CLOCKING = Clocking()
GIVEN = np.array([20e-6, 60e-6, 130e-6])
DECK = """two stages that answer to a gate as a low-pass filter does
vgate0 gate0 0 external
vgate1 gate1 0 external
iweight0 0 weight0 external
iweight1 0 weight1 external
rload0 weight0 0 1k
rload1 weight1 0 1k
rstage0 gate0 spike0 10k
cstage0 spike0 0 100p
rstage1 gate1 spike1 10k
cstage1 spike1 0 100p
.options reltol=1e-6 abstol=1e-15 vntol=1e-9 chgtol=1e-18 trtol=1
.save spike0 spike1
.end
"""


def live(clocking: Clocking):
    """Run a chain: an outside sender into the first stage, that into the second."""
    max_step = 2e-6
    vectors = tuple(Vector(name, name, 1.0) for name in ("time", "spike0", "spike1"))
    load = Load(DECK, f"tran {max_step} 2e-4 0 {max_step}", vectors, "time", 2e-4, ())
    wiring = Wiring(
        outputs=("spike0", "spike1"),
        gates=("vgate0", "vgate1"),
        weights=("iweight0", "iweight1"),
        codes=pack_array(np.array([[9.0, 0.0], [0.0, 5.0], [0.0, 0.0]])),
        time=pack_array(GIVEN),
        address=pack_array(np.zeros(len(GIVEN))),
        outside=1,
        clocking=clocking,
    )
    with WorkerProcess("neuromix.cosim.worker") as process:
        for request in (wiring, load):
            assert not process.ask(request, 60.0).error
        return process.ask(Run((), ()), 60.0)


@pytest.mark.ngspice
def test_spikes_of_a_chain_come_when_they_must():
    answer = live(CLOCKING)
    assert not answer.error, (answer.summary, answer.evidence)
    time, address = (unpack_array(answer.arrays[f"spike_{key}"]) for key in ("time", "address"))
    # A pulse through a low-pass filter passes half of its height after tau ln 2.
    stage = CLOCKING.latency + CLOCKING.setup + TAU * math.log(2.0)
    assert time[address == 0] == pytest.approx(GIVEN + stage, abs=0.2e-9)
    # The first stage has spiked while the synapses are still busy with what made it spike.
    assert time[address == 1] == pytest.approx(GIVEN + CLOCKING.busy + stage, abs=0.2e-9)


@pytest.mark.ngspice
def test_an_error_in_the_middle_of_a_run_ends_it_and_is_told():
    answer = live(Clocking(setup=0.2e-6))
    assert answer.error == "SimulationFailed"
    assert "too late for its pulse" in answer.summary

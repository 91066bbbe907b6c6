"""NEST, as fast as its users get it: see :mod:`benchmarks.peers.peer`.

Its neurons are exact integrators with the order of events of :mod:`benchmarks.graphs`. Capacitances
in pF that equal the time constants in ms make a current in pA worth as many mV. The noise comes
from one ``noise_generator``, which gives each of its targets numbers of its own, scaled by the
weight of the connection. A network is built anew for each repeat, since NEST cannot begin again.

Samples are presented one after the other. NEST's synaptic currents cannot be set, so that silent
gaps, which are neither timed nor counted, let them die away; membranes are set to their initial
state after each.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import Any

import nest
import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.peer import Peer, Timed, main
from benchmarks.reference import Record
from benchmarks.workload import Workload

GAP = 800
"""Steps after a sample: 80 ms, 16 synaptic time constants; recorders lag behind, too."""

LEAD = 10
"""Steps before the first sample, in which the noise reaches the neurons; they start from reset, so
that none of them spikes."""

MS = 1e3
MV = 1e3


@dataclass(frozen=True)
class Network:
    """A network inside NEST: its neurons and what records them."""

    neurons: Any
    spikes: Any
    probe: Any


def build(work: Workload, membranes: bool, given: argparse.Namespace) -> Peer:
    """Return the peer, which builds a network for each repeat."""
    del given
    nest.set_verbosity("M_ERROR")

    def run(seed: int) -> Timed:
        start = time.perf_counter()
        made = built(work, seed, membranes)
        build_seconds = time.perf_counter() - start
        seconds = presented(work, made)
        return Timed(recorded(work, made), seconds, build_seconds=build_seconds)

    return Peer("nest", nest.__version__, run, {"threads": "1"})


def built(work: Workload, seed: int, membranes: bool) -> Network:
    """Build the network of a workload."""
    nest.ResetKernel()
    nest.set(
        resolution=work.dt * MS,
        local_num_threads=1,
        rng_seed=seed,
        keep_source_table=False,
        print_time=False,
    )
    neurons = created(work)
    delay = work.delay * work.dt * MS
    source = work.sources
    inner = source >= work.inputs
    connected(neurons, source[inner] - work.inputs, neurons, work, inner, delay)
    if work.inputs:
        lines = nest.Create("spike_generator", work.inputs)
        step = beginning(work, work.event_sample) + work.event_step
        order = np.lexsort((step, work.event_line))
        ends = np.cumsum(np.bincount(work.event_line, minlength=work.inputs))[:-1]
        trains = np.split(step[order] + 1 - work.delay, ends)
        nest.SetStatus(lines, [{"spike_times": train * work.dt * MS} for train in trains])
        connected(lines, source[~inner], neurons, work, ~inner, delay)
    noise = nest.Create("noise_generator", params={"std": 1.0, "dt": work.dt * MS})
    weight = work.noise_step / -np.expm1(-work.dt / work.tau_m) * MV
    nest.Connect(noise, neurons, syn_spec={"weight": weight[:, np.newaxis], "delay": delay})
    spikes = nest.Create("spike_recorder", params={"time_in_steps": True})
    nest.Connect(neurons, spikes, syn_spec={"delay": delay})
    probe = None
    if membranes:
        interval = work.probe_every * work.dt * MS
        probe = nest.Create("multimeter", params={"interval": interval, "record_from": ["V_m"]})
        nest.Connect(probe, neurons[work.probed.tolist()], syn_spec={"delay": delay})
    return Network(neurons, spikes, probe)


def created(work: Workload) -> Any:
    """Return the neurons of a workload."""
    values = {
        "E_L": work.rest * MV,
        "V_th": work.threshold * MV,
        "V_reset": work.reset * MV,
        "V_m": work.reset * MV,
        "tau_m": work.tau_m * MS,
        "C_m": work.tau_m * MS,
        "t_ref": work.refractory * work.dt * MS,
    }
    model = "iaf_psc_delta"
    if work.tau_e is not None and work.tau_i is not None:
        model = "iaf_psc_exp"
        values |= {"tau_syn_ex": work.tau_e * MS, "tau_syn_in": work.tau_i * MS}
    return nest.Create(model, work.n, params=values)


def connected(
    of: Any,
    source: NDArray[np.integer],
    to: Any,
    work: Workload,
    chosen: NDArray[np.bool_],
    delay: float,
) -> None:
    """Connect the chosen synapses of a workload."""
    count = int(chosen.sum())
    nest.Connect(
        np.asarray(of.tolist())[source],
        np.asarray(to.tolist())[work.target[chosen]],
        conn_spec="one_to_one",
        syn_spec={
            "weight": work.weight[chosen].astype(np.float64) * MV,
            "delay": np.full(count, delay),
        },
    )


def beginning(work: Workload, sample: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the step at which a sample begins in NEST's time."""
    return LEAD + sample.astype(np.int64) * (work.steps + GAP)


def presented(work: Workload, made: Network) -> float:
    """Run all samples; return the processor time of the simulation, s."""
    nest.Prepare()
    nest.Run(LEAD * work.dt * MS)
    seconds = 0.0
    for _ in range(work.samples):
        made.neurons.V_m = work.initial * MV
        start = time.process_time()
        nest.Run(work.steps * work.dt * MS)
        seconds += time.process_time() - start
        nest.Run(GAP * work.dt * MS)
    nest.Cleanup()
    return seconds


def recorded(work: Workload, made: Network) -> Record:
    """Read what the network recorded, without the gaps."""
    events = made.spikes.events
    since = np.asarray(events["times"]) - 1 - LEAD
    sample, step = np.divmod(since, work.steps + GAP)
    counted = (since >= 0) & (step < work.steps)
    membrane = np.empty(0)
    if made.probe is not None:
        seen = made.probe.events
        moment = np.rint(seen["times"] / (work.dt * MS)).astype(np.int64) - LEAD
        place, offset = np.divmod(moment - 1, work.steps + GAP)
        inside = (moment > 0) & (offset < work.steps)
        order = np.lexsort((seen["senders"][inside], offset[inside], place[inside]))
        membrane = seen["V_m"][inside][order].reshape(work.samples, -1, len(work.probed)) / MV
    return Record(
        sample=sample[counted].astype(np.int32),
        step=step[counted].astype(np.int32),
        neuron=(np.asarray(events["senders"])[counted] - made.neurons[0].global_id).astype(
            np.int32
        ),
        membrane=membrane,
    )


if __name__ == "__main__":
    main(build)

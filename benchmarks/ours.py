"""The workloads of :mod:`benchmarks.graphs` as chips, timed as peers are."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

import neuromix as nmx
from benchmarks.reference import Record
from benchmarks.workload import Workload
from neuromix.array.linear.die import Die
from neuromix.array.linear.running import played, played_together
from neuromix.array.probes import Probe
from neuromix.array.recordable import watched
from neuromix.array.recording import Recording
from neuromix.array.threads import ALONE


@dataclass(frozen=True)
class Ours:
    """A workload that is ready to be run.

    Parameters
    ----------
    work : Workload
    die : Die
    inputs : list of dict of str to Events
        Of each sample.
    build_seconds, warm_up_seconds : float, s
        Choosing stores and layout; compilation, in a run of a few steps.
    """

    work: Workload
    die: Die
    inputs: list[dict[str, nmx.Events]]
    build_seconds: float
    warm_up_seconds: float

    @classmethod
    def of(cls, work: Workload) -> Ours:
        """Build a workload and compile what it needs."""
        start = time.perf_counter()
        die = Die.of(chip(work), work.dt)
        built = time.perf_counter()
        inputs = [events(work, sample) for sample in range(work.samples)]
        ready = time.perf_counter()
        if work.samples > 1:
            played_together(die, inputs[:1], 10 * work.dt, range(1), ALONE)
        played(die, inputs[0], 10 * work.dt, 0, "clock")
        return cls(work, die, inputs, built - start, time.perf_counter() - ready)

    def run(self, seed: int) -> tuple[Record, float]:
        """Run all samples; return what they left and the processor time of the simulation, s."""
        first = seed * self.work.samples
        duration = self.work.steps * self.work.dt
        start = time.process_time()
        trials = range(first, first + self.work.samples)
        if self.work.samples > 1:
            left = played_together(self.die, self.inputs, duration, trials, ALONE)
        else:
            left = [played(self.die, self.inputs[0], duration, first, "clock")]
        seconds = time.process_time() - start
        return record(self.work, left), seconds

    def membranes(self, seed: int) -> Record:
        """Run all samples with their membranes sampled."""
        duration = self.work.steps * self.work.dt
        probe = Probe(interval=self.work.probe_every * self.work.dt)
        names = {f"{name}.v_mem": probe for name in self.die.neurons}
        wanted = watched(names, self.die.chip, self.work.dt)
        left, sampled = [], []
        for k, given in enumerate(self.inputs):
            one = played(self.die, given, duration, seed * self.work.samples + k, "clock", wanted)
            v = [trace.to_numpy() for trace in one.traces.values()]
            sampled.append(np.concatenate(v, axis=1)[:, self.work.probed])
            left.append(one)
        found = record(self.work, left)
        return Record(found.sample, found.step, found.neuron, np.stack(sampled))


def chip(work: Workload) -> nmx.Chip:
    """Return a workload as a chip: an array for each layer, connections as the graph has them."""
    made = nmx.Chip(1)
    first_row = {"lines": 0}
    if work.inputs:
        made.add("lines", nmx.SpikeSource(work.inputs))
    ends = np.cumsum(work.layers)
    for k, (low, high) in enumerate(zip(ends - work.layers, ends, strict=True)):
        initial = work.initial[low:high]
        made.add(f"layer{k}", nmx.Array(model(work, low, high), int(high - low), initial=initial))
        first_row[f"layer{k}"] = work.inputs + int(low)
    for source in list(made.blocks):
        row = first_row[source]
        indptr = work.indptr[row : row + made.blocks[source].n + 1]
        target = work.target[indptr[0] : indptr[-1]]
        if not len(target):
            continue
        layer = int(np.searchsorted(ends, target[0], side="right"))
        begin = int(ends[layer] - work.layers[layer])
        made.connect(
            source,
            f"layer{layer}",
            weights=(indptr - indptr[0], target - begin, work.weight[indptr[0] : indptr[-1]]),
            delay=0.0 if source == "lines" else work.delay * work.dt,
        )
    return made


def model(work: Workload, low: int, high: int) -> nmx.Model:
    """Return the model of some neurons, each with its own parameters."""
    its = slice(low, high)
    tau_m = work.tau_m[its]
    return nmx.Model.ideal(
        "current_based_lif",
        membrane_time=tau_m,
        excitatory_time=0.0 if work.tau_e is None else work.tau_e[its],
        inhibitory_time=0.0 if work.tau_i is None else work.tau_i[its],
        rest=work.rest[its],
        threshold=work.threshold[its],
        reset=work.reset[its],
        refractory_time=work.refractory[its] * work.dt,
        noise=work.noise_step[its] / np.sqrt(-np.expm1(-2.0 * work.dt / tau_m)),
    )


def events(work: Workload, sample: int) -> dict[str, nmx.Events]:
    """Return the input events of a sample; one that arrives in step k is sent at its end."""
    if not work.inputs:
        return {}
    its = work.event_sample == sample
    time_ = (work.event_step[its] + 1) * work.dt
    return {"lines": nmx.Events(time_, work.event_line[its].astype(np.uint32))}


def record(work: Workload, left: list[Recording]) -> Record:
    """Return recordings as the benchmark compares them."""
    first = np.cumsum(work.layers) - work.layers
    samples, steps, neurons = [], [], []
    for sample, one in enumerate(left):
        for k, begin in enumerate(first):
            found = one.events[f"layer{k}"]
            samples.append(np.full(len(found), sample))
            steps.append(np.rint(found.time / work.dt) - 1)
            neurons.append(begin + found.address.astype(np.int64))
    joined = (np.concatenate(x).astype(np.int32) for x in (samples, steps, neurons))
    return Record(*joined, np.empty(0))

"""Brian2 in C++ standalone mode, as fast as its users get it: see :mod:`benchmarks.peers.peer`.

The step of :mod:`benchmarks.graphs` is given as one regular operation in single precision, with its
exact factors as parameters of the neurons and a counter for the refractory time: this is faster
than differential equations whose time constants differ and than Brian2's own refractoriness. The
synapses of a step come before its thresholds, and delays are one step shorter, which is the order
of events there.

Samples are presented one after the other: a batch of copies of the network would need as many
copies of its synapses, and leave the cache. Each begins with the initial state at the end of its
first step, into which spikes of the sample before may still have come. Brian2 draws a seed of its
own for each run.

``--noise sums`` replaces Brian2's generator (Mersenne twister and polar method) by a function of
the user in C++: the sum of four uniform numbers that are cut from one hashed counter.
"""

from __future__ import annotations

import argparse
import atexit
import shutil
import tempfile

import brian2 as b2
import numpy as np
from brian2 import second, volt
from numpy.typing import NDArray

from benchmarks.peers.peer import Peer, Timed, main
from benchmarks.reference import Propagators, Record
from benchmarks.workload import Workload

PARAMETERS = """
v : volt
held : 1
decay_m : 1 (constant)
drive : volt (constant)
noise_step : volt (constant)
limit : volt (constant)
base : volt (constant)
initial : volt (constant)
pause : 1 (constant)
"""
SYNAPSE = """
{g} : volt
decay_{g} : 1 (constant)
into_{g} : 1 (constant)
"""
KICK = """
kick : volt
"""
KICKED = """
v += int(held < 0) * kick
kick = 0 * volt
"""
"""Delta synapses: added up first, so that no event needs to look at the refractory time."""
STEP = """
held -= 1
v = v + int(held < 0) * ((decay_m - 1) * v + drive{inputs} + noise_step * {normal})
"""
SUM_OF_UNIFORMS = """
static const uint64_t noise_seed = std::random_device{}() * 0x9E3779B97F4A7C15ULL;
static inline float sum_of_uniforms(const int64_t i, const int64_t step) {
    uint64_t x = noise_seed + step * 0x9E3779B97F4A7C15ULL + i * 0xD1B54A32D192ED03ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    x ^= x >> 31;
    const int32_t sum = (x & 65535) + ((x >> 16) & 65535) + ((x >> 32) & 65535) + (x >> 48);
    return (sum - 131070) * 2.6429e-5f;
}
"""
"""The finalizer of SplitMix64 (Steele, Lea and Flood, 2014) over a counter, cut into four uniforms
from 0 to 65535, whose sum has a variance of (65536² - 1) / 3."""


@b2.implementation("cpp", SUM_OF_UNIFORMS)
@b2.check_units(i=1, step=1, result=1)
def sum_of_uniforms(i: int, step: int) -> float:
    """Return a number of unit variance that is nearly normal; only generated code calls it."""
    raise NotImplementedError(i, step)


NOISES = {"randn": "randn()", "sums": "sum_of_uniforms(i, timestep(t, dt))"}
FLAGS = ["-O3", "-march=native", "-ffast-math", "-std=c++17", "-w"]
ORDER = ["start", "groups", "synapses", "thresholds", "resets", "end"]


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this peer."""
    parser.add_argument("--precision", choices=("float32", "float64"), default="float32")
    parser.add_argument("--noise", choices=tuple(NOISES), default="randn")


def build(work: Workload, membranes: bool, given: argparse.Namespace) -> Peer:
    """Write the C++ project of a workload and compile it."""
    folder = tempfile.mkdtemp(prefix="brian2-")
    atexit.register(shutil.rmtree, folder)
    b2.set_device("cpp_standalone", directory=folder, build_on_run=False)
    b2.prefs.core.default_float_dtype = np.dtype(given.precision).type
    b2.prefs.codegen.cpp.extra_compile_args_gcc = FLAGS
    b2.prefs.devices.cpp_standalone.openmp_threads = 0
    b2.defaultclock.dt = work.dt * second
    group = neurons(work, NOISES[given.noise])
    spikes = b2.SpikeMonitor(group)
    network = b2.Network(group, spikes, *synapses(work, group))
    if work.samples > 1:
        clear = "\n".join(["v = initial", "held = 0", *(f"{g} = 0 * volt" for g in currents(work))])
        group.run_regularly(clear, dt=work.steps * work.dt * second, when="synapses", order=1)
    trace = None
    if membranes:
        every = work.probe_every * work.dt * second
        clock = b2.Clock(every, name="probe")
        trace = b2.StateMonitor(group, "v", record=work.probed, clock=clock, when="start", order=-1)
        network.add(trace)
    network.schedule = ORDER
    duration = work.samples * work.steps * work.dt * second
    network.run(duration + b2.defaultclock.dt if membranes else duration)
    b2.device.build(directory=folder, run=False, compile=True, clean=False)

    def run(seed: int) -> Timed:
        b2.device.run(directory=folder, results_directory=f"results-{seed}", with_output=False)
        step = np.rint(np.asarray(spikes.t) / work.dt).astype(np.int64)
        step = step[step < work.samples * work.steps]
        return Timed(
            Record(
                sample=(step // work.steps).astype(np.int32),
                step=(step % work.steps).astype(np.int32),
                neuron=np.asarray(spikes.i[: len(step)], np.int32),
                membrane=np.empty(0) if trace is None else sampled(work, np.asarray(trace.v)),
            ),
            seconds=b2.device._last_run_time,  # noqa: SLF001
            warm_up_seconds=b2.device.timers["run_binary"] - b2.device._last_run_time,  # noqa: SLF001
        )

    chosen = {"precision": given.precision, "noise": given.noise, "flags": " ".join(FLAGS)}
    return Peer("brian2", b2.__version__, run, chosen)


def currents(work: Workload) -> tuple[str, ...]:
    """Return the names of the synaptic variables: as few as the time constants allow."""
    if work.tau_e is None or work.tau_i is None:
        return ()
    return ("g_e",) if np.array_equal(work.tau_e, work.tau_i) else ("g_e", "g_i")


def neurons(work: Workload, normal: str) -> b2.NeuronGroup:
    """Return the neurons of a workload in their initial state."""
    names = currents(work)
    group = b2.NeuronGroup(
        work.n,
        PARAMETERS + ("".join(SYNAPSE.format(g=g) for g in names) or KICK),
        threshold="v >= limit",
        reset="v = base; held = pause",
        namespace={"sum_of_uniforms": sum_of_uniforms},
    )
    inputs = "".join(f" + into_{g} * {g}" for g in names)
    step = STEP.format(inputs=inputs, normal=normal)
    group.run_regularly(step + "".join(f"{g} *= decay_{g}\n" for g in names), when="groups")
    if not names:
        group.run_regularly(KICKED, when="synapses", order=1)
    p = Propagators.of(work)
    factors = ((p.decay_e, p.into_e), (p.decay_i, p.into_i))
    for g, (decay, into) in zip(names, factors, strict=False):
        setattr(group, f"decay_{g}", decay)
        setattr(group, f"into_{g}", into)
    group.decay_m = p.decay_m
    group.drive = (1.0 - p.decay_m) * work.rest * volt
    group.noise_step = work.noise_step * volt
    group.limit = work.threshold * volt
    group.base = work.reset * volt
    group.initial = work.initial * volt
    group.v = work.initial * volt
    group.pause = work.refractory
    return group


def synapses(work: Workload, group: b2.NeuronGroup) -> list[b2.BrianObject]:
    """Return the synapses of a workload, and its inputs where it has some."""
    source, delay = work.sources, (work.delay - 1) * work.dt * second
    found: list[b2.BrianObject] = []

    def connected(
        of: b2.Group, rows: NDArray[np.bool_], first: int, effect: str, late: object
    ) -> None:
        if rows.any():
            made = b2.Synapses(of, group, "w : volt (constant)", effect, delay=late)
            made.connect(i=source[rows] - first, j=work.target[rows])
            made.w = work.weight[rows] * volt
            found.append(made)

    names = currents(work)
    everything = np.ones(len(source), bool)
    kinds = [("kick += w", everything)]
    if len(names) == 1:
        kinds = [("g_e += w", everything)]
    if len(names) == 2:
        kinds = [("g_e += w", work.weight >= 0), ("g_i += w", work.weight < 0)]
    if work.inputs:
        step = work.event_sample.astype(np.int64) * work.steps + work.event_step
        lines = b2.SpikeGeneratorGroup(
            work.inputs, work.event_line, (step - 1) * work.dt * second, sorted=True
        )
        found.append(lines)
    for effect, ours in kinds:
        if work.inputs:
            connected(lines, ours & (source < work.inputs), 0, effect, 0 * second)
        rows = ours & (source >= work.inputs)
        first, stop = source[rows].min() - work.inputs, source[rows].max() + 1 - work.inputs
        connected(group[int(first) : int(stop)], rows, work.inputs + first, effect, delay)
    return found


def sampled(work: Workload, v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return membranes as (samples, times, probed) from a monitor of shape (probed, all times).

    The monitor looks at the beginning of steps, so that its first row is the initial state, and the
    last one belongs to a step beyond the end.
    """
    return v[:, 1:].T.reshape(work.samples, -1, v.shape[0])


if __name__ == "__main__":
    main(build, options)

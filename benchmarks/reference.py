"""The dynamics of :mod:`benchmarks.graphs` in plain numpy: slow, and the judge of every other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.workload import Floats, Workload


@dataclass(frozen=True)
class Propagators:
    """Exact factors of one step, each of shape (n,); see :mod:`benchmarks.graphs`."""

    decay_m: Floats
    decay_e: Floats
    decay_i: Floats
    into_e: Floats
    into_i: Floats

    @classmethod
    def of(cls, work: Workload) -> Propagators:
        """Return the factors of a workload; those of synapses are 0 where it has delta synapses."""
        decay_m = np.exp(-work.dt / work.tau_m)
        nothing = np.zeros(work.n)
        if work.tau_e is None or work.tau_i is None:
            return cls(decay_m, nothing, nothing, nothing, nothing)
        decay_e, decay_i = np.exp(-work.dt / work.tau_e), np.exp(-work.dt / work.tau_i)
        into_e = work.tau_e / (work.tau_e - work.tau_m) * (decay_e - decay_m)
        into_i = work.tau_i / (work.tau_i - work.tau_m) * (decay_i - decay_m)
        return cls(decay_m, decay_e, decay_i, into_e, into_i)


@dataclass(frozen=True)
class Record:
    """What a run left.

    Parameters
    ----------
    sample, step, neuron : (spikes,) arrays of int32
    membrane : (samples, steps // probe_every, probed) array, V
        Empty where nothing was sampled.
    """

    sample: NDArray[np.int32]
    step: NDArray[np.int32]
    neuron: NDArray[np.int32]
    membrane: Floats


def run(work: Workload, seed: int, noise: bool = True) -> Record:
    """Run a workload, all its samples at once.

    Parameters
    ----------
    work : Workload
    seed : int
        Of the noise.
    noise : bool
        Without it, every simulator must leave the very same spikes (but for rounding).
    """
    rng = np.random.default_rng(seed)
    p = Propagators.of(work)
    shape = (work.samples, work.n)
    v = np.broadcast_to(work.initial, shape).copy()
    g_e, g_i, held = np.zeros(shape), np.zeros(shape), np.zeros(shape, np.int32)
    under_way = [(np.empty(0, np.intp), np.empty(0, np.intp))] * work.delay
    order = np.argsort(work.event_step, kind="stable")
    first = np.searchsorted(work.event_step[order], np.arange(work.steps + 1))
    spikes, membranes = [], []
    for k in range(work.steps):
        free = held == 0
        moved = work.rest + p.decay_m * (v - work.rest) + p.into_e * g_e + p.into_i * g_i
        if noise:
            moved += work.noise_step * rng.standard_normal(shape)
        v = np.where(free, moved, v)
        held -= ~free
        g_e *= p.decay_e
        g_i *= p.decay_i
        now = order[first[k] : first[k + 1]]
        sample, fired = under_way[k % work.delay]
        excitatory, inhibitory = arriving(
            work,
            np.concatenate([work.event_sample[now], sample]),
            np.concatenate([work.event_line[now], work.inputs + fired]),
        )
        if work.tau_e is None:
            v += free * (excitatory + inhibitory)
        else:
            g_e += excitatory
            g_i += inhibitory
        sample, fired = np.nonzero(free & (v >= work.threshold))
        v[sample, fired] = work.reset[fired]
        held[sample, fired] = work.refractory[fired]
        under_way[k % work.delay] = (sample, fired)
        spikes.append((sample, np.full(len(fired), k), fired))
        if (k + 1) % work.probe_every == 0:
            membranes.append(v[:, work.probed])
    sample, step, neuron = (np.concatenate(x).astype(np.int32) for x in zip(*spikes, strict=True))
    return Record(sample, step, neuron, np.stack(membranes, axis=1))


def arriving(
    work: Workload, sample: NDArray[np.integer], row: NDArray[np.integer]
) -> tuple[Floats, Floats]:
    """Return the sums of weights of each sign that rows of the graph add in one step, V.

    Parameters
    ----------
    work : Workload
    sample, row : (m,) arrays
        Where each event belongs, and its row of the graph.

    Returns
    -------
    excitatory, inhibitory : (samples, n) arrays
    """
    length = work.indptr[row + 1] - work.indptr[row]
    offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    synapse = np.repeat(work.indptr[row], length) + offset
    cell = np.repeat(sample * work.n, length) + work.target[synapse]
    weight = work.weight[synapse].astype(np.float64)
    size = work.samples * work.n
    excitatory = np.bincount(cell, np.maximum(weight, 0.0), size)
    inhibitory = np.bincount(cell, np.minimum(weight, 0.0), size)
    return excitatory.reshape(-1, work.n), inhibitory.reshape(-1, work.n)

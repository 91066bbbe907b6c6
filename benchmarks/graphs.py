"""The three networks on which array simulators are compared, as arrays from fixed seeds.

Every simulator gets the same :class:`~benchmarks.workload.Workload`: graph, weights with their
errors, parameters of each neuron, initial membranes and input events. Only the noise is each
simulator's own. SI units.

Dynamics
--------
Between events, for each neuron::

    tau_m dV/dt = rest - V + g_e + g_i + white noise,  unless refractory
    tau_e dg_e/dt = -g_e;  tau_i dg_i/dt = -g_i,       always

``g`` is what a synaptic current would add to the resting potential (current times membrane
resistance), V. They are linear, so that a step is exact (Rotter and Diesmann, 1999)::

    decay_m = exp(-dt / tau_m), decay_e = exp(-dt / tau_e), decay_i = exp(-dt / tau_i)
    into_e = tau_e / (tau_e - tau_m) (decay_e - decay_m)
    into_i = tau_i / (tau_i - tau_m) (decay_i - decay_m)

Time is on a grid: step ``k`` (from 0) leads from ``k dt`` to ``(k + 1) dt``. In this order, step
``k`` does:

1. Membranes. A neuron that is refractory (``held > 0``) keeps its ``V`` and takes 1 off ``held``.
   Any other: ``V = rest + decay_m (V - rest) + into_e g_e + into_i g_i + noise_step n``, with the
   ``g`` of the start of the step and ``n`` a standard normal, independent for each neuron, step and
   sample.
2. Synapses: ``g_e = decay_e g_e``, ``g_i = decay_i g_i``.
3. Events that arrive in step ``k`` add their weights: one ``>= 0`` to ``g_e``, one ``< 0`` to
   ``g_i``. A spike of step ``j`` arrives in step ``j + delay``; an input event arrives in the step
   that it names. Without synaptic time constants (``tau_e is None``) the weights are added to ``V``
   itself, and are lost on a neuron that was refractory at the start of the step.
4. Threshold: a neuron that was not refractory at the start of the step and has ``V >= threshold``
   spikes in step ``k``; then ``V = reset`` and ``held = refractory``: it is held for the next
   ``refractory`` steps.

A membrane sample of step ``k`` is ``V`` after 4; it includes neurons that are held. All steps start
with ``V = initial``, ``g = 0``, ``held = 0``, nothing under way. Samples (``samples > 1``) are
independent presentations of ``steps`` steps to the same neurons, each starting so.

:func:`benchmarks.reference.run` is this text in numpy. With ``tau_e`` and ``tau_i`` equal for every
neuron (feed-forward) one ``g`` for both signs is the same.

Noise
-----
``noise_step`` is the standard deviation of what white noise adds to ``V`` in one step:
``noise sqrt(1 - exp(-2 dt / tau_m))``, ``noise`` being the root mean square that it would leave on
the membrane without threshold. Any generator serves whose effect cannot be told from a normal one.

Networks
--------
========== =========== ======= ========== ========= =========== ===== ==================
name       neurons     inputs  synapses   synapse   delay       noise from
========== =========== ======= ========== ========= =========== ===== ==================
cuba       3 200+800   0       3.2e5      5, 10 ms  1 step      1 mV  Brette et al. 2007
brunel     10 000+2500 0       1.5625e7   delta     15 steps    √3 mV Brunel 2000
feedforward 1000+10    784     7.94e5     5 ms      1 step      1 mV  100 samples
========== =========== ======= ========== ========= =========== ===== ==================

dt is 0.1 ms in all three: cuba and brunel run for 1 s, feedforward 100 ms for each sample. All
parameters of neurons (drive ``rest``, threshold and reset by the swing between them, time constants
and refractory time, the latter to whole steps) and all weights have an error of 5 % standard
deviation, and membranes start uniform between reset and threshold (feedforward: at rest).

* cuba: benchmark 2 of Brette et al. (2007), after Vogels and Abbott (2005), without the initial
  kick. Rest -49 mV, threshold -50 mV, reset -60 mV, tau_m 20 ms, 5 ms refractory; each pair of
  neurons is connected with probability 0.02; weights 1.62 mV and -9 mV.
* brunel: network A of Brunel (2000), g = 5, eta = 2: asynchronous and irregular. Threshold 20 mV,
  reset 10 mV, tau_m 20 ms, 2 ms refractory; each neuron has 1 000 excitatory inputs of 0.1 mV and
  250 inhibitory of -0.5 mV. The external Poisson drive (20 kHz of 0.1 mV) is replaced by its mean
  (40 mV) as ``rest`` and its variance ((0.1 mV)² 20 kHz tau_m / 2 = 2 mV²) as white noise, to which
  (1 mV)² of device noise are added: 3 mV².
* feedforward: signed 6-bit weights (-31 ... 31). Images are smooth blobs; a pixel of full intensity
  fires Poisson events at 100 Hz. Two layers of integrate-and-fire neurons, threshold 15 mV over
  rest and reset.

References
----------
N. Brunel, "Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons",
J. Comput. Neurosci. 8, 183-208 (2000). R. Brette et al., "Simulation of networks of spiking
neurons", J. Comput. Neurosci. 23, 349-398 (2007). S. Rotter and M. Diesmann, "Exact digital
simulation of time-invariant linear systems", Biol. Cybern. 81, 381-402 (1999).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.workload import Floats, Workload

MISMATCH = 0.05
DT = 1e-4
PROBED = 200
PROBE_EVERY = 10


def cuba() -> Workload:
    """Return the current-based network of Vogels and Abbott: 4 000 neurons."""
    rng = np.random.default_rng(1)
    n, excitatory = 4000, 3200
    rows, targets = [], []
    for row in range(n):
        found = np.flatnonzero(rng.random(n) < 0.02)
        targets.append(found[found != row])
        rows.append(len(targets[-1]))
    nominal = np.repeat([1.62e-3, -9e-3], [excitatory, n - excitatory])
    reset = -60e-3 + 10e-3 * MISMATCH * rng.standard_normal(n)
    threshold = -60e-3 + spread(rng, 10e-3, n)
    tau_m = spread(rng, 20e-3, n)
    return Workload(
        name="cuba",
        dt=DT,
        steps=10_000,
        samples=1,
        delay=1,
        inputs=0,
        rest=-60e-3 + spread(rng, 11e-3, n),
        threshold=threshold,
        reset=reset,
        initial=reset + (threshold - reset) * rng.random(n),
        noise_step=noise_step(1e-3, tau_m),
        tau_m=tau_m,
        tau_e=spread(rng, 5e-3, n),
        tau_i=spread(rng, 10e-3, n),
        refractory=whole_steps(spread(rng, 5e-3, n)),
        layers=np.array([n], np.int32),
        probed=np.arange(0, n, n // PROBED, dtype=np.int32),
        probe_every=PROBE_EVERY,
        **no_events(),
        **graph(rng, rows, targets, np.repeat(nominal, rows)),
    )


def brunel() -> Workload:
    """Return the sparse network of Brunel: 12 500 neurons, 1.5625e7 synapses."""
    rng = np.random.default_rng(2)
    n, excitatory = 12_500, 10_000
    source = np.empty((n, 1250), np.int32)
    for k in range(n):
        source[k, :1000] = chosen(rng, np.arange(excitatory), 1000, k)
        source[k, 1000:] = chosen(rng, np.arange(excitatory, n), 250, k)
    order = np.argsort(source.ravel(), kind="stable")
    target = np.repeat(np.arange(n, dtype=np.int32), 1250)[order]
    rows = np.bincount(source.ravel(), minlength=n)
    nominal = np.repeat([0.1e-3, -0.5e-3], [excitatory, n - excitatory])
    reset = 10e-3 + 10e-3 * MISMATCH * rng.standard_normal(n)
    threshold = 10e-3 + spread(rng, 10e-3, n)
    tau_m = spread(rng, 20e-3, n)
    return Workload(
        name="brunel",
        dt=DT,
        steps=10_000,
        samples=1,
        delay=15,
        inputs=0,
        rest=spread(rng, 40e-3, n),
        threshold=threshold,
        reset=reset,
        initial=reset + (threshold - reset) * rng.random(n),
        noise_step=noise_step(np.sqrt(3.0) * 1e-3, tau_m),
        tau_m=tau_m,
        tau_e=None,
        tau_i=None,
        refractory=whole_steps(spread(rng, 2e-3, n)),
        layers=np.array([n], np.int32),
        probed=np.arange(0, n, n // PROBED, dtype=np.int32),
        probe_every=PROBE_EVERY,
        **no_events(),
        **graph(rng, rows, [target], np.repeat(nominal, rows)),
    )


def feed_forward() -> Workload:
    """Return 784-1000-10 with 100 samples of 100 ms."""
    rng = np.random.default_rng(3)
    inputs, hidden, outputs, samples, steps = 784, 1000, 10, 100, 1000
    n = hidden + outputs
    step, line = np.meshgrid(np.arange(1, steps), np.arange(inputs), indexing="ij")
    found = [
        np.flatnonzero(rng.random(step.size) < (1.0 - np.exp(-100.0 * DT * image))[line.ravel()])
        for image in images(rng, samples)
    ]
    first = np.clip(np.rint(rng.normal(1.0, 10.0, inputs * hidden)), -31, 31)
    second = np.clip(np.rint(rng.normal(1.0, 10.0, hidden * outputs)), -31, 31)
    at_rest = np.zeros(n)
    tau_m, tau_s = spread(rng, 20e-3, n), spread(rng, 5e-3, n)
    return Workload(
        name="feedforward",
        dt=DT,
        steps=steps,
        samples=samples,
        delay=1,
        inputs=inputs,
        rest=at_rest,
        threshold=spread(rng, 15e-3, n),
        reset=15e-3 * MISMATCH * rng.standard_normal(n),
        initial=at_rest,
        noise_step=noise_step(1e-3, tau_m),
        tau_m=tau_m,
        tau_e=tau_s,
        tau_i=tau_s,
        refractory=whole_steps(spread(rng, 2e-3, n)),
        event_sample=np.repeat(np.arange(samples, dtype=np.int32), [len(x) for x in found]),
        event_step=step.ravel()[np.concatenate(found)].astype(np.int32),
        event_line=line.ravel()[np.concatenate(found)].astype(np.int32),
        layers=np.array([hidden, outputs], np.int32),
        probed=np.concatenate([np.arange(0, hidden, 10), np.arange(hidden, n)]).astype(np.int32),
        probe_every=PROBE_EVERY,
        **graph(
            rng,
            [hidden] * inputs + [outputs] * hidden + [0] * outputs,
            [np.tile(np.arange(hidden), inputs), np.tile(np.arange(hidden, n), hidden)],
            np.concatenate([FIRST_UNIT * first, SECOND_UNIT * second]),
        ),
    )


FIRST_UNIT, SECOND_UNIT = 0.3e-3, 0.3e-3
"""V for each unit of a 6-bit weight of the two layers of feed-forward."""

WORKLOADS: dict[str, Callable[[], Workload]] = {
    "cuba": cuba,
    "brunel": brunel,
    "feedforward": feed_forward,
}
"""What makes each workload."""


def spread(rng: np.random.Generator, nominal: float, n: int) -> Floats:
    """Return ``n`` values with the mismatch."""
    return nominal * (1.0 + MISMATCH * rng.standard_normal(n))


def whole_steps(time: Floats) -> NDArray[np.int32]:
    """Return times (s) in whole steps, at least 1."""
    return np.maximum(1, np.rint(time / DT)).astype(np.int32)


def noise_step(noise: float, tau_m: Floats) -> Floats:
    """Return the deviation of one step's noise (V) that leaves ``noise`` (V) on the membrane."""
    return noise * np.sqrt(-np.expm1(-2.0 * DT / tau_m))


def chosen(
    rng: np.random.Generator, group: NDArray[np.integer], count: int, but: int
) -> NDArray[np.integer]:
    """Return ``count`` different members of a group, not ``but``."""
    found = rng.choice(group, count + 1, replace=False)
    return found[found != but][:count]


def graph(
    rng: np.random.Generator,
    rows: list[int] | NDArray[np.integer],
    targets: list[NDArray[np.integer]],
    nominal: Floats,
) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a graph: length of each row, targets in turn and nominal weights."""
    error = 1.0 + MISMATCH * rng.standard_normal(len(nominal))
    return {
        "indptr": np.concatenate([[0], np.cumsum(rows)]).astype(np.int64),
        "target": np.concatenate(targets).astype(np.int32),
        "weight": (nominal * error).astype(np.float32),
    }


def no_events() -> dict[str, NDArray[np.int32]]:
    """Return the input events of a network without inputs."""
    return {name: np.empty(0, np.int32) for name in ("event_sample", "event_step", "event_line")}


def images(rng: np.random.Generator, count: int, side: int = 28) -> Floats:
    """Return smooth images of four blobs each, shape (count, side²), between 0 and 1."""
    y, x = np.mgrid[:side, :side]
    centre = rng.uniform(6.0, side - 6.0, (count, 4, 2, 1, 1))
    blobs = np.exp(-((x - centre[:, :, 0]) ** 2 + (y - centre[:, :, 1]) ** 2) / (2.0 * 2.0**2))
    return np.minimum(1.0, blobs.sum(axis=1)).reshape(count, side * side)

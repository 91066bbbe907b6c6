"""A network, its neurons, inputs and probes, as arrays in one file for every simulator."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A network, what it is given, and what is to be sampled of it; see :mod:`benchmarks.graphs`.

    Rows of the graph are its sources: input lines first, then neurons. For ``n`` neurons:

    Parameters
    ----------
    name : str
    dt : float, s
    steps, samples, delay : int
        Steps of a sample, samples, and steps from a spike to its arrival (at least 1).
    inputs : int
        Number of input lines.
    rest, threshold, reset, initial, noise_step : (n,) arrays, V
    tau_m : (n,) array, s
    tau_e, tau_i : (n,) arrays, s, or None
        None where a synapse moves the membrane itself.
    refractory : (n,) array of int32
        In steps, at least 1.
    indptr : (inputs + n + 1,) array of int64
    target : (synapses,) array of int32
        Neurons, sorted within each row ``indptr[row]:indptr[row + 1]``.
    weight : (synapses,) array of float32, V
        With its error.
    event_sample, event_step, event_line : (m,) arrays of int32
        Input events, sorted by sample, step and line; none in step 0; at most one for each step and
        line.
    layers : (l,) array of int32
        Size of each layer: neurons whose statistics belong together.
    probed : (p,) array of int32
        Neurons whose membranes are sampled.
    probe_every : int
        They are sampled at the end of steps ``probe_every - 1``, ``2 probe_every - 1``, ...
    """

    name: str
    dt: float
    steps: int
    samples: int
    delay: int
    inputs: int
    rest: Floats
    threshold: Floats
    reset: Floats
    initial: Floats
    noise_step: Floats
    tau_m: Floats
    tau_e: Floats | None
    tau_i: Floats | None
    refractory: NDArray[np.int32]
    indptr: NDArray[np.int64]
    target: NDArray[np.int32]
    weight: NDArray[np.float32]
    event_sample: NDArray[np.int32]
    event_step: NDArray[np.int32]
    event_line: NDArray[np.int32]
    layers: NDArray[np.int32]
    probed: NDArray[np.int32]
    probe_every: int

    @property
    def n(self) -> int:
        """Number of neurons."""
        return len(self.rest)

    @property
    def sources(self) -> NDArray[np.int64]:
        """Row of each synapse, shape (synapses,)."""
        return np.repeat(np.arange(self.inputs + self.n), np.diff(self.indptr))

    def synaptic_events(self, neurons: NDArray[np.integer]) -> int:
        """Return how many weights were delivered when these neurons spiked, one entry a spike."""
        fan_out = np.diff(self.indptr)
        return int(fan_out[self.event_line].sum() + fan_out[self.inputs + neurons].sum())

    def save(self, path: Path) -> None:
        """Write the workload to an uncompressed ``.npz``."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        with path.open("wb") as file:
            np.savez(file, **{name: x for name, x in values.items() if x is not None})

    @classmethod
    def load(cls, path: Path) -> Workload:
        """Read what :meth:`save` wrote."""
        with np.load(path) as file:
            given = {name: x[()] if x.ndim == 0 else x for name, x in file.items()}
        absent = {field.name: None for field in fields(cls) if field.name not in given}
        return cls(**given, **absent)

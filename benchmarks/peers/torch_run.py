"""A LIF network written by hand in torch, all samples a batch: see :mod:`benchmarks.peers.peer`.

For feed-forward networks of two layers only. A step is one compiled function over (samples,
neurons) in single precision: in bfloat16, a membrane at threshold has steps of 0.06 mV, more than
half of what the noise adds, and rates are off. Input events gather their rows of weights
(``embedding_bag``), which is faster than products with tensors that are nearly all zeros.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch
from torch.nn.functional import embedding_bag

from benchmarks.peers.peer import Peer, Timed, main
from benchmarks.reference import Propagators, Record
from benchmarks.workload import Workload

WARM_UP_STEPS = 20


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this peer."""
    parser.add_argument("--eager", action="store_true", help="do not compile the step")


def build(work: Workload, membranes: bool, given: argparse.Namespace) -> Peer:
    """Make the network and compile its step."""
    if work.tau_e is None or work.samples == 1:
        raise SystemExit(f"{work.name} is no batch of samples of a feed-forward network")
    torch.set_num_threads(1)
    network = Network(work, membranes, compiled=not given.eager)
    with torch.inference_mode():
        network.run(0, WARM_UP_STEPS)

        def run(seed: int) -> Timed:
            with torch.inference_mode():
                return Timed(*network.run(seed, work.steps), 0.0)

        return Peer("torch", torch.__version__, run, {"compiled": str(not given.eager)})


class Network:
    """A workload as tensors."""

    def __init__(self, work: Workload, membranes: bool, compiled: bool) -> None:
        self.work = work
        self.membranes = membranes
        self.hidden = int(work.layers[0])
        first = int(work.indptr[work.inputs])
        shape = (work.inputs, self.hidden), (self.hidden, work.n - self.hidden)
        self.first = tensor(work.weight[:first].reshape(shape[0]))
        self.second = tensor(work.weight[first:].reshape(shape[1]))
        order = np.lexsort((work.event_sample, work.event_step))
        self.lines = torch.from_numpy(work.event_line[order])
        moments = work.event_step[order].astype(np.int64) * work.samples + work.event_sample[order]
        starts = np.searchsorted(moments, np.arange(work.steps * work.samples + 1))
        self.starts = starts.reshape(-1)[:: work.samples]
        offsets = starts[:-1].reshape(work.steps, -1)
        self.offsets = torch.from_numpy((offsets - offsets[:, :1]).astype(np.int32))
        p = Propagators.of(work)
        self.decay_m, self.decay_g, self.into_g = map(tensor, (p.decay_m, p.decay_e, p.into_e))
        self.drive = tensor((1.0 - p.decay_m) * work.rest)
        self.noise_step, self.threshold = tensor(work.noise_step), tensor(work.threshold)
        self.reset, self.refractory = tensor(work.reset), torch.from_numpy(work.refractory)
        self.step = torch.compile(self.advance, dynamic=False) if compiled else self.advance

    def advance(
        self,
        v: torch.Tensor,
        g: torch.Tensor,
        held: torch.Tensor,
        arriving: torch.Tensor,
        normal: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return membranes, currents, refractory counters and spikes after a step."""
        free = held == 0
        moved = self.decay_m * v + self.drive + self.into_g * g + self.noise_step * normal
        v = torch.where(free, moved, v)
        fired = free & (v >= self.threshold)
        held = torch.where(fired, self.refractory, torch.clamp(held - 1, min=0))
        return torch.where(fired, self.reset, v), self.decay_g * g + arriving, held, fired

    def run(self, seed: int, steps: int) -> tuple[Record, float]:
        """Run all samples; return what they left and the processor time, s."""
        work, shape = self.work, (self.work.samples, self.work.n)
        torch.manual_seed(seed)
        v = tensor(np.broadcast_to(work.initial, shape))
        g, held = torch.zeros(shape), torch.zeros(shape, dtype=torch.int32)
        arriving, normal = torch.zeros(shape), torch.empty(shape)
        fired = torch.zeros((steps, *shape), dtype=torch.bool)
        before = torch.zeros(shape, dtype=torch.bool)
        membranes = []
        start = time.process_time()
        for k in range(steps):
            lines = self.lines[self.starts[k] : self.starts[k + 1]]
            arriving[:, : self.hidden] = embedding_bag(
                lines, self.first, self.offsets[k], mode="sum"
            )
            arriving[:, self.hidden :] = before[:, : self.hidden].float() @ self.second
            v, g, held, before = self.step(v, g, held, arriving, normal.normal_())
            fired[k] = before
            if self.membranes and (k + 1) % work.probe_every == 0:
                membranes.append(v[:, work.probed].double().numpy())
        seconds = time.process_time() - start
        step, sample, neuron = (x.numpy().astype(np.int32) for x in torch.nonzero(fired).T)
        membrane = np.stack(membranes, axis=1) if membranes else np.empty(0)
        return Record(sample, step, neuron, membrane), seconds


def tensor(values: np.ndarray) -> torch.Tensor:
    """Return an array in single precision."""
    return torch.from_numpy(np.array(values, np.float32))


if __name__ == "__main__":
    main(build, options)

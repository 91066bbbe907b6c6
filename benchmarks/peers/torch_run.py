"""A LIF network written by hand in torch, all samples a batch: see :mod:`benchmarks.peers.peer`.

For feed-forward networks of two layers only. A step is one compiled function over (samples,
neurons) in single precision: in bfloat16, a membrane at threshold has steps of 0.06 mV, more than
half of what the noise adds. Counters and spikes are floats, too, since mixed types are not
vectorized. Input events gather their rows of weights (``embedding_bag``), which is faster than
products with tensors that are nearly all zeros; and outputs are padded to a width for which the
product of spikes and weights is fast.

``--noise sums`` replaces torch's normal numbers by the sum of four bytes of a hashed counter, which
is part of the compiled step.
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
PADDING = 16


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this peer."""
    parser.add_argument("--noise", choices=("randn", "sums"), default="randn")


def build(work: Workload, membranes: bool, given: argparse.Namespace) -> Peer:
    """Make the network and compile its step."""
    if work.tau_e is None or work.samples == 1:
        raise SystemExit(f"{work.name} is no batch of samples of a feed-forward network")
    torch.set_num_threads(1)
    network = Network(work, membranes, hashed=given.noise == "sums")
    with torch.inference_mode():
        network.run(0, WARM_UP_STEPS)

        def run(seed: int) -> Timed:
            with torch.inference_mode():
                return Timed(*network.run(seed, work.steps))

        return Peer("torch", torch.__version__, run, {"noise": given.noise})


class Network:
    """A workload as tensors."""

    def __init__(self, work: Workload, membranes: bool, hashed: bool) -> None:
        self.work = work
        self.membranes = membranes
        self.hashed = hashed
        self.hidden = int(work.layers[0])
        first = int(work.indptr[work.inputs])
        shape = (work.inputs, self.hidden), (self.hidden, work.n - self.hidden)
        self.first = tensor(work.weight[:first].reshape(shape[0]))
        second = work.weight[first:].reshape(shape[1])
        self.second = tensor(np.pad(second, ((0, 0), (0, -second.shape[1] % PADDING))))
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
        self.reset, self.refractory = tensor(work.reset), tensor(work.refractory)
        cells = torch.arange(work.samples * work.n, dtype=torch.int32)
        self.index = cells.reshape(work.samples, work.n) * -0x61C88647
        self.step = torch.compile(self.advance, dynamic=False)

    def advance(
        self,
        v: torch.Tensor,
        g: torch.Tensor,
        held: torch.Tensor,
        arriving: torch.Tensor,
        noise: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return membranes, currents, refractory counters and spikes (1 or 0) after a step.

        ``noise`` are normal numbers or, for sums of bytes, a key.
        """
        normal = self.sums(noise) if self.hashed else noise
        moved = self.decay_m * v + self.drive + self.into_g * g + self.noise_step * normal
        v = torch.where(held > 0, v, moved)
        fired = v >= self.threshold
        held = torch.where(fired, self.refractory, held - 1)
        return torch.where(fired, self.reset, v), self.decay_g * g + arriving, held, fired.float()

    def sums(self, key: torch.Tensor) -> torch.Tensor:
        """Return numbers of unit variance, each the sum of four bytes of a hash (Wellons, 2018)."""
        x = self.index ^ key
        x = (x ^ ((x >> 16) & 0xFFFF)) * 0x7FEB352D
        x = (x ^ ((x >> 15) & 0x1FFFF)) * -0x7B935975
        x = x ^ ((x >> 16) & 0xFFFF)
        total = (x & 255) + ((x >> 8) & 255) + ((x >> 16) & 255) + ((x >> 24) & 255)
        return (total.float() - 510.0) * (3.0 / 65535.0) ** 0.5

    def run(self, seed: int, steps: int) -> tuple[Record, float]:
        """Run all samples; return what they left and the processor time, s."""
        work, hidden, shape = self.work, self.hidden, (self.work.samples, self.work.n)
        torch.manual_seed(seed)
        v = tensor(np.broadcast_to(work.initial, shape))
        g, held, before = torch.zeros(shape), torch.zeros(shape), torch.zeros(shape)
        arriving, noise = torch.zeros(shape), torch.empty(shape)
        keys = torch.randint(-(2**31), 2**31, (steps,), dtype=torch.int32)
        spikes = torch.zeros((steps, *shape), dtype=torch.bool)
        membranes = []
        start = time.process_time()
        for k in range(steps):
            lines = self.lines[self.starts[k] : self.starts[k + 1]]
            bags = embedding_bag(lines, self.first, self.offsets[k], mode="sum")
            arriving[:, :hidden] = bags
            arriving[:, hidden:] = (before[:, :hidden] @ self.second)[:, : work.n - hidden]
            drawn = keys[k] if self.hashed else noise.normal_()
            v, g, held, before = self.step(v, g, held, arriving, drawn)
            spikes[k] = before
            if self.membranes and (k + 1) % work.probe_every == 0:
                membranes.append(v[:, work.probed].double().numpy())
        seconds = time.process_time() - start
        step, sample, neuron = (x.numpy().astype(np.int32) for x in torch.nonzero(spikes).T)
        membrane = np.stack(membranes, axis=1) if membranes else np.empty(0)
        return Record(sample, step, neuron, membrane), seconds


def tensor(values: np.ndarray) -> torch.Tensor:
    """Return an array in single precision."""
    return torch.from_numpy(np.array(values, np.float32))


if __name__ == "__main__":
    main(build, options)

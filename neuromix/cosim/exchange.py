"""What stands between the spike outputs of circuits and their synapses: the fabric of an array.

It is the array's own link, :class:`neuromix.array.fabric.Link`, with an ideal converter behind it:
an event that arrives sets the weight current of its targets, and opens their gates after the
set-up for the width of a pulse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.fabric import Fabric, Link
from neuromix.cosim.waveform import GrowingWaveform
from neuromix.data.events import Events
from neuromix.errors import SimulationFailed

EDGE = 1e-8
"""Rise and fall of a gate, s, as in the characterization of synapses."""

WEIGHT_EDGE = 1e-7
"""Rise and fall of a weight current, s, as there."""

SOON = 1e-9
"""How long after an accepted time a corner may be, s."""


@dataclass(frozen=True)
class Clocking:
    """How events are served; the meanings are those of ``Fabric`` and ``Path`` of an array.

    Parameters
    ----------
    cycle_time, latency, setup, pulse_width : float, s
    fifo_depth : int
    unit : float, A
        Weight current of code 1.
    supply : float, V
        Height of a gate's pulse; half of it is a spike.
    """

    cycle_time: float = 50e-9
    latency: float = 20e-9
    setup: float = 5e-6
    pulse_width: float = 2e-6
    fifo_depth: int = 64
    unit: float = 0.95e-9
    supply: float = 1.8

    @property
    def fabric(self) -> Fabric:
        """The fabric of an array with this clocking; its energy is not looked at."""
        return Fabric(
            cycle_time=self.cycle_time,
            latency=self.latency,
            fifo_depth=self.fifo_depth,
            energy_per_event=0.0,
        )

    @property
    def busy(self) -> float:
        """For how long an event occupies the synapses, s."""
        return self.setup + self.pulse_width


class Exchange:
    """The link into a group of neurons, and the waveforms at their synapses.

    Parameters
    ----------
    clocking : Clocking
    codes : (rows, n) ndarray of int
        Weight of each sender at each neuron, 0 … 63.
    given : Events
        From outside, known beforehand; the address is the row.
    first_neuron : int
        Row of the first neuron.
    """

    def __init__(
        self, clocking: Clocking, codes: NDArray[np.int64], given: Events, first_neuron: int
    ) -> None:
        rows, n = codes.shape
        self.clocking, self.codes = clocking, codes
        self.gates = [GrowingWaveform(0.0) for _ in range(n)]
        self.weights = [GrowingWaveform(clocking.unit) for _ in range(n)]
        self.spikes: list[tuple[float, int]] = []
        self._link = Link(clocking.fabric, rows, clocking.busy)
        self._given = given
        self._taken = 0
        self._new: list[tuple[float, int]] = []
        self._first = first_neuron
        self._before: tuple[float, NDArray[np.float64]] = (0.0, np.zeros(n))

    def accept(self, time: float, outputs: NDArray[np.float64]) -> None:
        """Take the spike outputs (n, V) at an accepted time, s; put pulses that follow."""
        earlier, before = self._before
        level = 0.5 * self.clocking.supply
        for k in np.flatnonzero((before < level) & (outputs >= level)):
            part = (level - before[k]) / (outputs[k] - before[k])
            spike = earlier + float(part) * (time - earlier)
            self.spikes.append((spike, int(k)))
            self._new.append((spike, self._first + int(k)))
        self._before = (time, outputs)
        self.serve(time)

    def serve(self, until: float) -> None:
        """Decide on all requests before ``until``, s, and append their pulses.

        Raises
        ------
        SimulationFailed
            Where a pulse would have to begin before ``until``: the steps are too long.
        """
        first = self._taken
        last = self._taken = int(np.searchsorted(self._given.time, until))
        if first == last and not self._new:
            return
        requests = Events.sort(
            np.concatenate([self._given.time[first:last], [t for t, _ in self._new]]),
            np.concatenate([self._given.address[first:last], [a for _, a in self._new]]).astype(
                np.int64
            ),
        )
        self._new = []
        arrived = self._link.carry(requests, until).events
        for time, row in zip(arrived.time.tolist(), arrived.address.tolist(), strict=True):
            self._pulse(time, self.codes[row], until)

    def _pulse(self, arrival: float, codes: NDArray[np.int64], now: float) -> None:
        clocking = self.clocking
        onset = arrival + clocking.setup - 0.5 * EDGE
        end = onset + clocking.pulse_width
        set_at = max(arrival, now + SOON) if np.isfinite(now) else arrival
        if set_at + WEIGHT_EDGE >= onset:
            raise SimulationFailed(
                f"an event of {arrival:.9g} s is known at {now:.9g} s, too late for its pulse",
                cure="a shorter max_step than set-up and latency",
            )
        high = clocking.supply
        for k in np.flatnonzero(codes).tolist():
            weight = clocking.unit * float(codes[k])
            if weight != self.weights[k].last:
                before = self.weights[k].last
                self.weights[k].append([set_at, set_at + WEIGHT_EDGE], [before, weight])
            self.gates[k].append([onset, onset + EDGE, end, end + EDGE], [0.0, high, high, 0.0])

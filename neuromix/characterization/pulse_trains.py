"""Trains of pulses: made as waveforms for a bench, and read back from them for a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.recipe import Stimulus
from neuromix.declare import Cell, Points

EDGE = 1e-8
"""Rise and fall of a pulse, s."""

WEIGHT_EDGE = 1e-7
"""Rise and fall of a weight, s."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PulseTrain:
    """Pulses that do not overlap.

    Parameters
    ----------
    onset, width : (n,) ndarrays, s
        When each begins and how long it lasts, between half heights.
    weight : (n,) ndarray
        What it carries: a current (A) or a code.
    """

    onset: Floats
    width: Floats
    weight: Floats

    @classmethod
    def irregular(
        cls,
        random: np.random.Generator,
        duration: float,
        rate: float,
        gap: float,
        widths: tuple[float, float],
    ) -> Self:
        """Draw a Poisson train with a dead time ``gap``; weights are left at 1.

        Widths are uniform between two bounds; the train ends before ``duration``.
        """
        onset, width, at = [], [], 3e-4
        while True:
            at += gap + float(random.exponential(1.0 / rate))
            lasting = float(random.uniform(*widths))
            if at + lasting + gap > duration:
                break
            onset.append(at)
            width.append(lasting)
            at += lasting
        return cls(np.array(onset), np.array(width), np.ones(len(onset)))

    def weighted(self, weight: Floats | float) -> Self:
        """Return the same pulses with these weights."""
        given = np.broadcast_to(np.asarray(weight, dtype=np.float64), self.onset.shape)
        return type(self)(self.onset, self.width, given)

    def gate(self, high: float) -> Points:
        """Return the digital pulse of each event."""
        corners = np.add.outer(self.onset, [0.0, EDGE, 0.0, EDGE])
        corners[:, 2:] += self.width[:, None]
        levels = np.tile([0.0, high, high, 0.0], len(self.onset))
        return Points((0.0, *corners.ravel().tolist()), (0.0, *levels.tolist()))

    def levels(self, lead: float) -> Points:
        """Return the weights as a waveform, each set ``lead`` seconds before its pulse.

        Where the pulse before is nearer than that, it is set as soon as that has ended.
        """
        times, values = [0.0], [float(self.weight[0])]
        for k in range(1, len(self.onset)):
            if self.weight[k] != values[-1]:
                ended = self.onset[k - 1] + self.width[k - 1] + 2.0 * WEIGHT_EDGE
                at = max(float(ended), float(self.onset[k]) - lead)
                times += [at, at + WEIGHT_EDGE]
                values += [values[-1], float(self.weight[k])]
        return Points(tuple(times), tuple(values))


def edges(times: Floats, levels: Floats, half: float) -> tuple[Floats, Floats]:
    """Return when each pulse of a waveform begins and how long it lasts, s, at half its height."""
    rising = (levels[:-1] < half) & (levels[1:] >= half)
    falling = (levels[:-1] >= half) & (levels[1:] < half)
    middle = 0.5 * (times[:-1] + times[1:])
    return middle[rising], middle[falling] - middle[rising]


def train_of(stimulus: Stimulus, cell: Cell, gate: str, weight: str, high: float) -> PulseTrain:
    """Read back the train that a stimulus puts on the ports ``gate`` and ``weight``."""
    onset, width = edges(*stimulus.waveform(cell, gate), 0.5 * high)
    return PulseTrain(onset, width, np.interp(onset, *stimulus.waveform(cell, weight)))

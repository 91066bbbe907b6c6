"""The network: 64 pixels and a bias line, a hidden and an output array, 6-bit weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.encoders import rate_code
from neuromix.array.fabric import Fabric
from neuromix.array.recording import Recording
from neuromix.data.events import Events
from neuromix.models.catalogue import model
from neuromix.models.model import Model

CLASSES = 10
PIXELS = 64
BRIGHT = np.uint8(255)


@dataclass(frozen=True, eq=False)
class Cells:
    """Models of the four cells that the chip is made of."""

    neuron: Model
    synapse: Model
    converter: Model
    stage: Model

    @classmethod
    def load(cls, technology: str = "gf180mcu") -> Cells:
        """Take them from the libraries."""
        return cls(
            model("lif_neuron", technology),
            model("dpi_synapse", technology),
            model("dac_synapse", technology),
            model("address_event_stage", technology),
        )

    def with_mismatch(self, scale: float) -> Cells:
        """Return the same cells with all deviations of instances ``scale`` times as large."""
        return Cells(
            self.neuron.with_mismatch(scale),
            self.synapse.with_mismatch(scale),
            self.converter.with_mismatch(scale),
            self.stage,
        )


class Design(msgspec.Struct, frozen=True):
    """What is chosen before training.

    Parameters
    ----------
    hidden : int
        Neurons of the hidden layer.
    bias : int
        Lines that always spike at the largest rate.
    duration : float, s
        For which an image is shown.
    max_rate : float, Hz
        Of the brightest pixel.
    pulse_width : float, s
        Of a weight current.
    dt : float, s
        Step of the simulation.
    """

    hidden: int = 64
    bias: int = 2
    duration: float = 20e-3
    max_rate: float = 500.0
    pulse_width: float = 2e-6
    dt: float = 20e-6

    @property
    def inputs(self) -> int:
        """Pixels and bias lines."""
        return PIXELS + self.bias


@dataclass(frozen=True, eq=False)
class Network:
    """A design with its weights.

    Parameters
    ----------
    design : Design
    hidden : (inputs, hidden) ndarray of int8
    output : (hidden + bias, 10) ndarray of int8
        The last rows belong to the bias lines.
    """

    design: Design
    hidden: NDArray[np.int8]
    output: NDArray[np.int8]

    def chip(self, cells: Cells, seed: int, *, mismatch: bool, noise: bool) -> Chip:
        """Build one die."""
        design = self.design
        chip = Chip(seed, Fabric(stage=cells.stage))
        pixels = chip.add("pixels", SpikeSource(PIXELS))
        bias = chip.add("bias", SpikeSource(design.bias))
        hidden = chip.add("hidden", Array(cells.neuron, design.hidden, noise, mismatch))
        output = chip.add("output", Array(cells.neuron, CLASSES, noise, mismatch))
        for source, target, codes in (
            (pixels, hidden, self.hidden[:PIXELS]),
            (bias, hidden, self.hidden[PIXELS:]),
            (hidden, output, self.output[: design.hidden]),
            (bias, output, self.output[design.hidden :]),
        ):
            chip.connect(
                source,
                target,
                weights=codes,
                through=(cells.converter, cells.synapse),
                pulse_width=design.pulse_width,
            )
        return chip

    def inputs(self, pixels: NDArray[np.uint8]) -> dict[str, Events]:
        """Encode one image, shape (64,), for a run of the chip."""
        design = self.design
        lines = np.full(design.bias, BRIGHT)
        return {
            "pixels": rate_code(pixels, design.duration, design.max_rate),
            "bias": rate_code(lines, design.duration, design.max_rate),
        }


def answers(recordings: Iterable[Recording]) -> NDArray[np.int64]:
    """Return the digit that each run has named, shape ``(runs,)``.

    The output neuron with the most spikes wins; among equals the one that spiked first. A silent
    output names none: −1.
    """
    named = []
    for recording in recordings:
        counts = recording.counts("output")
        best = counts == counts.max()
        winner = next((int(a) for a in recording.events["output"].address if best[a]), -1)
        named.append(winner)
    return np.array(named, dtype=np.int64)

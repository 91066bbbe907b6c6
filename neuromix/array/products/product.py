"""What one form of the job has given: its numbers, their error, what they took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neuromix.measure.resolution import effective_bits
from neuromix.units import render


@dataclass(frozen=True, eq=False)
class Product:
    """A matrix × vector as one form of hardware computes it.

    Parameters
    ----------
    form : str
        ``"digital"``, ``"analog"`` or ``"spiking"``.
    correction : str
        What was done about the differences between instances.
    estimate : (size,) ndarray
        In units of the exact product.
    exact : (size,) ndarray of int
    energy_by_part : mapping of str to float, J
    duration : float, s
        On the chip.
    seconds : float, s
        For which the simulation took this machine.
    instances : mapping of str to int
        Cells by name.
    layers : int
        Matrices that were multiplied one after the other.
    """

    form: str
    correction: str
    estimate: NDArray[np.float64]
    exact: NDArray[np.int64]
    energy_by_part: Mapping[str, float]
    duration: float
    seconds: float
    instances: Mapping[str, int] = field(default_factory=dict)
    layers: int = 1

    @property
    def size(self) -> int:
        """Rows of the matrix."""
        return len(self.exact)

    @property
    def relative_error(self) -> float:
        """Rms of the error over rms of the exact product."""
        error = np.asarray(self.estimate - self.exact, dtype=np.float64)
        return float(np.sqrt(np.mean(error**2) / np.mean(self.exact.astype(np.float64) ** 2)))

    @property
    def effective_bits(self) -> float:
        """log2(1 / relative error); infinite without an error.

        They are those of :func:`neuromix.measure.resolution.effective_bits` (IEEE Std 1241-2010,
        effective number of bits) for a full scale of sqrt(12) times the rms of the exact product:
        the ideal quantizer whose rounding is as large as the error, beside a signal that fills its
        scale evenly. It does not depend on how far the largest of many outputs happens to go.
        """
        rms = float(np.sqrt(np.mean(self.exact.astype(np.float64) ** 2)))
        return effective_bits(rms * np.sqrt(12.0), self.relative_error * rms)

    @property
    def energy(self) -> float:
        """What all counted parts have taken, J."""
        return sum(self.energy_by_part.values())

    @property
    def energy_per_mac(self) -> float:
        """J for each of the ``layers size**2`` multiplications and additions."""
        return self.energy / (self.layers * self.size**2)

    def record(self) -> dict[str, object]:
        """Return all figures by name, without the two vectors; made of what JSON knows."""
        return {
            "form": self.form,
            "correction": self.correction,
            "size": self.size,
            "layers": self.layers,
            "relative_error": self.relative_error,
            "effective_bits": self.effective_bits,
            "energy": self.energy,
            "energy_per_mac": self.energy_per_mac,
            "duration": self.duration,
            "seconds": self.seconds,
            "energy_by_part": dict(self.energy_by_part),
            "instances": dict(self.instances),
        }

    def __str__(self) -> str:
        return (
            f"{self.form}, {self.correction}: {self.size} x {self.size}, error "
            f"{self.relative_error:.2%}, {self.effective_bits:.1f} bits, "
            f"{render(self.energy_per_mac, 'J')} per MAC, {render(self.duration, 's')}"
        )

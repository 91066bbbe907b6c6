"""How well the chip reads held-out digits: nominal, with mismatch, with mismatch and noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix.array.calibration import calibrate
from neuromix.array.chip import Chip
from neuromix.array.recording import Recording
from neuromix.array.simulation import run_batch
from neuromix.demo.digits import Images
from neuromix.demo.network import Cells, Network, answers
from neuromix.units import render


@dataclass(frozen=True, eq=False)
class Accuracy:
    """Share of images that each die has read right, shape ``(dies,)``."""

    by_die: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """Over dies."""
        return float(self.by_die.mean())

    @property
    def spread(self) -> float:
        """Standard deviation over dies; 0 for one die."""
        return float(self.by_die.std(ddof=1)) if len(self.by_die) > 1 else 0.0

    def __str__(self) -> str:
        text = f"{100 * self.mean:.1f} %"
        return f"{text} ± {100 * self.spread:.1f} %" if len(self.by_die) > 1 else text


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The figures of the demo.

    Parameters
    ----------
    nominal, mismatch, mismatch_noise, calibrated : Accuracy
        One nominal die; dies with mismatch; the same dies with noise as well; and these with their
        trim codes set by :func:`neuromix.array.calibration.calibrate`.
    images : int
        Held-out images that each die was shown.
    spikes_per_image : float
        Of all blocks, inputs included, nominal.
    energy_per_image : float, J
        Of all parts, nominal.
    energy_by_part : dict of str to float, J
        Per image, nominal.
    dropped_per_image : float
        Events that the links lost, nominal.
    confusion : (10, 11) ndarray of int
        Images by true digit and nominal answer; the last column is no answer.
    """

    nominal: Accuracy
    mismatch: Accuracy
    mismatch_noise: Accuracy
    calibrated: Accuracy
    images: int
    spikes_per_image: float
    energy_per_image: float
    energy_by_part: dict[str, float]
    dropped_per_image: float
    confusion: NDArray[np.int64]

    def summary(self) -> dict[str, object]:
        """Return plain values, for ``--json``."""
        return {
            "accuracy_nominal": self.nominal.mean,
            "accuracy_mismatch": _over_dies(self.mismatch),
            "accuracy_mismatch_noise": _over_dies(self.mismatch_noise),
            "accuracy_calibrated": _over_dies(self.calibrated),
            "energy_per_image": self.energy_per_image,
            "spikes_per_image": self.spikes_per_image,
        }

    def __str__(self) -> str:
        return (
            f"accuracy on {self.images} held-out images: nominal {self.nominal}, "
            f"mismatch {self.mismatch}, mismatch and noise {self.mismatch_noise}, "
            f"calibrated {self.calibrated} "
            f"({len(self.mismatch.by_die)} dies); {self.spikes_per_image:.0f} spikes and "
            f"{render(self.energy_per_image, 'J', 3)} per image"
        )


def _over_dies(accuracy: Accuracy) -> dict[str, object]:
    return {
        "mean": accuracy.mean,
        "std": accuracy.spread,
        "dies": len(accuracy.by_die),
        "by_die": accuracy.by_die.tolist(),
    }


def evaluate(
    network: Network,
    cells: Cells,
    images: Images,
    *,
    dies: int = 10,
    first_die: int = 0,
    threads: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Show ``images`` to a nominal die and to ``dies`` mismatched ones: raw and calibrated.

    Dies have the seeds ``first_die`` … ``first_die + dies − 1``.
    """
    inputs = [network.inputs(pixels) for pixels in images.pixels]

    design = network.design

    def show(chip: Chip) -> list[Recording]:
        return run_batch(chip, inputs, duration=design.duration, dt=design.dt, threads=threads)

    def right(recordings: list[Recording]) -> float:
        return float(np.mean(answers(recordings) == images.digit))

    nominal = show(network.chip(cells, first_die, mismatch=False, noise=False))
    tell(f"nominal: {100 * right(nominal):.1f} %")
    shares: list[list[float]] = [[], [], []]
    for die in range(first_die, first_die + dies):
        quiet = network.chip(cells, die, mismatch=True, noise=False)
        noisy = network.chip(cells, die, mismatch=True, noise=True)
        trimmed = noisy.with_trims(calibrate(noisy, dt=design.dt).trims)
        for found, chip in zip(shares, (quiet, noisy, trimmed), strict=True):
            found.append(right(show(chip)))
        with_mismatch, with_noise, with_trims = (100 * found[-1] for found in shares)
        tell(
            f"die {die}: {with_mismatch:.1f} % with mismatch, {with_noise:.1f} % with noise as "
            f"well, {with_trims:.1f} % calibrated"
        )
    confusion = np.zeros((10, 11), np.int64)
    np.add.at(confusion, (images.digit, answers(nominal)), 1)
    parts = {name: np.mean([r.energy[name] for r in nominal]) for name in nominal[0].energy}
    return Evaluation(
        Accuracy(np.array([right(nominal)])),
        Accuracy(np.array(shares[0])),
        Accuracy(np.array(shares[1])),
        Accuracy(np.array(shares[2])),
        len(images),
        float(np.mean([sum(len(e) for e in r.events.values()) for r in nominal])),
        float(np.mean([r.total_energy for r in nominal])),
        {name: float(value) for name, value in parts.items()},
        float(np.mean([r.dropped for r in nominal])),
        confusion,
    )

"""Handwritten digits on a hundred virtual dies, raw and calibrated, and over the size of mismatch.

``python benchmarks/digits.py [--json] [--dies N] [--curve] [--page docs/digits.md]``: all held-out
images on every die with mismatch and noise; then trim codes are searched on each die, and the
images are shown again. With ``--curve``, or for the page, the same for fewer dies over scales of
all deviations. Compilation is shown apart.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from digits_page import page, picture

from neuromix.array.calibration import calibrate
from neuromix.array.chip import Chip
from neuromix.array.simulation import run_batch
from neuromix.data.files import replace_file
from neuromix.demo.digits import digits
from neuromix.demo.network import Cells, Network, answers
from neuromix.demo.weights import load_weights
from neuromix.plot import png

SCALES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
DIES_OF_CURVE = 12


@dataclass(frozen=True)
class Shown:
    """Accuracy by die, raw and calibrated, and the seconds that each took."""

    raw: list[float]
    calibrated: list[float]
    raw_s: float
    calibration_s: float
    calibrated_s: float


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--dies", type=int, default=100)
    parser.add_argument("--page", type=Path, help="write the page of docs/ and its picture there")
    given = parser.parse_args()
    network, cells = load_weights(), Cells.load()
    _, held_out = digits()
    inputs = [network.inputs(pixels) for pixels in held_out.pixels]

    def right(chip: Chip) -> float:
        design = network.design
        recordings = run_batch(chip, inputs, duration=design.duration, dt=design.dt)
        return float(np.mean(answers(recordings) == held_out.digit))

    start = time.perf_counter()
    nominal = right(network.chip(cells, 0, mismatch=False, noise=False))
    warm_up = time.perf_counter() - start
    found = shown(network, cells, right, given.dies)
    figures: dict[str, object] = {
        "dies": given.dies,
        "images": len(held_out),
        "window_s": network.design.duration,
        "step_s": network.design.dt,
        "accuracy_nominal": nominal,
        "warm_up_s": warm_up,
        "raw_s": found.raw_s,
        "calibration_s": found.calibration_s,
        "calibrated_s": found.calibrated_s,
        "ms_per_image": 1e3 * found.raw_s / (given.dies * len(held_out)),
        "accuracy_raw": _summary(found.raw),
        "accuracy_calibrated": _summary(found.calibrated),
    }
    if given.curve or given.page:
        figures["curve"] = [
            {"scale": scale, "raw": _summary(at.raw), "calibrated": _summary(at.calibrated)}
            for scale in SCALES
            for at in [shown(network, cells.with_mismatch(scale), right, DIES_OF_CURVE)]
        ]
    if given.page:
        replace_file(given.page, page(figures, DIES_OF_CURVE).encode())
        replace_file(given.page.with_suffix(".png"), png(picture(figures)))
    if given.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:>20}  {value}")


def shown(network: Network, cells: Cells, right: object, dies: int) -> Shown:
    """Show all images to dies of the seeds 0, 1, …, raw and calibrated."""
    assert callable(right)
    chips = [network.chip(cells, die, mismatch=True, noise=True) for die in range(dies)]
    moments = [time.perf_counter()]
    raw = [right(chip) for chip in chips]
    moments.append(time.perf_counter())
    trimmed = [chip.with_trims(calibrate(chip, dt=network.design.dt).trims) for chip in chips]
    moments.append(time.perf_counter())
    calibrated = [right(chip) for chip in trimmed]
    moments.append(time.perf_counter())
    return Shown(raw, calibrated, *np.diff(moments).tolist())


def _summary(by_die: list[float]) -> dict[str, float]:
    return {
        "mean": float(np.mean(by_die)),
        "deviation": float(np.std(by_die, ddof=1)),
        "worst": min(by_die),
    }


if __name__ == "__main__":
    main()

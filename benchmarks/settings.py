"""What ngspice's settings cost and what they are worth, on a neuron that must be periodic.

``python benchmarks/settings.py [--json]``: the LIF neuron at three constant currents, without noise
or mismatch, so that its inter-spike interval must be constant. Error against a run with tolerances
100 times tighter than ours; times are ratios to ngspice's defaults, taken in turn in one run.
The cost of truth is the time at our settings over that at ngspice's defaults for three cells, and
what it buys: by how much their measures are off at either.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace

import numpy as np

import neuromix as nmx
from neuromix import library
from neuromix.characterization.assembly import job_for
from neuromix.declare import Condition, Settings
from neuromix.declare.analysis import NGSPICE_DEFAULTS
from neuromix.engine.pool import NgspiceEngine

CELLS = {
    "lif_neuron": ("step", "rate"),
    "dpi_synapse": ("pulse", "peak"),
    "comparator": ("step", "delay"),
}
"""Bench and measure by which truth is priced."""

CURRENTS = {1e-10: 50e-3, 1e-9: 6e-3, 8e-9: 1.4e-3}
REPEATS = 3
ROUNDS = 5
SETTINGS = {
    "ngspice's defaults": NGSPICE_DEFAULTS,
    "reltol 1e-4": replace(NGSPICE_DEFAULTS, reltol=1e-4),
    "reltol 1e-4, chgtol 1e-18": replace(NGSPICE_DEFAULTS, reltol=1e-4, chgtol=1e-18),
    "ours with reltol 1e-4": replace(Settings(), reltol=1e-4),
    "ours": Settings(),
    "ours with gear": Settings(method="gear"),
    "ours, 10 times tighter": Settings().tighter(),
}


def main() -> None:
    """Print a row for each setting."""
    cell, technology = nmx.cell("lif_neuron"), library.technology("gf180mcu")
    with NgspiceEngine(1) as engine:

        def intervals(settings: Settings, current: float) -> tuple[np.ndarray, float]:
            bench = replace(cell.bench("step"), settings=settings)
            given = {"i_in": current, "duration": CURRENTS[current]}
            job = job_for(cell, bench, technology, Condition(), given)
            start = time.perf_counter()
            outcome = engine.run([job])[0][0]
            return np.diff(outcome.arrays["spikes"])[1:], time.perf_counter() - start

        truth = {i: np.median(intervals(Settings().tighter(100.0), i)[0]) for i in CURRENTS}
        rows: dict[str, dict[str, float]] = {}
        seconds: dict[str, list[float]] = {name: [] for name in SETTINGS}
        for _ in range(REPEATS):
            for name, settings in SETTINGS.items():
                found = {i: intervals(settings, i) for i in CURRENTS}
                seconds[name].append(sum(t for _, t in found.values()))
                rows[name] = {
                    "interval_error_max": max(
                        abs(float(np.median(x) / truth[i] - 1.0)) if len(x) else 1.0
                        for i, (x, _) in found.items()
                    ),
                    "false_jitter_max": max(
                        float(np.std(x) / np.mean(x)) if len(x) > 1 else 1.0
                        for x, _ in found.values()
                    ),
                }
        truths = {name: cost_of_truth(engine, name, *which) for name, which in CELLS.items()}
    base = np.median(seconds["ngspice's defaults"])
    for name, row in rows.items():
        row["relative_time"] = float(np.median(seconds[name]) / base)
        if "--json" not in sys.argv:
            print(
                f"{name:28} interval error {row['interval_error_max']:8.1e}  "
                f"false jitter {row['false_jitter_max']:8.1e}  time {row['relative_time']:.1f}"
            )
    for name, truth in truths.items():
        if "--json" not in sys.argv:
            print(
                f"cost of truth, {name:16} {truth['relative_time']:.1f} times the time: "
                f"{truth['measure']} off by {truth['error']:.1e} and not by "
                f"{truth['error_of_defaults']:.1e}"
            )
    if "--json" in sys.argv:
        print(json.dumps({**rows, "cost_of_truth": truths}))


def cost_of_truth(
    engine: NgspiceEngine, name: str, bench: str, measure: str
) -> dict[str, float | str]:
    """Return the median time at our settings over that at ngspice's, and errors of one measure."""
    cell, technology = nmx.cell(name), library.technology("gf180mcu")
    ours = cell.bench(bench).settings
    settings = {"ours": ours, "defaults": NGSPICE_DEFAULTS, "truth": ours.tighter()}
    jobs = {
        key: job_for(cell, replace(cell.bench(bench), settings=used), technology, Condition())
        for key, used in settings.items()
    }
    seconds: dict[str, list[float]] = {key: [] for key in jobs}
    values = {}
    for _ in range(ROUNDS):
        for key, job in jobs.items():
            # The first of two runs loads the deck; models are not what truth costs.
            engine.run([job])
            start = time.perf_counter()
            outcome = engine.run([job])[0][0]
            seconds[key].append(time.perf_counter() - start)
            values[key] = outcome.values.get(measure, float("nan"))
    return {
        "measure": measure,
        "relative_time": float(np.median(seconds["ours"]) / np.median(seconds["defaults"])),
        "error": abs(values["ours"] / values["truth"] - 1.0),
        "error_of_defaults": abs(values["defaults"] / values["truth"] - 1.0),
    }


if __name__ == "__main__":
    main()

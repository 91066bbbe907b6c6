"""Make the stored Monte Carlo references of ``tests/reference/`` anew: draws that no fit has seen.

Run by ``make references``. Three campaigns of 200 draws of the neuron: ideal biases and replicas
with the seed of the models, and replicas with another seed, against which the models are tested.
Simulations are stored in ``build/simulations``, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

from pathlib import Path

import neuromix as nmx
from neuromix.cli.progress import reporting
from neuromix.data.netcdf import write_dataset
from neuromix.declare import Plan
from neuromix.engine.pool import NgspiceEngine

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = 200
UNSEEN_SEED = 2
CAMPAIGNS = {
    "ideal_bias": Plan(samples=SAMPLES, ideal_bias=True),
    "replica_bias": Plan(samples=SAMPLES),
    "unseen_draws": Plan(samples=SAMPLES, seed=UNSEEN_SEED),
}
KEPT = ("rate", "inter_spike_interval", "threshold", "refractory_time", "energy_per_spike")


def main() -> None:
    """Run the campaigns and keep the drawn values."""
    folder = ROOT / "tests" / "reference" / "lif_neuron"
    store = ROOT / "build" / "simulations"
    with reporting("loading models") as progress, NgspiceEngine(2, store) as engine:
        for name, plan in CAMPAIGNS.items():
            data = nmx.characterize(
                nmx.cell("lif_neuron"), plan, "gf180mcu", engine=engine, progress=progress
            )
            kept = [f"mismatch_{measure}{end}" for measure in KEPT for end in ("", "_floor")]
            small = data[kept]
            small.attrs |= {"command": "make references"}
            write_dataset(small, folder / f"{name}.nc")


if __name__ == "__main__":
    main()

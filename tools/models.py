"""Make the committed models of ``circuits/`` anew: characterize, fit, verify.

Run by ``make models``; the only writer of ``circuits/*.model.json``. Simulations are stored in
``build/simulations``, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import neuromix as nmx
from neuromix.cli.progress import reporting
from neuromix.data.netcdf import write_dataset
from neuromix.declare import Plan
from neuromix.engine.pool import NgspiceEngine

ROOT = Path(__file__).resolve().parent.parent
CELLS = ("lif_neuron", "dpi_synapse", "dac_synapse")
SAMPLES = 200
TECHNOLOGY = "gf180mcu"


def main(names: tuple[str, ...]) -> None:
    """Make the models of the named cells, or of all."""
    build = ROOT / "build" / "models"
    with (
        reporting("loading models") as progress,
        NgspiceEngine(2, ROOT / "build" / "simulations") as engine,
    ):
        for name in names or CELLS:
            cell = nmx.cell(name)
            data = nmx.characterize(
                cell, Plan(samples=SAMPLES), TECHNOLOGY, engine=engine, progress=progress
            )
            write_dataset(data, build / f"{name}.{TECHNOLOGY}.nc")
            model = nmx.fit(cell, data)
            proof = nmx.verify(cell, model, engine=engine, progress=progress)
            provenance = {**model.provenance, "command": "make models"}
            nmx.save(
                replace(model, provenance=provenance, proof=proof.errors),
                ROOT / "circuits" / f"{name}.{TECHNOLOGY}.model.json",
            )


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))

"""Make the committed models of ``circuits/`` anew: characterize, fit, verify.

Run by ``make models``; the only writer of ``circuits/*.model.json`` and of the measured datasets
``circuits/*.nc`` beside them; ``docs/cells.md`` is written after them. Arguments name what is made,
as ``CELL`` or ``CELL.TECHNOLOGY``; all by default. Simulations are stored in ``build/simulations``,
so that an interrupted run goes on where it was. After a change of the fit or of a family alone,
``--from fit`` takes the committed datasets and ``--from proof`` the committed parameters, too.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cells_page
import xarray as xr

import neuromix as nmx
from neuromix.cli.progress import reporting
from neuromix.data.files import replace_file
from neuromix.data.netcdf import write_dataset
from neuromix.declare import Cell, Plan, Technology
from neuromix.engine.contract import Engine, Progress
from neuromix.engine.pool import NgspiceEngine
from neuromix.units import kelvin

ROOT = Path(__file__).resolve().parent.parent
CIRCUITS = ROOT / "circuits"
SAMPLES = 200
FEWER_SAMPLES = {"izhikevich_neuron.generic180": 64}
"""An instance of it takes seconds to simulate and seconds to fit."""

FETCHED_APART = {"sky130"}
"""Technologies whose model set `make setup` does not fetch."""

STAGES = ("campaign", "fit", "proof")

WORKERS = 2
TEMPERATURES = tuple(map(kelvin, (0.0, 27.0, 85.0)))
SUPPLY_TOLERANCE = 0.1
LONGEST_OF_A_DRAW = 100
"""Numbers of one measure of one draw that are committed."""


def plan_of(cell: Cell, technology: Technology) -> Plan:
    """Return the star of corners, temperatures and supplies around the typical condition."""
    nominal = cell.realisation(technology.name).supply
    return Plan(
        corner=tuple(corner for corner, _ in technology.corners),
        temperature=TEMPERATURES,
        supply=tuple(
            round(nominal * factor, 4)
            for factor in (1.0 - SUPPLY_TOLERANCE, 1.0, 1.0 + SUPPLY_TOLERANCE)
        ),
        samples=FEWER_SAMPLES.get(f"{cell.name}.{technology.name}", SAMPLES),
        star=True,
    )


def chosen(arguments: tuple[str, ...]) -> Iterator[tuple[Cell, str]]:
    """Yield the cells and technologies that are made; a cell without a family has no model.

    Of a technology that has to be fetched apart, a model is made where it is asked for by name.
    """
    for cell in nmx.cells:
        for technology in cell.technologies if cell.model else ():
            apart = technology in FETCHED_APART
            names = {f"{cell.name}.{technology}"} | (set() if apart else {cell.name})
            if names & set(arguments) if arguments else not apart:
                yield cell, technology


def make(cell: Cell, technology: str, start: str, engine: Engine, progress: Progress) -> None:
    """Write dataset and model of one cell in one technology, from one of :data:`STAGES` on."""
    stem = f"{cell.name}.{technology}"
    if start == "proof":
        model = nmx.model(cell.name, technology)
    elif start == "fit":
        model = nmx.fit(cell, nmx.dataset(cell.name, technology))
    else:
        plan = plan_of(cell, nmx.technology(technology))
        data = nmx.characterize(cell, plan, technology, engine=engine, progress=progress)
        write_dataset(_short(data), CIRCUITS / f"{stem}.nc")
        model = nmx.fit(cell, data)
    proof = nmx.verify(cell, model, engine=engine, progress=progress)
    provenance = {**model.provenance, "command": "make models"}
    nmx.save(
        replace(model, provenance=provenance, proof=proof.errors),
        CIRCUITS / f"{stem}.model.json",
    )


def _short(data: xr.Dataset) -> xr.Dataset:
    """Return the dataset without long arrays of single draws: what a fit needs and nobody reads."""
    return data.drop_vars(
        [
            name
            for name, variable in data.data_vars.items()
            if variable.dims[:2] == ("mismatch", "sample")
            and variable.ndim > 2
            and variable.shape[2] > LONGEST_OF_A_DRAW
        ]
    )


def main() -> None:
    """Make what the arguments name, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="CELL or CELL.TECHNOLOGY")
    parser.add_argument("--from", dest="start", choices=STAGES, default=STAGES[0])
    given = parser.parse_args()
    with (
        reporting("loading models") as progress,
        NgspiceEngine(WORKERS, ROOT / "build" / "simulations") as engine,
    ):
        for cell, technology in chosen(tuple(given.names)):
            print(f"{cell.name}.{technology}", flush=True)  # noqa: T201
            make(cell, technology, given.start, engine, progress)
    replace_file(cells_page.PAGE, cells_page.page().encode())


if __name__ == "__main__":
    main()

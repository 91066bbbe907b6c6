"""``neuromix simulate``: one bench of one cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from neuromix.cli import options, output
from neuromix.units import render

if TYPE_CHECKING:
    import xarray as xr

AXES = {"time", "frequency", "sweep"}
"""Dimensions of waveforms."""


@click.command("simulate")
@click.argument("name", metavar="CELL")
@click.argument("bench", metavar="BENCH")
@options.parameters
@options.technology()
@options.condition
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(path_type=Path),
    help="File to write: NetCDF, or ngspice's own where it ends in .raw.",
)
@options.form
def command(
    name: str,
    bench: str,
    parameters: tuple[tuple[str, float], ...],
    technology: str,
    corner: str,
    temperature: tuple[float, ...],
    supply: float | None,
    ideal_bias: bool,
    file: Path | None,
    form: str,
) -> None:
    """Simulate CELL on BENCH and print what is measured."""
    from neuromix import library
    from neuromix.characterization.simulation import simulate_cell
    from neuromix.engine.pool import NgspiceEngine

    condition = options.one_condition(corner, temperature, supply, ideal_bias)
    cell = library.cell(name)
    with NgspiceEngine(1) as engine:
        data = simulate_cell(
            cell, cell.bench(bench), technology, condition, engine, dict(parameters)
        )
    if file is not None:
        _write(data, file)
    output.emit(_report(name, bench, data, file), form)


def _write(data: xr.Dataset, file: Path) -> None:
    if file.suffix == ".raw":
        from neuromix.interop.raw import write_raw

        write_raw(data, file)
    else:
        from neuromix.data.netcdf import write_dataset

        write_dataset(data, file)


def _report(name: str, bench: str, data: xr.Dataset, file: Path | None) -> output.Report:
    import numpy as np

    def unit(key: str) -> str:
        return str(data[key].attrs.get("units", ""))

    scalars = {str(key): float(data[key]) for key in data.data_vars if data[key].ndim == 0}
    waves = [str(key) for key in data.data_vars if AXES & set(data[key].dims)]
    arrays = {
        str(key): [float(x) for x in np.asarray(data[key]) if np.isfinite(x)]
        for key in data.data_vars
        if data[key].ndim == 1 and str(key) not in waves
    }
    remarks = []
    for key, values in arrays.items():
        shown = ", ".join(render(value, unit(key)) for value in values[:8])
        more = f" … {len(values)} in all" if len(values) > 8 else ""
        remarks.append(f"{key}: {shown}{more}")
    if file is not None:
        remarks.append(f"wrote {file}")
    elif waves:
        remarks.append(f"waveforms ({', '.join(waves)}): write them with -o FILE.nc or FILE.raw")
    table = output.Table(
        f"{name} on {bench}",
        ("measure", "value", "meaning"),
        tuple(
            (key, render(value, unit(key)), str(data[key].attrs.get("description", "")))
            for key, value in scalars.items()
        ),
    )
    every = {**{key: [value] for key, value in scalars.items()}, **arrays}
    return output.Report(
        (table,),
        {"cell": name, "bench": bench, "measures": scalars, "events": arrays, **data.attrs},
        [
            {"measure": key, "number": k, "value": value, "unit": unit(key)}
            for key, values in every.items()
            for k, value in enumerate(values)
        ],
        tuple(remarks),
    )

"""``neuromix simulate``: one bench of one cell."""

from __future__ import annotations

from pathlib import Path

import click

from neuromix.cli import options, output
from neuromix.units import render


@click.command("simulate")
@click.argument("name", metavar="CELL")
@click.argument("bench", metavar="BENCH")
@options.parameters
@options.technology()
@options.condition
@click.option(
    "-o", "--output", "file", type=click.Path(path_type=Path), help="NetCDF file to write."
)
@options.as_json
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
    as_json: bool,
) -> None:
    """Simulate CELL on BENCH and print what is measured."""
    import numpy as np

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
        from neuromix.data.netcdf import write_dataset

        write_dataset(data, file)
    scalars = {str(key): float(data[key]) for key in data.data_vars if data[key].ndim == 0}
    arrays = {
        str(key): [float(x) for x in np.asarray(data[key]) if np.isfinite(x)]
        for key in data.data_vars
        if data[key].ndim == 1 and not {"time", "frequency"} & set(data[key].dims)
    }
    if as_json:
        output.print_json(
            {"cell": name, "bench": bench, "measures": scalars, "events": arrays, **data.attrs}
        )
        return
    output.print_table(
        f"{name} on {bench}",
        ("measure", "value", "meaning"),
        [
            (
                key,
                render(value, data[key].attrs.get("units", "")),
                data[key].attrs.get("long_name", ""),
            )
            for key, value in scalars.items()
        ],
    )
    for key, values in arrays.items():
        shown = ", ".join(render(value, data[key].attrs.get("units", "")) for value in values[:8])
        more = f" … {len(values)} in all" if len(values) > 8 else ""
        output.console().print(f"{key}: {shown}{more}", soft_wrap=True)
    waves = [str(key) for key in data.data_vars if {"time", "frequency"} & set(data[key].dims)]
    if file is not None:
        output.console().print(f"wrote {file}", soft_wrap=True)
    elif waves:
        output.console().print(f"waveforms ({', '.join(waves)}): write them with -o FILE.nc")

"""The operating point of every transistor: region, currents, transconductances, headroom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix import library
from neuromix.characterization.assembly import assemble, replica_voltages
from neuromix.data.provenance import software
from neuromix.declare import Bench, Cell, Condition, OperatingPoint, Technology
from neuromix.engine.contract import Engine, raised
from neuromix.engine.job import NOMINAL, Job
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.deck import Vector
from neuromix.units import thermal_voltage

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

WEAK, STRONG = 0.1, 10.0
"""Inversion coefficients below and above which inversion is weak and strong.

Enz and Vittoz 2006, *Charge-Based MOS Transistor Modeling*.
"""

LEAST_CURRENT = 10e-15
"""A; a drain current below is the model's extrapolation of leakage, and the device is off."""

ASKED = {
    "drain_current": ("id", "A", "drain current"),
    "transconductance": ("gm", "A/V", "gate transconductance gm"),
    "output_conductance": ("gds", "A/V", "output conductance gds"),
    "bulk_transconductance": ("gmbs", "A/V", "bulk transconductance gmb"),
    "gate_source_voltage": ("vgs", "V", "gate-source voltage, positive as for an nFET"),
    "drain_source_voltage": ("vds", "V", "drain-source voltage, positive as for an nFET"),
    "threshold_voltage": ("vth", "V", "threshold voltage at this bias"),
}
"""Our name, BSIM4's output, unit, meaning."""

DERIVED = {
    "efficiency": ("1/V", "gm/Id"),
    "inversion_coefficient": ("1", "drain current over that of the middle of moderate inversion"),
    "saturation_voltage": ("V", "least drain-source voltage of a saturated device"),
    "headroom": ("V", "drain-source voltage beyond saturation"),
    "intrinsic_gain": ("1", "gm/gds"),
}


def operating_point(
    cell: Cell | str,
    bench: str | None = None,
    technology: str | None = None,
    *,
    condition: Condition | None = None,
    engine: Engine | None = None,
    **parameters: float,
) -> xr.Dataset:
    """Return the operating point of each transistor of a cell.

    Parameters
    ----------
    cell : Cell or str
        What is looked at, or its name.
    bench : str, optional
        Whose drives hold, at time zero of a transient; the first one with an operating point.
    technology : str, optional
        The first that the cell is sized for.
    condition : Condition, optional
        Corner, temperature, supply.
    engine : Engine, optional
        A worker of its own by default.
    **parameters : float
        Of the bench, or sizes of the cell.

    Returns
    -------
    xarray.Dataset
        Over ``element``: ``device``, ``width``, ``length``, ``region`` and what :data:`ASKED` and
        :data:`DERIVED` name, SI. The inversion coefficient ``IC`` follows from
        gm/Id = 2 / (n U_T (1 + sqrt(1 + 4 IC))) with n = 1 + gmb/gm (Enz, Krummenacher and Vittoz
        1995), saturation begins at U_T (2 sqrt(IC + 1/4) + 3) (Enz and Vittoz 2006).
    """
    if engine is None:
        with NgspiceEngine(1) as own:
            return operating_point(
                cell, bench, technology, condition=condition, engine=own, **parameters
            )
    what = library.cell(cell) if isinstance(cell, str) else cell
    process = library.technology(technology or what.technologies[0])
    where = condition or Condition()
    voltages = replica_voltages(what, process, where, engine) if where.ideal_bias else None
    chosen = what.bench(bench) if bench else usual_bench(what)
    found = device_table(
        what, chosen, process, where, engine, overrides=parameters, bias_voltages=voltages
    )
    return found.assign_attrs(
        cell=what.name,
        bench=chosen.name,
        technology=process.name,
        corner=where.corner,
        temperature=where.temperature,
        supply=where.supply or what.realisation(process.name).supply,
        **software(),
    )


def usual_bench(cell: Cell) -> Bench:
    """Return the first bench with an operating point, or the first."""
    for bench in cell.benches:
        if isinstance(bench.analysis, OperatingPoint):
            return bench
    return cell.benches[0]


def device_table(
    cell: Cell,
    bench: Bench,
    technology: Technology,
    condition: Condition,
    engine: Engine,
    *,
    overrides: Mapping[str, float] | None = None,
    bias_voltages: Mapping[str, float] | None = None,
) -> xr.Dataset:
    """Return the table of :func:`operating_point`, without its provenance."""
    import xarray as xr

    deck = assemble(cell, bench, technology, condition, overrides, bias_voltages or None)
    devices = deck.transistors
    vectors = tuple(
        Vector(f"{item.path} {name}", f"@{item.path}[{output}]")
        for item in devices
        for name, (output, _, _) in ASKED.items()
    )
    asking = replace(deck, command="op", axis="", stop=0.0, vectors=vectors)
    (outcome,) = engine.run([Job(asking, (), (NOMINAL,), keep=(0,))])[0]
    if outcome.failure:
        raise raised(outcome, deck.title)
    table = {
        name: np.array([outcome.waves[f"{item.path} {name}"][0] for item in devices])
        for name in ASKED
    }
    derived = _derived(table, thermal_voltage(condition.temperature))
    dataset = xr.Dataset(
        coords={"element": [item.path.split(".")[-2] for item in devices]},
    )
    dataset["device"] = ("element", [item.neutral for item in devices])
    dataset["width"] = ("element", [item.width for item in devices], {"units": "m"})
    dataset["length"] = ("element", [item.length for item in devices], {"units": "m"})
    dataset["region"] = ("element", _regions(table, derived))
    for name, (_, unit, meaning) in ASKED.items():
        dataset[name] = ("element", table[name], {"units": unit, "long_name": meaning})
    for name, (unit, meaning) in DERIVED.items():
        dataset[name] = ("element", derived[name], {"units": unit, "long_name": meaning})
    return dataset


def _derived(table: dict[str, Floats], thermal: float) -> dict[str, Floats]:
    current = np.abs(table["drain_current"])
    gm = table["transconductance"]
    with np.errstate(divide="ignore", invalid="ignore"):
        efficiency = gm / current
        slope = 1.0 + table["bulk_transconductance"] / gm
        root = np.maximum(2.0 / (efficiency * slope * thermal) - 1.0, 1.0)
        gain = gm / table["output_conductance"]
    inversion = (root**2 - 1.0) / 4.0
    saturation = 2.0 * thermal * np.sqrt(inversion + 0.25) + 3.0 * thermal
    return {
        "efficiency": efficiency,
        "inversion_coefficient": inversion,
        "saturation_voltage": saturation,
        "headroom": np.abs(table["drain_source_voltage"]) - saturation,
        "intrinsic_gain": gain,
    }


def _regions(table: dict[str, Floats], derived: dict[str, Floats]) -> list[str]:
    words = []
    for current, headroom, inversion in zip(
        np.abs(table["drain_current"]),
        derived["headroom"],
        derived["inversion_coefficient"],
        strict=True,
    ):
        if current < LEAST_CURRENT:
            words.append("off")
        elif headroom < 0.0:
            words.append("triode")
        elif inversion < WEAK:
            words.append("weak inversion")
        elif inversion > STRONG:
            words.append("strong inversion")
        else:
            words.append("moderate inversion")
    return words

"""What cells, technologies and plans show of themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping

from neuromix.declare.bench import Bench
from neuromix.declare.cell import Cell, Realisation
from neuromix.declare.condition import Plan
from neuromix.declare.parameter import Parameter
from neuromix.declare.technology import Technology
from neuromix.display import Sheet, Table
from neuromix.units import celsius, render

UNITS_BY_LETTER = {"w": "m", "l": "m", "c": "F", "r": "Ω"}
"""Unit of a size that is not declared as a parameter, by the first letter of its name."""


def cell_sheet(cell: Cell) -> Sheet:
    """Return ports, sizes, biases and benches of a cell."""
    known = {item.name: item for item in cell.parameters}
    ports = Table(
        "Ports",
        ("port", "role", "meaning"),
        tuple((port.name, port.role, port.meaning) for port in cell.ports),
    )
    sizes = (table for item in cell.realisations for table in _realisation(item, known))
    benches = (_bench(item) for item in cell.benches)
    sources = Table("Sources", ("source",), tuple((text,) for text in cell.sources), folded=True)
    return Sheet(cell.name, cell.summary, (ports, *sizes, *benches, sources))


def _realisation(item: Realisation, known: Mapping[str, Parameter]) -> tuple[Table, Table]:
    where = f"in {item.technology}, {render(item.supply, 'V')}"
    sizes = tuple(
        (name, render(value, known[name].unit), known[name].meaning)
        if name in known
        else (name, render(value, UNITS_BY_LETTER.get(name[0], "")), "")
        for name, value in item.sizes
    )
    biases = tuple((bias.port, render(bias.current, "A"), bias.meaning) for bias in item.biases)
    return (
        Table(f"Sizes {where}", ("parameter", "value", "meaning"), sizes, folded=True),
        Table(f"Biases {where}", ("port", "current", "meaning"), biases, folded=True),
    )


def _bench(bench: Bench) -> Table:
    parameters = (
        (item.name, render(item.value, item.unit), _range(item), item.meaning)
        for item in bench.parameters
    )
    measures = (
        (f"→ {item.name}", "", item.unit, item.meaning or item.kind) for item in bench.measures
    )
    return Table(
        f"Bench {bench.name}: {bench.summary} ({type(bench.analysis).__name__})",
        ("parameter or measure", "default", "range", "meaning"),
        (*parameters, *measures),
        folded=True,
    )


def _range(parameter: Parameter) -> str:
    low, high = (
        render(limit, parameter.unit) if math.isfinite(limit) else ""
        for limit in (parameter.low, parameter.high)
    )
    return f"{low} … {high}" if low or high else ""


def technology_sheet(technology: Technology) -> Sheet:
    """Return corners, limits, devices and origin of a technology."""
    low, high = (celsius(limit) for limit in technology.temperature)
    models = technology.model_set
    facts = (
        ("corners", ", ".join(name for name, _ in technology.corners)),
        ("supply", f"nominal {render(technology.supply, 'V')}"),
        ("temperature", f"{low:g} … {high:g} °C"),
        ("licence", models.licence),
        ("model set", f"{models.source}, SHA-256 {models.sha256[:12]}…"),
    )
    devices = tuple(
        (
            item.neutral,
            item.model,
            f"{item.mismatch.threshold * 1e9:.3g} mV·µm",
            f"{item.mismatch.mobility * 1e8:.3g} %·µm",
        )
        for item in technology.devices
    )
    return Sheet(
        technology.name,
        technology.summary,
        (
            Table("Process", ("property", "value"), facts),
            Table("Devices", ("device", "model", "σ of threshold", "σ of mobility"), devices),
        ),
    )


def plan_sheet(plan: Plan) -> Sheet:
    """Return the conditions of a plan."""
    conditions = tuple(
        (
            item.corner,
            f"{celsius(item.temperature):g} °C",
            "nominal" if item.supply is None else render(item.supply, "V"),
        )
        for item in plan.conditions()
    )
    draws = f"{plan.samples} mismatch draws" if plan.samples else "no mismatch draws"
    biases = ", ideal biases" if plan.ideal_bias else ""
    return Sheet(
        "Plan",
        f"{len(conditions)} conditions, {draws}{biases}",
        (Table("Conditions", ("corner", "temperature", "supply"), conditions, folded=True),),
    )

"""What ``neuromix mismatch`` prints: spreads, the devices that make them, correlations."""

from __future__ import annotations

import dataclasses

from neuromix.characterization.few_runs.result import MismatchSpread, QuantitySpread
from neuromix.cli.output import Report, Table
from neuromix.units import celsius, render

LARGEST_DEVICES = 6
"""Devices that the table of a budget shows; the other forms have all of them."""


def spread_report(found: MismatchSpread) -> Report:
    """Return tables, the record and the values of few runs."""
    names = [item.name for item in found.quantities]
    where = (
        f"{found.cell}: {found.bench}, {found.technology} {found.condition.corner}, "
        f"{celsius(found.condition.temperature):g} °C"
    )
    correlations = tuple(
        (name, *(f"{value:+.2f}" for value in row))
        for name, row in zip(names, found.correlations, strict=True)
    )
    shares = tuple(
        (
            item.name,
            ", ".join(
                f"{share.devices} {100.0 * share.share:.1f}"
                for share in item.budget.shares[:LARGEST_DEVICES]
            ),
            f"{100.0 * item.budget.rest:.1f}",
        )
        for item in found.quantities
    )
    tables = (
        Table(
            where,
            ("measure", "centre", "sigma", "95 % interval", "relative", "floor"),
            tuple(map(_row, found.quantities)),
        ),
        Table("Shares of the variance, %", ("measure", "devices", "rest"), shares),
        Table("Correlations", ("", *names), correlations if len(names) > 1 else ()),
    )
    return Report(tables, _record(found), _values(found), _remarks(found))


def _row(item: QuantitySpread) -> tuple[str, ...]:
    unit = "" if item.logarithmic else item.unit
    size = 1.0 if item.logarithmic else abs(item.centre)
    return (
        f"ln {item.name}" if item.logarithmic else item.name,
        render(item.centre, item.unit),
        render(item.sigma, unit),
        f"{render(item.low, unit)} … {render(item.high, unit)}",
        f"{100.0 * item.sigma / size:.3g} %" if item.sigma < size else "",
        render(item.floor, unit),
    )


def _remarks(found: MismatchSpread) -> tuple[str, ...]:
    remarks = [
        f"{found.runs} runs for {len(found.parameters)} drawn parameters, {found.floor_runs} of "
        f"them for the numerical floor; {len(found.response.curvatures)} terms of second order"
    ]
    used = found.settings
    remarks.append(f"settings: reltol {used.reltol:g}, trtol {used.trtol:g}, {used.method}")
    if any(item.logarithmic for item in found.quantities):
        remarks.append("ln: sigma of the logarithm, about the relative one; centre: the median")
    if found.climbed:
        remarks.append(f"runs that converged with other settings only: {found.climbed}")
    if found.failures:
        remarks.append(f"runs that did not converge: {found.failures}; the spreads are biased")
    remarks += [f"{name} has no spread here: {why}" for name, why in found.left_out.items()]
    return tuple(remarks)


def _record(found: MismatchSpread) -> dict[str, object]:
    kept = {
        item.name: getattr(found, item.name)
        for item in dataclasses.fields(found)
        if item.name not in {"response", "parameters", "correlations"}
    }
    names = [item.name for item in found.quantities]
    return kept | {
        "correlations": {
            name: dict(zip(names, map(float, row), strict=True))
            for name, row in zip(names, found.correlations, strict=True)
        },
        "parameters": len(found.parameters),
        "second_order": [
            [f"{found.parameters[k].element}.{found.parameters[k].name}" for k in item.parameters]
            for item in found.response.curvatures
        ],
    }


def _values(found: MismatchSpread) -> list[dict[str, object]]:
    """Return a line for each number: of each measure its spread, its shares, its correlations."""
    lines: list[dict[str, object]] = []
    for item in found.quantities:
        own = "1" if item.logarithmic else item.unit
        for statistic in ("centre", "sigma", "standard_error", "low", "high", "floor"):
            unit = {"centre": item.unit, "standard_error": "1"}.get(statistic, own)
            lines.append(_line(item, statistic, "", getattr(item, statistic), unit))
        lines += [_line(item, "share", share.devices, share.share) for share in item.budget.shares]
        lines.append(_line(item, "share", "rest", item.budget.rest))
        lines += [
            _line(item, "correlation", other.name, found.correlation(item.name, other.name))
            for other in found.quantities
        ]
    return lines


def _line(
    item: QuantitySpread, statistic: str, of: str, value: float, unit: str = "1"
) -> dict[str, object]:
    return {
        "measure": item.name,
        "logarithmic": int(item.logarithmic),
        "statistic": statistic,
        "of": of,
        "value": value,
        "unit": unit,
    }

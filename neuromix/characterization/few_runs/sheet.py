"""What a spread from few runs shows of itself, in a notebook and on the command line."""

from __future__ import annotations

from neuromix.characterization.few_runs.result import MismatchSpread, QuantitySpread
from neuromix.display.sheet import Sheet, Table
from neuromix.units import celsius, render

LARGEST_DEVICES = 6
"""Devices that the table of a budget shows."""


def spread_sheet(found: MismatchSpread) -> Sheet:
    """Return spreads with their intervals, the devices that make them, and correlations."""
    names = tuple(item.name for item in found.quantities)
    correlations = tuple(
        (name, *(f"{value:+.2f}" for value in row))
        for name, row in zip(names, found.correlations, strict=True)
    )
    return Sheet(
        found.cell,
        f"{found.bench}, {found.technology} {found.condition.corner}, "
        f"{celsius(found.condition.temperature):g} °C",
        (
            Table(
                "Spread between instances",
                ("measure", "centre", "sigma", "95 % interval", "relative", "floor"),
                tuple(map(_spread, found.quantities)),
            ),
            Table(
                "Shares of the variance, %",
                ("measure", "devices", "rest"),
                tuple(map(_shares, found.quantities)),
            ),
            Table("Correlations", ("", *names), correlations if len(names) > 1 else ()),
            Table("Origin", ("remark",), tuple((line,) for line in remarks(found)), folded=True),
        ),
    )


def remarks(found: MismatchSpread) -> tuple[str, ...]:
    """Return how it was found and what it lacks, a line each."""
    used = found.settings
    lines = [
        f"{found.runs} runs for {len(found.parameters)} drawn parameters, {found.floor_runs} of "
        f"them for the numerical floor; {len(found.response.curvatures)} terms of second order",
        f"settings: reltol {used.reltol:g}, trtol {used.trtol:g}, {used.method}",
    ]
    if any(item.logarithmic for item in found.quantities):
        lines.append("ln: sigma of the logarithm, about the relative one; centre: the median")
    if found.climbed:
        lines.append(f"runs that converged with other settings only: {found.climbed}")
    if found.failures:
        lines.append(f"runs that did not converge: {found.failures}; the spreads are biased")
    lines += [f"{name} has no spread here: {why}" for name, why in found.left_out.items()]
    return tuple(lines)


def _spread(item: QuantitySpread) -> tuple[str, ...]:
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


def _shares(item: QuantitySpread) -> tuple[str, ...]:
    largest = item.budget.shares[:LARGEST_DEVICES]
    return (
        item.name,
        ", ".join(f"{share.devices} {100.0 * share.share:.1f}" for share in largest),
        f"{100.0 * item.budget.rest:.1f}",
    )

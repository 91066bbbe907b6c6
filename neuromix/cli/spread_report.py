"""What ``neuromix mismatch`` prints: spreads, the devices that make them, correlations."""

from __future__ import annotations

import dataclasses

from neuromix.characterization.few_runs.result import MismatchSpread, QuantitySpread
from neuromix.characterization.few_runs.sheet import remarks, spread_sheet
from neuromix.cli.output import Report, Table


def spread_report(found: MismatchSpread) -> Report:
    """Return tables, the record and the values of few runs."""
    sheet = spread_sheet(found)
    tables = tuple(
        Table(f"{sheet.title}, {sheet.summary}: {item.title}", item.header, item.rows)
        for item in sheet.tables
        if not item.folded
    )
    return Report(tables, _record(found), _values(found), remarks(found))


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

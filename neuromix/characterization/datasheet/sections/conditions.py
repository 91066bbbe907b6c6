"""Measures over corners, temperature and supply."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from neuromix import plot
from neuromix.characterization.datasheet.content import Block, Picture, Section, Sentence, Table
from neuromix.characterization.datasheet.evidence import GRID, Evidence, Quantity
from neuromix.characterization.datasheet.wording import scaled, told
from neuromix.plot import Axis
from neuromix.units import celsius, render

NAME, TITLE = "conditions", "Corners, temperature, supply"

MOST_ROWS = 6


def section(evidence: Evidence) -> Section:
    """Return every measure of the sweep at home and along each axis that was run."""
    quantities = list(evidence.swept())
    if not quantities:
        return Section.absent(NAME, TITLE, "The campaign has no sweep, so there are no tables.")
    return Section(NAME, TITLE, tuple(_blocks(evidence, quantities)))


def _blocks(evidence: Evidence, quantities: list[Quantity]) -> Iterator[Block]:
    moved = [name for name in GRID if evidence.data.sizes[name] > 1]
    if moved:
        drawn = [item for item in quantities if np.ptp(_finite(evidence, item)) > 0.0][:MOST_ROWS]
        rows = [
            (item.words, item.unit, [_axis(evidence, item, name) for name in moved])
            for item in drawn
        ]
        if rows:
            stimuli = "; ".join(f"{item.words}: {item.stimulus}" for item in drawn)
            yield Picture(
                plot.svg(plot.over_conditions(rows), NAME),
                "measures over conditions",
                f"SPICE, nominal cell. The other axes stay at {evidence.condition}. {stimuli}.",
            )
    else:
        yield Sentence(
            f"Only one condition was run, {evidence.condition}: nothing is known of corners, "
            "temperatures and supplies."
        )
    yield _table(evidence, moved)


def _finite(evidence: Evidence, item: Quantity) -> np.ndarray:
    values = evidence.data[item.name].values[..., item.position]
    return np.asarray(values[np.isfinite(values)])


def _along(evidence: Evidence, name: str, position: int, axis: str) -> np.ndarray:
    """Return a measure along one axis, the others at home."""
    index: list[int | slice] = list(evidence.home)
    index[GRID.index(axis)] = slice(None)
    return np.asarray(evidence.data[name].values[(*index, position)])


def _axis(evidence: Evidence, item: Quantity, axis: str) -> Axis:
    values = _along(evidence, item.name, item.position, axis)
    places = evidence.data[axis].values
    if axis == "corner":
        return Axis("corner", [str(place) for place in places], values)
    if axis == "temperature":
        return Axis("temperature (°C)", np.array([celsius(float(t)) for t in places]), values)
    return Axis("supply (V)", places.astype(np.float64), values)


def _place(axis: str, place: object) -> str:
    if axis == "corner":
        return str(place)
    number = float(str(place))
    return f"{celsius(number):g} °C" if axis == "temperature" else render(number, "V")


def _table(evidence: Evidence, moved: list[str]) -> Table:
    data = evidence.data
    places = [
        (axis, k, _place(axis, place))
        for axis in moved
        for k, place in enumerate(data[axis].values)
        if k != evidence.home[GRID.index(axis)]
    ]
    rows = []
    for item in evidence.swept():
        for position, stimulus in enumerate(data["sweep"].values):
            home = float(data[item.name].values[(*evidence.home, position)])
            floor = float(data[f"{item.name}_floor"].values[position])
            if not np.isfinite(home):
                continue
            found = [float(_along(evidence, item.name, position, axis)[k]) for axis, k, _ in places]
            numbers, unit = scaled([home, *found], item.unit)
            rows.append((item.words, str(stimulus), unit, *numbers, told(floor, item.unit, 2)))
    return Table(
        ("measure", "stimulus", "unit", "home", *(words for _, _, words in places), "floor"),
        rows,
        f"Home: {evidence.condition}. Each other column differs from it in one axis. The floor is "
        "how far the home value moves when only the simulator's tolerances do.",
        3,
    )

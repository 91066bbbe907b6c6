"""``datasheet``: a campaign and a model become one HTML file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from neuromix import library
from neuromix.characterization.datasheet.content import Figure, Page, Section
from neuromix.characterization.datasheet.evidence import Evidence, gather
from neuromix.characterization.datasheet.sections import (
    budget,
    conditions,
    devices,
    energy,
    mismatch,
    model,
    noise,
    proof,
    published,
    resolution,
    specification,
    transfer,
    waveforms,
)
from neuromix.characterization.datasheet.wording import told
from neuromix.characterization.published import gate_area
from neuromix.characterization.specification import judge
from neuromix.data.files import replace_file
from neuromix.declare import Cell
from neuromix.models.model import Model

if TYPE_CHECKING:
    import xarray as xr
    from jinja2 import Template

SECTIONS: tuple[Callable[[Evidence], Section], ...] = (
    specification.section,
    devices.section,
    transfer.section,
    waveforms.section,
    conditions.section,
    noise.section,
    mismatch.section,
    budget.section,
    resolution.section,
    model.section,
    proof.section,
    energy.section,
    published.section,
)
"""In the order of the sheet."""

VERSIONS = ("neuromix", "engine", "python", "numpy", "scipy", "PySpice")
"""Attributes of a campaign that hold what it was made with."""


def datasheet(
    cell: Cell | str,
    data: xr.Dataset,
    model: Model | None,
    path: str | Path | None = None,
    *,
    command: str = "",
) -> Path:
    """Write the datasheet of a cell: one HTML file that opens without a network.

    Parameters
    ----------
    cell : Cell or str
        What was characterized, or its name.
    data : xarray.Dataset
        From :func:`neuromix.characterize`.
    model : Model or None
        From :func:`neuromix.fit`; None for a cell that names no family.
    path : path, optional
        Of the file; ``CELL.TECHNOLOGY.html`` in the current folder by default.
    command : str
        What made data and model, where the model does not say it.

    Returns
    -------
    Path
        Of the written file.

    Raises
    ------
    BadValue
        Where data, model and cell do not belong together, or the file cannot be written.
    """
    if isinstance(cell, str):
        cell = library.cell(cell)
    evidence = gather(cell, data, model, command)
    target = Path(path or f"{cell.name}.{evidence.technology.name}.html")
    return replace_file(target, render_page(page_of(evidence)).encode())


def page_of(evidence: Evidence) -> Page:
    """Return the content of a sheet."""
    return head_of(evidence, tuple(make(evidence) for make in SECTIONS))


def head_of(evidence: Evidence, sections: Sequence[Section] = ()) -> Page:
    """Return a sheet with these sections: its head alone, where there are none."""
    return Page(
        evidence.cell.name,
        evidence.cell.summary,
        tuple(_facts(evidence)),
        tuple(_warnings(evidence)),
        tuple(_figures(evidence)),
        sections,
    )


def _facts(evidence: Evidence) -> Iterator[tuple[str, str]]:
    attrs = evidence.data.attrs
    yield "technology", f"{evidence.technology.name}: {evidence.technology.summary}"
    yield "condition", f"{evidence.condition}, unless said"
    yield "mismatch", f"{evidence.samples} draws, seed {attrs['seed']}"
    yield "command", evidence.command or "not recorded"
    yield "model set, SHA-256", str(attrs.get("models_sha256", "not recorded"))
    yield "sources, SHA-256", str(attrs.get("source_sha256", "not recorded"))
    versions = [f"{name} {attrs[name]}" for name in VERSIONS if name in attrs]
    yield "made with", ", ".join(versions)
    for source in evidence.cell.sources:
        yield "source", source


def _warnings(evidence: Evidence) -> Iterator[str]:
    yield "Pre-layout: no parasitics of wires, ideal capacitors."
    if evidence.stale:
        yield (
            "Netlist, sizes or technology have changed since these data were measured: they are "
            "of an older cell."
        )
    if evidence.model.provenance.get("source_sha256") != evidence.data.attrs.get("source_sha256"):
        yield "The model was fitted to other data than those shown here."
    failed = json.loads(str(evidence.data.attrs.get("failures", "[]")))
    if failed:
        yield f"{len(failed)} simulations of draws failed; spreads are of those that did not."


def _figures(evidence: Evidence) -> Iterator[Figure]:
    sizes = dict(evidence.cell.realisation(evidence.technology.name).sizes)
    count = len(evidence.subcircuit.sizes(sizes))
    area = gate_area(evidence.subcircuit, sizes) * 1e12
    yield Figure("transistors", str(count), f"{area:.4g} µm² of gate")
    energy = evidence.model.energy
    if energy.static_power:
        yield Figure("standing power", told(energy.static_power, "W", 3), "biases included")
    if energy.per_event:
        yield Figure("energy per event", told(energy.per_event, "J", 3), "beside standing power")
    noise = evidence.model.noise
    if noise.white:
        density = f"{told(noise.white**0.5, noise.unit, 3)}/√Hz"
        yield Figure("white input noise", density, "nominal")
    name = evidence.recipe.main_error
    if name in evidence.model.proof:
        value, floor = evidence.model.proof[name], evidence.model.proof.get(f"{name}_floor")
        beside = "" if floor is None else f"floor {100.0 * floor:.2g} %"
        yield Figure("model error, held out", f"{100.0 * value:.2g} %", beside)
    verdicts = judge(evidence.cell, evidence.data)
    if verdicts:
        passed = sum(item.passes is True for item in verdicts)
        yield Figure("specification", f"{passed} of {len(verdicts)}", "lines pass")


def render_page(page: Page) -> str:
    """Return a page as HTML. Every text is escaped; only pictures of ours are not."""
    return _template("page.html").render(page=page)


def render_index(pages: Sequence[tuple[str, Page]]) -> str:
    """Return an index of sheets as HTML.

    Parameters
    ----------
    pages : sequence of (str, Page)
        Name of the file of each sheet, beside the index, and its content.
    """
    return _template("index.html").render(pages=pages)


def _template(name: str) -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("neuromix.characterization.datasheet"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)

"""``neuromix demo``: from transistors to read digits, with a page at the end."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from neuromix.cli import options, output

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from neuromix.models.model import Model

    Curve = tuple[NDArray[np.float64], NDArray[np.float64]]

CELLS = ("lif_neuron", "dpi_synapse", "dac_synapse", "address_event_stage")
LIVE = ("lif_neuron", "dac_synapse")
"""Characterized on the spot; the rest is loaded from the library."""

DRAWS = 40
FLOOR_DRAWS = 1
IMAGES = 360


@click.command("demo")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="demo-output",
    show_default=True,
    help="Folder for the page and the models.",
)
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option("--dies", type=click.IntRange(10), default=10, show_default=True)
@click.option(
    "--committed", is_flag=True, help="Load every model; nothing is simulated in ngspice."
)
@options.as_json
def command(folder: Path, workers: int, dies: int, committed: bool, as_json: bool) -> None:
    """Characterize cells in ngspice, then classify handwritten digits with arrays of them."""
    from neuromix.cli.progress import reporting

    start = time.monotonic()

    def tell(text: str) -> None:
        click.echo(f"[{time.monotonic() - start:5.1f} s] {text}", err=True)

    with reporting("loading models") as progress:
        from neuromix.demo.digits import digits
        from neuromix.demo.evaluation import evaluate
        from neuromix.demo.network import Cells
        from neuromix.demo.report import write_report
        from neuromix.demo.weights import load_weights
        from neuromix.models.catalogue import model
        from neuromix.models.store import save

        _, held_out = digits()
        images = held_out.first(IMAGES)
        network = load_weights()
        models: dict[str, Model] = {}
        spice: Curve | None = None
        for name in () if committed else LIVE:
            tell(f"{name}: characterizing {DRAWS} draws in ngspice")
            models[name], curve = _characterize(name, workers, progress)
            spice = spice or curve
            save(models[name], folder / f"{name}.gf180mcu.model.json")
        for name in CELLS:
            if name not in models:
                tell(f"{name}: loaded from the library")
                models[name] = model(name)
        cells = Cells(*(models[name] for name in CELLS))
        tell(f"{len(images)} held-out images on {dies} dies (kernels compile first)")
        found = evaluate(network, cells, images, dies=dies, tell=tell)
        notes = (
            "All models were loaded from the library."
            if committed
            else f"{' and '.join(LIVE)} were characterized in ngspice for this page with {DRAWS} "
            "mismatch draws each; the others were loaded from the library."
        )
        seconds = time.monotonic() - start
        page = write_report(
            folder / "index.html",
            network,
            cells,
            images,
            found,
            spice=spice,
            notes=f"{notes} {seconds:.0f} s in all.",
        )
    summary = found.summary() | {
        "energy_by_part": found.energy_by_part,
        "images": found.images,
        "live": [] if committed else list(LIVE),
        "seconds": time.monotonic() - start,
        "page": str(page.resolve()),
    }
    if as_json:
        output.print_json(summary)
        return
    output.console().print(str(found), soft_wrap=True)
    output.console().print(f"the page with all figures: {page.resolve()}", soft_wrap=True)


def _characterize(
    name: str, workers: int, progress: Callable[[int, int, str], None]
) -> tuple[Model, Curve | None]:
    """Return the model of a cell, and its f-I points where it spikes."""
    import numpy as np

    from neuromix import library
    from neuromix.characterization.campaign import characterize
    from neuromix.characterization.fitting import fit
    from neuromix.characterization.recipe import recipe_for
    from neuromix.declare import Plan

    cell = library.cell(name)
    data = characterize(
        cell, Plan(samples=DRAWS), workers=workers, progress=progress, floor_draws=FLOOR_DRAWS
    )
    progress(0, 1, f"{name}: fitting")
    found = fit(cell, data)
    if "training_rate" not in data:
        return found, None
    recipe = recipe_for(cell, found.technology)
    points = [
        (given["i_in"], float(rate))
        for stimulus, rate in zip(
            recipe.stimuli("training"), data["training_rate"].values, strict=True
        )
        if "i_in" in (given := dict(stimulus.overrides))
    ]
    currents, rates = np.array(points).T
    return found, (currents, rates)

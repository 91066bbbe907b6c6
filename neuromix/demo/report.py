"""The demo's page: one HTML file with its figures inside."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix import plot
from neuromix.array.chip import Array, Chip
from neuromix.array.recording import Recording
from neuromix.array.simulation import run
from neuromix.data.files import replace_file
from neuromix.demo.digits import Images
from neuromix.demo.evaluation import Accuracy, Evaluation
from neuromix.demo.network import Cells, Network, answers
from neuromix.models.model import Model
from neuromix.units import celsius, render

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INSTANCES = 64
CURRENTS = np.geomspace(20e-12, 20e-9, 31)
SPIKES = 30
"""Spikes of an instance from which its rate is taken."""

LONGEST = 0.3
"""Longest that a rate is waited for, s."""

SHOWN = 16
"""Images of the example set."""

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>neuromix: digits on a virtual chip</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #22303a; max-width: 50rem; margin: 2rem auto;
       padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; } td, th { padding: .25rem .9rem .25rem 0; text-align: left;
       border-bottom: 1px solid #dde3e7; } td.n, th.n { text-align: right; }
img { max-width: 100%; } figure { margin: 0; } figcaption, footer { color: #5b6b76;
       font-size: .9rem; }
</style></head><body>
<h1>Handwritten digits on a virtual chip</h1>
<p>{{ introduction }}</p>
<table><tr><th>dies</th><th class="n">accuracy</th><th class="n">worst die</th></tr>
{% for row in accuracy %}<tr><td>{{ row[0] }}</td><td class="n">{{ row[1] }}</td>
<td class="n">{{ row[2] }}</td></tr>{% endfor %}</table>
<p>{{ effort }}</p>
{% for item in figures %}<h2>{{ item.title }}</h2>
<figure><img alt="{{ item.title }}" src="data:image/png;base64,{{ item.png }}">
<figcaption>{{ item.caption }}</figcaption></figure>{% endfor %}
<h2>Models</h2>
<table><tr><th>cell</th><th>family</th><th>conditions</th><th>held-out errors</th></tr>
{% for row in models %}<tr>{% for item in row %}<td>{{ item }}</td>{% endfor %}</tr>{% endfor %}
</table>
<footer><p>{{ footer }}</p></footer>
</body></html>
"""


def write_report(
    path: Path,
    network: Network,
    cells: Cells,
    images: Images,
    evaluation: Evaluation,
    *,
    spice: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    notes: str = "",
) -> Path:
    """Write the page, and its figures beside it; return its path.

    Parameters
    ----------
    path : Path
        Of the HTML file.
    network, cells, images, evaluation
        What was shown to what, and the figures of :func:`~neuromix.demo.evaluation.evaluate`.
    spice : pair of ndarrays, A and Hz, optional
        f-I points of transistor-level simulation.
    notes : str
        For the foot of the page: what was characterized live, what was loaded, how long it took.
    """
    from jinja2 import Environment

    design = network.design
    chip = network.chip(cells, 0, mismatch=True, noise=True)
    shown = [
        run(
            chip,
            network.inputs(pixels),
            duration=design.duration,
            dt=design.dt,
            record=["output.v_mem"] if k == 0 else [],
            trial=k,
        )
        for k, pixels in enumerate(images.pixels[:SHOWN])
    ]
    first = shown[0]
    drawings: list[tuple[str, str, str, Figure]] = [
        (
            "answers",
            "What the chip answers",
            "The first held-out images on one die with mismatch and noise: shown, and what the "
            "most active output neuron says.",
            example_digits(images.first(SHOWN), answers(shown)),
        ),
        (
            "raster",
            f"One image in spikes: a {images.digit[0]}",
            f"All address events of the first image on that die; it answers "
            f"{answers(shown[:1])[0]} by spike count.",
            plot.raster(first.events, first.sizes, first.duration),
        ),
        (
            "neuron",
            "The neuron: firing rate over input current",
            f"The characterized model and {INSTANCES} of its mismatched instances"
            + (", with transistor-level simulation laid over." if spice else "."),
            neuron_curves(cells.neuron, spice),
        ),
        (
            "energy",
            "Where the energy goes",
            "Per image, nominal. The links' figures are those of the characterized handshake "
            "stage, in a tree over all senders.",
            plot.budget(_told(evaluation.energy_by_part), "J", "energy per image"),
        ),
    ]
    pictures = {name: plot.png(drawing) for name, _, _, drawing in drawings}
    for name, picture in pictures.items():
        replace_file(path.with_name(f"{name}.png"), picture)
    page = Environment(autoescape=True).from_string(PAGE)
    content = page.render(
        introduction=_introduction(network, cells, evaluation),
        accuracy=[
            _row("nominal", evaluation.nominal),
            _row(f"{len(evaluation.mismatch.by_die)} with mismatch", evaluation.mismatch),
            _row("the same, with noise", evaluation.mismatch_noise),
            _row("the same, calibrated", evaluation.calibrated),
        ],
        effort=_effort(evaluation, first),
        figures=[
            {
                "title": title,
                "caption": caption,
                "png": base64.b64encode(pictures[name]).decode(),
            }
            for name, title, caption, _ in drawings
        ],
        models=[_described(item) for item in (cells.neuron, cells.synapse, cells.converter)],
        footer=notes,
    )
    return replace_file(path, content.encode())


def example_digits(images: Images, named: NDArray[np.int64]) -> Figure:
    """Draw images with what was named under each; wrong names stand out."""
    columns = 8
    rows = -(-len(images) // columns)
    drawn = plot.figure(7.5, 1.15 * rows)
    panels = drawn.subplots(rows, columns, squeeze=False).ravel()
    for panel in panels:
        panel.set_axis_off()
    for panel, pixels, digit, name in zip(panels, images.pixels, images.digit, named, strict=False):
        panel.imshow(pixels.reshape(8, 8), cmap="gray_r", vmin=0, vmax=255)
        said = "none" if name < 0 else str(name)
        right = name == digit
        panel.set_title(
            said if right else f"{said} (is {digit})",
            fontsize=10,
            color="#22303a" if right else "#d1603d",
            y=-0.32,
        )
    return drawn


def neuron_curves(
    neuron: Model, spice: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
) -> Figure:
    """Draw the f-I curve of a model and the spread of its instances."""
    nominal = _rates(neuron, np.asarray(CURRENTS), False, LONGEST)
    durations = np.clip(SPIKES / np.maximum(nominal, 1.0), 0.0, LONGEST)
    instances = np.stack(
        [
            _rates(neuron, np.full(INSTANCES, current), True, float(duration))
            for current, duration in zip(CURRENTS, durations, strict=True)
        ],
        axis=1,
    )
    return plot.frequency_current(CURRENTS, nominal, instances, spice)


def _rates(
    neuron: Model, current: NDArray[np.float64], mismatch: bool, duration: float
) -> NDArray[np.float64]:
    """Return the rates of an array under constant currents, from its intervals, Hz."""
    chip = Chip(0)
    chip.add("neuron", Array(neuron, len(current), False, mismatch, current))
    spikes = run(chip, {}, duration=duration, dt=20e-6).events["neuron"]
    times = [spikes.of(k) for k in range(len(current))]
    return np.array([(len(t) - 1) / (t[-1] - t[0]) if len(t) > 1 else 0.0 for t in times])


def _introduction(network: Network, cells: Cells, evaluation: Evaluation) -> str:
    design = network.design
    return (
        f"{evaluation.images} images that training never saw, 64 pixels each as regular spike "
        f"trains of up to {render(design.max_rate, 'Hz', 3)} for "
        f"{render(design.duration, 's', 3)}, "
        f"through {design.hidden} hidden and 10 output neurons with 6-bit signed weights. Neurons, "
        f"synapses and converters are models of transistor circuits in {cells.neuron.technology}; "
        "each die draws its own mismatch."
    )


def _effort(evaluation: Evaluation, first: Recording) -> str:
    wait = max(link.longest_wait for link in first.links.values())
    return (
        f"{evaluation.spikes_per_image:.0f} spikes and "
        f"{render(evaluation.energy_per_image, 'J', 3)} per image; "
        f"{evaluation.dropped_per_image:.2g} events per image dropped by the links; longest wait "
        f"for a link in the first image {render(wait, 's', 3)}."
    )


def _row(name: str, accuracy: Accuracy) -> tuple[str, str, str]:
    return name, str(accuracy), f"{100 * accuracy.by_die.min():.1f} %"


def _told(parts: Mapping[str, float]) -> dict[str, float]:
    return {name.replace(".", " "): value for name, value in parts.items()}


def _described(model: Model) -> tuple[str, str, str, str]:
    temperature = model.condition.get("temperature")
    condition = [
        str(model.condition.get("corner", "")),
        f"{celsius(float(temperature)):g} °C" if temperature is not None else "",
        f"{model.condition['supply']} V" if "supply" in model.condition else "",
    ]
    proof = ", ".join(f"{name} {value:.2g}" for name, value in list(model.proof.items())[:3])
    return (
        model.cell,
        model.family,
        ", ".join(filter(None, condition)),
        proof or "not measured here; `neuromix verify` does",
    )

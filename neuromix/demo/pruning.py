"""Leaving out hidden neurons that say nothing: ``python -m neuromix.demo.pruning --hidden 32``.

Training drives some hidden neurons into silence: no image makes them spike, and they cost circuits
and time all the same. The images that the network was trained on are shown to the nominal chip, and
the neurons with the most spikes are kept. Held-out images are never seen.
"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
import numpy as np
from numpy.typing import NDArray

from neuromix.array.simulation import run_batch
from neuromix.demo.digits import Images, digits
from neuromix.demo.network import Cells, Network, answers
from neuromix.demo.weights import WEIGHTS, load_weights, made_by, save_weights


def activity(network: Network, cells: Cells, images: Images) -> tuple[NDArray[np.int64], float]:
    """Return spikes of each hidden neuron over all images, and the share that is read right."""
    design = network.design
    chip = network.chip(cells, 0, mismatch=False, noise=False)
    inputs = [network.inputs(pixels) for pixels in images.pixels]
    recordings = run_batch(chip, inputs, duration=design.duration, dt=design.dt)
    spikes = sum(recording.counts("hidden") for recording in recordings)
    return np.asarray(spikes), float(np.mean(answers(recordings) == images.digit))


def pruned(network: Network, spikes: NDArray[np.int64], hidden: int) -> Network:
    """Return the network with only the ``hidden`` neurons that spike most, in their order."""
    kept = np.sort(np.argsort(-spikes, kind="stable")[:hidden])
    rows = np.concatenate([kept, np.arange(network.design.hidden, len(network.output))])
    design = msgspec.structs.replace(network.design, hidden=len(kept))
    return Network(design, network.hidden[:, kept], network.output[rows])


@click.command()
@click.option("--hidden", type=click.IntRange(1), required=True, help="How many are kept.")
@click.option("--weights", type=click.Path(path_type=Path), default=WEIGHTS, show_default=True)
def main(hidden: int, weights: Path) -> None:
    """Prune the stored weights and write them back."""
    network, cells = load_weights(weights), Cells.load()
    train, _ = digits()
    spikes, before = activity(network, cells, train)
    smaller = pruned(network, spikes, hidden)
    _, after = activity(smaller, cells, train)
    left_out = np.sort(spikes)[: max(len(spikes) - hidden, 0)]
    command = f"{made_by(weights)}; python -m neuromix.demo.pruning --hidden {hidden}"
    save_weights(smaller, cells, command, weights)
    click.echo(
        f"{len(left_out)} of {len(spikes)} neurons left out, which made {left_out.sum()} of "
        f"{spikes.sum()} spikes; images of the training read right: {before:.1%}, then {after:.1%}"
    )


if __name__ == "__main__":
    main()

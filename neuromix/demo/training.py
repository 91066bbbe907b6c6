"""Training the demo's network: ``python -m neuromix.demo.training``.

On the surrogate, whose curves come from the cells' models, with a random gain of each neuron and
sign for each image, as mismatch would give it. Held-out images are never seen; what they show of
the spiking chip is printed at the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from neuromix.array.memory import LARGEST_CODE
from neuromix.array.pixels import BRIGHTEST
from neuromix.data.randomness import generator
from neuromix.demo.digits import Images, digits
from neuromix.demo.evaluation import evaluate
from neuromix.demo.gradients import Adam, backward, forward, loss_slope, quantized
from neuromix.demo.network import CLASSES, Cells, Design, Network
from neuromix.demo.surrogate import Floats, Surrogate
from neuromix.demo.weights import WEIGHTS, save_weights

FIRST_SPIKES = 4.0
"""Mean spikes per neuron and image that initial weights aim at."""


@dataclass(frozen=True)
class Plan:
    """How long to train, and how fast.

    Parameters
    ----------
    epochs : int
        Passes over the images.
    batch : int
        Images a step.
    rate : float
        First size of a step, in codes; it falls to a tenth along a cosine.
    sparsity : float
        Slope of the loss by each weight's magnitude: what a pulse costs in energy.
    seed : int
        Of initial weights, order of images and gains.
    """

    epochs: int = 400
    batch: int = 48
    rate: float = 0.2
    sparsity: float = 0.0
    seed: int = 1


@dataclass
class _Weights:
    """Real weights and the state of their optimiser."""

    hidden: Floats
    output: Floats

    def __post_init__(self) -> None:
        self.steps = Adam(self.hidden.shape), Adam(self.output.shape)

    def follow(self, hidden: Floats, output: Floats, rate: float) -> None:
        for weights, slope, adam in zip(
            (self.hidden, self.output), (hidden, output), self.steps, strict=True
        ):
            weights -= adam.step(slope, rate)
            np.clip(weights, -LARGEST_CODE, LARGEST_CODE, out=weights)

    def network(self, design: Design) -> Network:
        return Network(
            design,
            quantized(self.hidden).astype(np.int8),
            quantized(self.output).astype(np.int8),
        )


def train(
    cells: Cells,
    design: Design,
    images: Images,
    plan: Plan,
    tell: Callable[[str], None] = lambda _: None,
) -> Network:
    """Train a network for these cells; ``tell`` is given a line now and then."""
    curves = Surrogate.of(cells, design)
    random = generator(plan.seed, "digits", "training")
    rate_in = input_rates(images.pixels, design)
    weights = _initial(curves, design, rate_in, random)
    total = plan.epochs * _steps(images, plan)
    for k, chosen in enumerate(_batches(images, plan, plan.epochs, random)):
        gains = [
            tuple(np.exp(curves.gain_spread * random.standard_normal((2, len(chosen), n))))
            for n in (design.hidden, CLASSES)
        ]
        hidden = forward(curves, rate_in[chosen], weights.hidden, gains[0])
        into = with_bias(hidden.rate, design)
        output = forward(curves, into, weights.output, gains[1])
        slope = loss_slope(output.rate * design.duration, images.digit[chosen]) * design.duration
        by_output, by_rate = backward(curves, output, weights.output, slope)
        by_hidden, _ = backward(curves, hidden, weights.hidden, by_rate[:, : design.hidden])
        by_hidden += plan.sparsity * np.sign(weights.hidden)
        by_output += plan.sparsity * np.sign(weights.output)
        weights.follow(by_hidden, by_output, plan.rate * _cosine(k / total))
        if (k + 1) % (50 * _steps(images, plan)) == 0:
            right = np.mean(output.rate.argmax(axis=1) == images.digit[chosen])
            tell(f"step {k + 1} of {total}: {100 * right:.0f} % of the batch")
    return weights.network(design)


def input_rates(pixels: NDArray[np.uint8], design: Design) -> Floats:
    """Return the rates of all inputs, Hz, shape (images, inputs)."""
    return with_bias(pixels.astype(np.float64) * (design.max_rate / BRIGHTEST), design)


def with_bias(rate: Floats, design: Design) -> Floats:
    """Append the bias lines to rates (images, n)."""
    return np.concatenate([rate, np.full((len(rate), design.bias), design.max_rate)], axis=1)


def _initial(
    curves: Surrogate, design: Design, rate_in: Floats, random: np.random.Generator
) -> _Weights:
    """Draw weights, as wide as makes neurons spike ``FIRST_SPIKES`` times on average."""
    layers = []
    for targets in (design.hidden, CLASSES):
        draw = random.standard_normal((rate_in.shape[1], targets))
        one = (np.ones(1), np.ones(1))
        widths = np.geomspace(0.5, 20.0, 30)
        rates = [forward(curves, rate_in, draw * width, one).rate.mean() for width in widths]
        wanted = int(np.argmin(np.abs(np.array(rates) - FIRST_SPIKES / design.duration)))
        layers.append(draw * widths[wanted])
        rate_in = with_bias(forward(curves, rate_in, layers[-1], one).rate, design)
    return _Weights(*layers)


def _steps(images: Images, plan: Plan) -> int:
    return len(images) // plan.batch


def _batches(
    images: Images, plan: Plan, epochs: int, random: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    for _ in range(epochs):
        order = random.permutation(len(images))
        for k in range(_steps(images, plan)):
            yield order[k * plan.batch : (k + 1) * plan.batch]


def _cosine(share: float) -> float:
    return 0.1 + 0.9 * 0.5 * (1.0 + float(np.cos(np.pi * share)))


@click.command()
@click.option("--technology", default="gf180mcu", show_default=True)
@click.option("--hidden", default=Design().hidden, show_default=True, help="Hidden neurons.")
@click.option("--epochs", default=Plan().epochs, show_default=True, help="Passes over the images.")
@click.option("--seed", default=Plan().seed, show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), default=WEIGHTS)
def main(technology: str, hidden: int, epochs: int, seed: int, output: Path) -> None:
    """Train the demo's network and write its weights."""
    started = time.monotonic()
    kept, held = digits()
    cells = Cells.load(technology)
    plan = Plan(epochs=epochs, seed=seed)
    network = train(cells, Design(hidden=hidden), kept, plan, click.echo)
    command = (
        f"python -m neuromix.demo.training --technology {technology} --hidden {hidden} "
        f"--epochs {epochs} --seed {seed}"
    )
    save_weights(network, cells, command, output)
    click.echo(f"{output} written after {time.monotonic() - started:.0f} s")
    click.echo(str(evaluate(network, cells, held, dies=2)))


if __name__ == "__main__":
    main()

"""Dies: the draws of every transistor of each instance, and the model parameters that they make.

The parameters of a die are fitted to what SPICE answers with that die's own draws in it, under the
stimuli by which campaigns tell instances apart; no network drives a cell with any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neuromix import library
from neuromix.characterization.assembly import subcircuit_of
from neuromix.characterization.draws import mismatch_draws
from neuromix.characterization.recipe import recipe_for
from neuromix.characterization.requests import Answer, Request, run_requests
from neuromix.cosim.circuit import NEURON, SYNAPSE, neuron_instance, synapse_instance
from neuromix.cosim.design import Network
from neuromix.declare import Condition
from neuromix.display.progress import Progress, quiet
from neuromix.engine.contract import Engine, raised
from neuromix.engine.job import Variation
from neuromix.models.family import Family
from neuromix.models.model import Model
from neuromix.netlist.deck import Transistor

CELL_PATH = "m.xcell."
"""What the names of a cell's transistors begin with in the deck of a bench."""


@dataclass(frozen=True, eq=False)
class Dies:
    """Instances of one cell on the dies of a network.

    Parameters
    ----------
    cell, technology : str
    draws : tuple of Variation
        Of each instance; devices are named as in the deck of a bench.
    """

    cell: str
    technology: str
    draws: tuple[Variation, ...]

    @classmethod
    def drawn(cls, cell: str, technology: str, n: int, seed: int) -> Dies:
        """Draw ``n`` instances; instance k is the same whatever ``n`` is."""
        chosen, declared = library.technology(technology), library.cell(cell)
        sizes = dict(declared.realisation(technology).sizes)
        transistors = tuple(
            Transistor(f"{CELL_PATH}{element.name}.m0", element.kind, width, length)
            for element, width, length in subcircuit_of(declared, chosen).sizes(sizes)
        )
        draws = mismatch_draws(chosen, transistors, n, seed, cell, "network")
        return cls(cell, technology, tuple(draws))

    def placed(self, k: int, instance: str) -> Variation:
        """Return the draws of instance ``k`` where a deck calls it ``instance``."""
        return tuple(
            type(item)(
                f"m.{instance}.{item.device.removeprefix(CELL_PATH)}", item.parameter, item.value
            )
            for item in self.draws[k]
        )

    @property
    def parameters(self) -> tuple[str, ...]:
        """What each column of :meth:`array` is, such as ``"xleak delvto"``."""
        return tuple(
            f"{item.device.removeprefix(CELL_PATH).removesuffix('.m0')} {item.parameter}"
            for item in self.draws[0]
        )

    def array(self) -> NDArray[np.float64]:
        """Return the draws, shape ``(n, parameters)``: threshold shifts in V, mobilities in 1."""
        return np.array([[item.value for item in variation] for variation in self.draws])

    def fitted(self, model: Model, engine: Engine, progress: Progress = quiet) -> Family:
        """Return the model's family with the parameters of each instance, arrays of shape ``(n,)``.

        Parameters
        ----------
        model : Model
            Of the cell: what all instances have in common comes from it.
        engine : Engine
        progress : callable
        """
        cell, technology = library.cell(self.cell), library.technology(self.technology)
        recipe = recipe_for(cell, self.technology)
        stimuli = recipe.stimuli("mismatch")
        requests = [
            *(Request(stimulus, Condition()) for stimulus in stimuli),
            *(Request(stimulus, Condition(), (), self.draws) for stimulus in stimuli),
        ]
        answers = run_requests(cell, technology, engine, requests, progress)
        _raise_failures([answer for row in answers for answer in row])
        baseline = [row[0].record for row in answers[: len(stimuli)]]
        instances = [
            recipe.refit(model, [row[k].record for row in answers[len(stimuli) :]], baseline)
            for k in range(len(self.draws))
        ]
        names = [name for name in recipe.refitted if name != "energy_per_event"]
        return model.dynamics.replace(
            **{name: np.array([found[name] for found in instances]) for name in names}
        )


@dataclass(frozen=True, eq=False)
class Silicon:
    """A network as it came out of the foundry: a die of the neuron and of the synapse for each."""

    network: Network
    technology: str
    neurons: Dies
    synapses: Dies

    @classmethod
    def made(cls, network: Network, technology: str = "gf180mcu") -> Silicon:
        """Draw the dies of a network from its seed."""
        drawn = (Dies.drawn(c, technology, network.n, network.seed) for c in (NEURON, SYNAPSE))
        return cls(network, technology, *drawn)

    @property
    def dies(self) -> tuple[Dies, Dies]:
        """Those of the neurons, and those of the synapses."""
        return self.neurons, self.synapses

    def placed(self, k: int, place: int) -> Variation:
        """Return the draws of neuron and synapse ``k`` at a place in a deck."""
        return (
            *self.neurons.placed(k, neuron_instance(place)),
            *self.synapses.placed(k, synapse_instance(place)),
        )


def _raise_failures(answers: Sequence[Answer]) -> None:
    for answer in answers:
        if answer.failed:
            raise raised(answer.outcome, answer.record.stimulus.name)

"""Pruning keeps the neurons that spike most, and their weights."""

import numpy as np

from neuromix.demo.network import CLASSES, Design, Network
from neuromix.demo.pruning import pruned
from neuromix.demo.weights import load_weights, made_by


def test_the_most_active_neurons_stay_in_their_order() -> None:
    design = Design(hidden=4, bias=2)
    hidden = np.arange(design.inputs * 4).reshape(design.inputs, 4).astype(np.int8)
    output = np.arange(6 * CLASSES).reshape(6, CLASSES).astype(np.int8)
    smaller = pruned(Network(design, hidden, output), np.array([5, 0, 9, 7]), 3)
    assert smaller.design.hidden == 3
    assert np.array_equal(smaller.hidden, hidden[:, [0, 2, 3]])
    assert np.array_equal(smaller.output, output[[0, 2, 3, 4, 5]])


def test_more_than_there_are_changes_nothing() -> None:
    network = load_weights()
    same = pruned(network, np.zeros(network.design.hidden, int), 1000)
    assert same.design == network.design
    assert np.array_equal(same.hidden, network.hidden)
    assert np.array_equal(same.output, network.output)


def test_stored_weights_say_how_they_were_made() -> None:
    training, pruning = made_by().split("; ")
    assert training.startswith("python -m neuromix.demo.training")
    assert pruning == f"python -m neuromix.demo.pruning --hidden {load_weights().design.hidden}"

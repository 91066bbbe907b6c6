"""Networks: what hears what, and weights at which all neurons spike about equally often."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from neuromix.cosim.circuit import corners_of, deck_of
from neuromix.cosim.design import LARGEST_CODE, balanced, feed_forward, recurrent
from neuromix.cosim.dies import Silicon
from neuromix.cosim.waveform import GrowingWaveform
from neuromix.errors import BadValue


def test_each_neuron_hears_one_sender_outside_and_as_many_others_as_asked():
    network = recurrent(16, 5e-3, fan_in=4)
    outside, between = np.split(network.codes, [network.outside])
    assert np.array_equal(outside > 0, np.eye(16, dtype=bool))
    assert np.array_equal((between > 0).sum(axis=0), np.full(16, 4))
    assert not np.diag(between).any()
    assert not network.feeds_forward


def test_a_feed_forward_network_has_no_connections_between_neurons():
    network = feed_forward(8, 5e-3)
    assert network.feeds_forward
    assert network.n == network.outside == 8


def test_the_same_seed_makes_the_same_network_and_another_another():
    one, same, other = recurrent(4, 5e-3), recurrent(4, 5e-3), recurrent(4, 5e-3, seed=1)
    assert one.given == same.given != other.given
    assert np.array_equal(one.codes, same.codes)


def test_weights_are_balanced_by_what_is_counted():
    network = recurrent(6, 5e-3, 2)
    gain = np.array([0.8, 1.0, 1.3, 1.7, 2.1, 2.6])

    def counts(given):
        return np.rint(gain * np.diag(given.codes[:6])).astype(np.int64)

    found = balanced(network, counts, 60)
    assert np.abs(counts(network) - 60).max() > 20
    assert np.abs(counts(found) - 60).max() <= 10
    assert found.codes.max() <= LARGEST_CODE
    assert np.array_equal(found.codes[6:], network.codes[6:])


def test_codes_that_no_converter_has_are_refused():
    network = feed_forward(2, 5e-3)
    with pytest.raises(BadValue, match="codes of shape"):
        replace(network, codes=network.codes - 1)


def test_dies_do_not_depend_on_how_many_there_are():
    few, many = (Silicon.made(recurrent(n, 5e-3, 2)) for n in (3, 5))
    for one, other in zip(few.dies, many.dies, strict=True):
        assert np.array_equal(one.array(), other.array()[:3])
        assert np.ptp(other.array(), axis=0).min() > 0.0


def test_draws_are_placed_on_the_transistors_of_a_deck():
    placed = Silicon.made(recurrent(3, 5e-3, 2)).placed(2, 0)
    assert {item.device.split(".")[1] for item in placed} == {"xneuron0", "xsynapse0"}
    assert len({(item.device, item.parameter) for item in placed}) == len(placed) == 2 * 34


@pytest.mark.ngspice
def test_a_deck_holds_a_neuron_and_a_synapse_for_each_pair_of_sources():
    waveform = GrowingWaveform(0.0)
    waveform.append([1e-6], [1.8])
    known = corners_of(waveform)
    lines = deck_of("two", "gf180mcu", 1e-3, [("external", "external"), (known, known)]).circuit
    words = [line.split() for line in lines.splitlines()]
    assert sum(line[-1] == "lif_neuron" and line[0] == "xneuron1" for line in words if line) == 1
    assert "vgate0 gate0 0 external" in lines
    assert "vgate1 gate1 0 pwl(0.0 0.0 1e-06 1.8)" in lines

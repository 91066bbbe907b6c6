"""Convolutions of graphs stay convolutions: what is stored, what is off, what spikes; and back."""

from dataclasses import replace

import nir
import numpy as np
import pytest
from scipy.sparse import csr_array

import neuromix as nmx
from neuromix.array.linear.synapses import drawn_weights
from neuromix.array.memory import stored
from neuromix.data.events import Events
from neuromix.errors import BadValue
from neuromix.interop.nir import read

DT = 1e-3
IMAGE = (1, 8, 8)


def lif(shape, **more):
    """Return neurons whose membrane a spike of weight w moves by w, where a spike lasts DT."""
    one = np.ones(shape)
    given = {"r": one * 20.0, "v_leak": 0 * one, "v_threshold": one, "v_reset": 0 * one}
    return nir.LIF(**{"tau": one * 20e-3, **given, **more})


def conv(bias=0.0, seed=5):
    weight = np.random.default_rng(seed).uniform(0.1, 0.4, (2, 1, 3, 3))
    weight[:, :, 1] *= -1.0
    return nir.Conv2d(None, weight, 1, 1, 1, 1, np.full(2, bias))


def pool(kind=nir.SumPool2d):
    return kind(np.array([2, 2]), np.array([2, 2]), np.array([0, 0]))


def graph_of(*nodes):
    return nir.NIRGraph.from_list(nir.Input(np.array(IMAGE)), *nodes, type_check=False)


def trains(n, duration=0.05, rate=300.0):
    times = (np.arange(0, duration * rate)[:, None] + np.arange(0.5, n) / n) / rate
    return Events.sort(times.ravel(), np.tile(np.arange(n, dtype=np.uint32), len(times)))


def unrolled(chip):
    """Return the same die with a word, or a number, for each synapse of its convolutions."""
    plain = nmx.Chip(chip.seed, chip.fabric)
    for name, block in chip.blocks.items():
        plain.add(name, block)
    for item in chip.connections:
        codes, path = item.codes, chip.paths[item.target]
        shape = (len(codes), chip.blocks[item.target].n)
        rows = csr_array((codes.code, codes.neuron, codes.start), shape=shape)
        through = (path.converter, path.synapse)
        width = path.pulse_width
        plain.connect(item.source, item.target, weights=rows, through=through, pulse_width=width)
    for item in chip.projections:
        rows = (item.indptr, item.targets, item.weights)
        plain.connect(item.source, item.target, weights=rows)
    return plain


DEEP = (
    conv(bias=0.01),
    lif((2, 8, 8)),
    pool(),
    lif((2, 4, 4), v_threshold=np.full((2, 4, 4), 3.0)),
)


def test_words_of_cells_are_stored_once():
    mapped = read(graph_of(*DEEP), dt=DT)
    first, second = mapped.chip.connections
    synapses = 2 * (8 * 8 * 9 - 4 * 8 * 3 + 4)
    assert (stored(first.codes), len(first.codes.code)) == (18, synapses)
    # A pool has a weight for each place of a patch, all alike.
    assert (stored(second.codes), len(second.codes.code)) == (8, 128)
    assert len(np.unique(second.codes.code)) == 1
    assert "18 codes" in mapped.report()
    assert f"which {synapses} synapses share" in mapped.report()
    assert "unrolled" not in mapped.report()


def test_spikes_are_those_of_the_unrolled_form():
    events = trains(64)
    for cells, options in (("characterized", {"dt": 4e-6}), ("ideal", {"dt": 1e-4})):
        chip = read(graph_of(*DEEP), dt=DT, cells=cells, seed=3).chip
        plain = unrolled(chip)
        assert all(stored(item.codes) == len(item.codes.code) for item in plain.connections)
        one, two = (
            nmx.run(item, {"input": events}, duration=0.05, **options) for item in (chip, plain)
        )
        assert min(len(one.events[name]) for name in chip.blocks) > 20
        for name in chip.blocks:
            assert np.array_equal(one.events[name].time, two.events[name].time)
            assert np.array_equal(one.events[name].address, two.events[name].address)


def test_ideal_weights_are_off_alike_wherever_they_are_used():
    mapped = read(graph_of(*DEEP), dt=DT, cells="ideal", seed=3, weight_error=0.2)
    item = mapped.chip.projections[0]
    assert item.word is not None
    errors = drawn_weights(mapped.chip, item) / item.weights
    for word in range(18):
        assert np.ptp(errors[item.word == word]) < 1e-5
    assert errors.std() > 0.1
    assert "18 weights that" in mapped.report()
    # A weight for each synapse is off by itself.
    own = drawn_weights(mapped.chip, replace(item, word=None)) / item.weights
    assert np.ptp(own[item.word == 0]) > 0.1
    with pytest.raises(BadValue, match="weight_error"):
        read(graph_of(*DEEP), dt=DT, weight_error=0.2)


def test_what_only_scales_or_relabels_leaves_a_convolution():
    channels = np.repeat([0.5, 2.0], 64).reshape(2, 8, 8)
    nodes = (nir.Scale(np.full(IMAGE, 2.0)), conv(), nir.Scale(channels), nir.Flatten(None, 0))
    mapped = read(graph_of(*nodes, lif(128)), dt=DT, cells="ideal")
    view = mapped.network.views["lif"]
    wanted = conv().weight * np.array([1.0, 4.0]).reshape(2, 1, 1, 1)
    assert np.allclose(view.shared["input"].kernel, wanted)
    fields = view.shared["input"].synapses()
    rows = csr_array((fields.weight, fields.target, fields.indptr), shape=(64, 128))
    assert np.allclose(rows.T.toarray(), view.parts["input"].toarray())
    averaged = read(graph_of(pool(nir.AvgPool2d), lif((1, 4, 4))), dt=DT, cells="ideal")
    assert np.all(averaged.network.views["lif"].shared["input"].kernel == 0.25)


def test_neurons_scale_the_weights_of_their_channel():
    by_channel = np.repeat([1.0, 2.0], 64).reshape(2, 8, 8)
    same = read(graph_of(conv(), lif((2, 8, 8), v_threshold=by_channel)), dt=DT)
    assert stored(same.chip.connections[0].codes) == 18
    each = np.linspace(1.0, 2.0, 128).reshape(2, 8, 8)
    for cells in ("characterized", "ideal"):
        changed = {"v_threshold": each} if cells == "characterized" else {"r": 20.0 * each}
        mapped = read(graph_of(conv(), lif((2, 8, 8), **changed)), dt=DT, cells=cells)
        assert "conv2d is unrolled, a weight for each synapse: neurons of a" in mapped.report()


@pytest.mark.parametrize("cells", ["characterized", "ideal"])
def test_products_and_sums_are_unrolled_and_named(cells):
    product = read(graph_of(conv(), pool(), lif((2, 4, 4))), dt=DT, cells=cells)
    assert "conv2d, sumpool2d are unrolled, a weight for each synapse" in product.report()
    graph = graph_of(conv(), lif((2, 8, 8)))
    graph.nodes["beside"] = conv(seed=6)
    graph.edges += [("input", "beside"), ("beside", "lif")]
    summed = read(graph, dt=DT, cells=cells)
    assert "conv2d, beside are unrolled" in summed.report()
    weights = {
        "characterized": lambda chip: len(chip.connections[0].codes),
        "ideal": lambda chip: len(chip.projections[0].indptr) - 1,
    }
    assert weights[cells](summed.chip) == 64

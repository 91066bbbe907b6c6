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
from neuromix.errors import BadValue, NotMappable
from neuromix.interop.nir import read, write
from neuromix.interop.nir.imaging import layout
from neuromix.interop.nir.writing import graph_of as graph_of_chip

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


def again(chip, path, **options):
    """Return the nodes of a chip that was written, by type, and the chip that is read from them."""
    graph = nir.read(write(chip, path, dt=DT))
    kinds = {name: type(node).__name__ for name, node in graph.nodes.items()}
    return graph, kinds, read(path, **options).chip


def test_convolutions_of_a_chip_come_back(tmp_path):
    nodes = (*DEEP, nir.Flatten(None, 0), nir.Linear(np.full((3, 32), 0.1)), lif(3))
    options = {"mismatch": False, "seed": 3}
    first = read(graph_of(*nodes), dt=DT, **options).chip
    graph, kinds, second = again(first, tmp_path / "cells.nir", **options)
    assert kinds["input_to_lif"] == kinds["lif_to_lif_1"] == "Conv2d"
    assert (kinds["lif_1_flat"], kinds["lif_1_to_lif_2"]) == ("Flatten", "Linear")
    assert graph.nodes["input_to_lif"].bias.shape == (2,)
    assert np.all(graph.nodes["input_to_lif"].bias > 0.0)
    assert "unrolled" not in graph.metadata
    for before, after in zip(first.connections, second.connections, strict=True):
        assert stored(before.codes) == stored(after.codes)
        codes = [getattr(item.codes, "code", item.codes) for item in (before, after)]
        assert np.array_equal(*codes)
    assert np.allclose(second.blocks["lif"].current, first.blocks["lif"].current, rtol=1e-3)


def test_convolutions_between_linear_neurons_come_back(tmp_path):
    first = read(graph_of(*DEEP), dt=DT, cells="ideal").chip
    _, kinds, second = again(first, tmp_path / "ideal.nir", cells="ideal")
    assert kinds["input_to_lif"] == kinds["lif_to_lif_1"] == "Conv2d"
    for before, after in zip(first.projections, second.projections, strict=True):
        # Words of other groups, which are 0, are counted too.
        words = [np.unique(p.word, return_inverse=True)[1] for p in (before, after)]
        assert np.array_equal(*words)
        assert np.allclose(before.weights, after.weights, rtol=1e-6)
    events = trains(64)
    one, two = (
        nmx.run(c, {"input": events}, duration=0.05, dt=1e-4, mode="clock") for c in (first, second)
    )
    assert len(one.events["lif_1"]) > 20
    assert np.array_equal(one.counts("lif_1"), two.counts("lif_1"))


def test_mismatch_makes_a_matrix_of_a_convolution_and_says_so(tmp_path):
    chip = read(graph_of(conv(), lif((2, 8, 8))), dt=DT, seed=3).chip
    graph, kinds, _ = again(chip, tmp_path / "die.nir")
    assert kinds["input_to_lif"] == "Linear"
    assert "input -> lif: with mismatch" in str(graph.metadata["unrolled"])


def test_what_is_no_image_for_all_is_unrolled():
    values = dict.fromkeys(("membrane_time", "excitatory_time", "inhibitory_time"), 5e-3)
    neuron = nmx.Model.ideal("current_based_lif", **values, rest=0.0, threshold=1.0, reset=0.0)
    kernel = np.full((1, 1, 3, 3), 0.2)

    def chip_of(model=neuron, **options):
        chip = nmx.Chip(0)
        chip.add("source", nmx.SpikeSource(36))
        for name, n in {"a": 36, "b": 36, "c": 16}.items():
            chip.add(name, nmx.Array(model, n, **options) if name == "a" else nmx.Array(neuron, n))
        chip.connect("source", "a", weights=nmx.Convolution(kernel, (1, 6, 6), padding=1))
        chip.connect("a", "b", weights=nmx.Convolution(kernel, (1, 6, 6), padding="same"))
        chip.connect("b", "c", weights=nmx.Convolution(kernel, (1, 6, 6)))
        return chip

    chip = chip_of()
    assert layout(chip).unrolled == {}
    assert layout(chip).shapes["c"] == (1, 4, 4)
    # What is added to a convolution has to have its shape; what comes after it has none any more.
    chip.connect("source", "b", weights=np.eye(36))
    found = layout(chip)
    assert list(found.unrolled) == ["a -> b", "b -> c"]
    assert "weights from elsewhere are none" in found.unrolled["a -> b"]
    assert "b is no image" in found.unrolled["b -> c"]
    assert "unrolled" in graph_of_chip(chip).metadata
    chip = chip_of()
    chip.add("d", nmx.Array(neuron, 14))
    chip.connect("source", "d", weights=nmx.Convolution(kernel, (1, 4, 9)))
    assert "source is an image of (1, 6, 6) and (1, 4, 9)" in layout(chip).unrolled["source -> d"]
    slow = {**values, "rest": 0.0, "threshold": 1.0, "reset": 0.0}
    slow["membrane_time"] = np.linspace(5e-3, 6e-3, 36)
    found = layout(chip_of(nmx.Model.ideal("current_based_lif", **slow)))
    assert "membrane_time differs" in found.unrolled["source -> a"]
    slow |= {"membrane_time": 5e-3, "rest": np.linspace(0.0, 0.1, 36)}
    apart = nmx.Model.ideal("current_based_lif", **slow)
    assert layout(chip_of(apart)).unrolled == {}
    found = layout(chip_of(apart, initial=0.0))
    assert "constant inputs differ" in found.unrolled["source -> a"]


def test_a_loop_is_written_with_the_step_it_was_read_with(tmp_path):
    graph = graph_of(conv(), lif((2, 8, 8)))
    weight = np.full((2, 1, 3, 3), -0.05)
    graph.nodes["around"] = nir.Conv2d(None, weight, 1, 1, 1, 2, np.zeros(2))
    graph.edges += [("lif", "around"), ("around", "lif")]
    chip = read(graph, dt=DT, cells="ideal").chip
    with pytest.raises(NotMappable, match=r"dt=0\.001 states them"):
        write(chip, tmp_path / "loop.nir")
    _, kinds, second = again(chip, tmp_path / "loop.nir", cells="ideal")
    assert kinds["lif_to_lif"] == "Conv2d"
    assert np.allclose(second.projections[1].weights, chip.projections[1].weights)

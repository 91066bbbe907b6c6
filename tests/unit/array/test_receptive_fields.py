"""Convolutions: shared weights against the same ones written out, and mistakes."""

import math

import numpy as np
import provisional
import pytest
from scipy.signal import correlate
from scipy.sparse import csr_array

import neuromix as nmx
from neuromix.array.memory import SparseCodes, stored
from neuromix.array.receptive_fields import Convolution
from neuromix.errors import BadValue

LIF, DPI, DAC = provisional.neuron(), provisional.synapse(), provisional.converter()
TEXTBOOK = {
    "membrane_time": 10e-3,
    "excitatory_time": 5e-3,
    "inhibitory_time": 5e-3,
    "rest": 0.0,
    "threshold": 1.0,
    "reset": 0.0,
}


def written_out(convolution):
    """Return the matrix, sources x neurons."""
    found = convolution.synapses()
    shape = (convolution.sources, convolution.neurons)
    return csr_array((found.weight, found.target, found.indptr), shape=shape)


def correlated(kernel, image, stride, padding, dilation, groups):
    """Return the convolution by SciPy's correlation, channel by channel."""
    (dy, dx), (py, px) = dilation, padding
    wide = np.zeros(
        (
            *kernel.shape[:2],
            *(d * (k - 1) + 1 for d, k in zip(dilation, kernel.shape[2:], strict=True)),
        )
    )
    wide[:, :, ::dy, ::dx] = kernel
    padded = np.pad(image, ((0, 0), (py, py), (px, px)))
    each = len(image) // groups
    return np.stack([
        sum(
            correlate(padded[o // (len(kernel) // groups) * each + i], wide[o, i], "valid")
            for i in range(each)
        )[:: stride[0], :: stride[1]]
        for o in range(len(kernel))
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("taps", "stride", "padding", "dilation", "groups"),
    [
        ((3, 3), (1, 1), (1, 1), (1, 1), 1),
        ((3, 2), (2, 1), (0, 2), (1, 2), 1),
        ((1, 3), (1, 3), (0, 0), (2, 1), 2),
        ((2, 2), (1, 1), (3, 0), (1, 1), 4),
    ],
)
def test_receptive_fields_are_the_convolution(taps, stride, padding, dilation, groups) -> None:
    rng = np.random.default_rng(20)
    kernel, image = rng.normal(size=(8, 4 // groups, *taps)), rng.normal(size=(4, 7, 9))
    convolution = Convolution(kernel, image.shape, stride, padding, dilation, groups)
    wanted = correlated(kernel, image, stride, padding, dilation, groups)
    assert convolution.shape == wanted.shape
    assert np.allclose(written_out(convolution).T @ image.ravel(), wanted.ravel())


def test_same_padding_keeps_the_image_and_puts_the_rest_below() -> None:
    image = np.random.default_rng(3).normal(size=(1, 6, 5))
    kernel = np.random.default_rng(4).normal(size=(1, 1, 4, 3))
    convolution = Convolution(kernel, image.shape, padding="same")
    assert convolution.shape == image.shape
    padded = np.pad(image[0], ((1, 2), (1, 1)))
    wanted = correlate(padded, kernel[0, 0], "valid")
    assert np.allclose(written_out(convolution).T @ image.ravel(), wanted.ravel())


def test_pooling_sums_each_channel_over_patches() -> None:
    image = np.random.default_rng(3).normal(size=(3, 6, 4))
    pool = Convolution.pooling(2.0, image.shape, 2)
    wanted = 2.0 * image.reshape(3, 3, 2, 2, 2).sum(axis=(2, 4))
    assert pool.shape == wanted.shape
    assert np.allclose(written_out(pool).T @ image.ravel(), wanted.ravel())


def chip_of(weights, neurons=36):
    chip = nmx.Chip(seed=9)
    chip.add("retina", nmx.SpikeSource(64))
    chip.add("features", nmx.Array(LIF, neurons))
    chip.connect("retina", "features", weights=weights, through=(DAC, DPI))
    return chip


def test_a_chip_of_shared_words_does_what_the_same_words_written_out_do() -> None:
    kernel = np.random.default_rng(5).integers(-20, 63, (1, 1, 3, 3))
    convolution = Convolution(kernel, (1, 8, 8))
    image = np.random.default_rng(6).integers(0, 256, (8, 8))
    inputs = {"retina": nmx.rate_code(image, 20e-3)}
    shared, apart = chip_of(convolution), chip_of(written_out(convolution))
    first = nmx.run(shared, inputs, duration=20e-3)
    assert len(first.events["features"]) > 100
    assert first.digest() == nmx.run(apart, inputs, duration=20e-3).digest()
    assert stored(shared.connections[0].codes) == np.count_nonzero(kernel)
    assert stored(apart.connections[0].codes) == len(apart.connections[0].codes.code)
    assert isinstance(shared.connections[0].codes, SparseCodes)
    assert f"<td>{np.count_nonzero(kernel)}</td>" in shared._repr_html_()


def linear(weights, seed=1, **options):
    chip = nmx.Chip(seed=seed)
    chip.add("retina", nmx.SpikeSource(64))
    model = nmx.Model.ideal("current_based_lif", **TEXTBOOK)
    chip.add("features", nmx.Array(model, 72, noise=False))
    chip.connect("retina", "features", weights=weights, **options)
    return chip


def test_linear_neurons_share_weights_too() -> None:
    kernel = np.random.default_rng(5).normal(0.15, 0.1, (2, 1, 3, 3))
    convolution = Convolution(kernel, (1, 8, 8))
    image = np.random.default_rng(6).integers(0, 256, (8, 8))
    inputs = {"retina": nmx.rate_code(image, 50e-3)}
    recordings = [
        nmx.run(linear(weights, delay=1e-3), inputs, duration=50e-3)
        for weights in (convolution, written_out(convolution))
    ]
    assert len(recordings[0].events["features"]) > 100
    assert recordings[0].digest() == recordings[1].digest()


def test_a_shared_weight_is_off_alike_wherever_it_is_used() -> None:
    from neuromix.array.linear.synapses import drawn_weights

    kernel = np.random.default_rng(5).normal(0.15, 0.1, (2, 1, 3, 3))
    convolution = Convolution(kernel, (1, 8, 8))
    chip = linear(convolution, weight_error=0.1)
    (item,) = chip.projections
    ratio = drawn_weights(chip, item) / item.weights
    of_words = [np.unique(np.round(ratio[item.word == word], 5)) for word in range(kernel.size)]
    assert all(len(values) == 1 for values in of_words)
    assert len(np.unique(np.concatenate(of_words))) == kernel.size
    apart = linear(written_out(convolution), weight_error=0.1)
    (item,) = apart.projections
    assert len(np.unique(drawn_weights(apart, item) / item.weights)) > 10 * kernel.size


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kernel": np.ones((3, 3))}, "channels out"),
        ({"image": (8, 8)}, "channels, height, width"),
        ({"image": (2, 8, 8)}, "2 channels of input"),
        ({"stride": 0}, "its stride is 0"),
        ({"stride": 1.5}, "its stride is 1.5"),
        ({"padding": "reflect"}, "same"),
        ({"padding": -1}, "its padding"),
        ({"kernel": np.ones((1, 1, 9, 3))}, "larger than what it gets, 8"),
        ({"groups": 2}, "in 2 groups"),
        ({"kernel": np.full((1, 1, 3, 3), np.inf)}, "not finite"),
        ({"image": (1, np.nan, 8)}, "not finite"),
        ({"image": (1, 8.5, 8)}, "channels, height, width"),
        ({"kernel": "edges"}, "not made of numbers"),
    ],
)
def test_a_convolution_that_cannot_be_is_refused(options, said) -> None:
    with pytest.raises(BadValue, match=said):
        Convolution(**({"kernel": np.ones((1, 1, 3, 3)), "image": (1, 8, 8)} | options))


def test_pooling_takes_one_number_and_an_image() -> None:
    with pytest.raises(BadValue, match="one weight"):
        Convolution.pooling([1, 2], (2, 8, 8), 2)
    with pytest.raises(BadValue, match="channels, height, width"):
        Convolution.pooling(3, 8, 2)


def test_blocks_of_other_sizes_are_told_what_fits() -> None:
    convolution = Convolution(np.ones((1, 1, 3, 3), int), (1, 8, 8))
    with pytest.raises(BadValue, match="36") as caught:
        chip_of(convolution, neurons=64)
    assert "1 × 8 × 8 = 64" in str(caught.value)
    with pytest.raises(BadValue, match="whole codes"):
        chip_of(Convolution(np.ones((1, 1, 3, 3)), (1, 8, 8)))


def test_a_small_kernel_that_would_make_a_huge_network_is_refused_before_it_is_made() -> None:
    huge = Convolution(np.ones((99, 99, 3, 3), int), (99, 9999, 9999))
    assert huge.most_synapses == math.prod((99, 99, 3, 3, 9997, 9997))
    with pytest.raises(BadValue, match="receptive fields"):
        huge.synapses()

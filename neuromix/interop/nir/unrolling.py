"""Convolutions and pools, and as matrices: receptive fields with shared weights, written out.

Conventions are those of PyTorch, which NIR refers to: a convolution is a cross-correlation, images
have shape (channels, height, width).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.array.receptive_fields import Convolution
from neuromix.errors import BadValue
from neuromix.interop.nir.transforms import (
    MOST_SYNAPSES,
    Shape,
    Transform,
    Unfit,
    described,
    numbers,
)


def convolution(node: Any, shape: Shape | None) -> Transform:
    """Return the matrix of a Conv2d, one row a receptive field."""
    weight = numbers(node.weight, "weight")
    if weight.ndim != 4:
        raise Unfit(f"its weight has {weight.ndim} dimensions, and a 2D convolution has 4")
    channels, groups = weight.shape[0], _pair(node.groups, "groups")[0]
    given = None if node.input_shape is None else _pair(node.input_shape, "input_shape")
    image = shape if shape is not None else given and (weight.shape[1] * groups, *given)
    image = _image(image)
    if given is not None and given != image[1:]:
        raise Unfit(f"it is made for images of {given}, and gets {image[1:]}")
    found = _unrolled(
        weight,
        image,
        stride=_pair(node.stride, "stride", 1),
        padding=_padding(node.padding),
        dilation=_pair(node.dilation, "dilation", 1),
        groups=groups,
    )
    bias = numbers(node.bias, "bias").ravel()
    if bias.size not in {1, channels}:
        raise Unfit(f"it has {bias.size} biases for {channels} channels")
    each = np.repeat(np.broadcast_to(bias, (channels,)), math.prod(found.shape[1:]))
    return replace(found, bias=each)


def sum_pool(node: Any, shape: Shape | None) -> Transform:
    """Return the sums over patches of an image."""
    return _pool(node, shape, 1.0)


def _pool(node: Any, shape: Shape | None, weight: float) -> Transform:
    image = _image(shape)
    kernel = np.full((image[0], 1, *_pair(node.kernel_size, "kernel_size", 1)), weight)
    stride, padding = _pair(node.stride, "stride", 1), _padding(node.padding)
    return _unrolled(kernel, image, stride=stride, padding=padding, groups=image[0])


def average_pool(node: Any, shape: Shape | None) -> Transform:
    """Return the means over patches of an image."""
    return _pool(node, shape, 1.0 / math.prod(_pair(node.kernel_size, "kernel_size", 1)))


def _unrolled(
    weight: NDArray[np.float64], image: tuple[int, int, int], **options: Any
) -> Transform:
    """Return a convolution, and as a matrix: a row for each receptive field."""
    from scipy.sparse import csr_array

    try:
        found = Convolution(weight, image, **options)
    except BadValue as error:
        raise Unfit(error.summary.removeprefix("convolution: ")) from error
    if found.most_synapses > MOST_SYNAPSES:
        raise Unfit(f"unrolled it has more than {MOST_SYNAPSES} synapses")
    fields = found.synapses()
    matrix = csr_array(
        (fields.weight, fields.target, fields.indptr), shape=(found.sources, found.neurons)
    )
    return Transform(matrix.T.tocsr(), np.zeros(found.neurons), found.shape, found)


def _padding(given: Any) -> Any:
    """Return a word, or a number for each dimension."""
    word = given.decode() if isinstance(given, bytes) else given
    return word if isinstance(word, str) else _pair(word, "padding")


def _pair(value: Any, what: str, least: int = 0) -> tuple[int, int]:
    found = numbers(value, what).ravel()
    if found.size not in {1, 2} or np.any(found != np.rint(found)) or found.min() < least:
        raise Unfit(f"its {what} is {np.asarray(value).tolist()!r}")
    return int(found[0]), int(found[-1])


def _image(shape: Shape | None) -> tuple[int, int, int]:
    if shape is None:
        raise Unfit("the shape of its input is not known")
    if len(shape) != 3:
        raise Unfit(f"it takes images (channels, height, width) and gets {described(shape)}")
    return shape[0], shape[1], shape[2]

"""Convolutions and pools as matrices: receptive fields with shared weights, written out.

Conventions are those of PyTorch, which NIR refers to: a convolution is a cross-correlation, images
have shape (channels, height, width).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    if groups < 1 or channels % groups or image[0] != weight.shape[1] * groups:
        raise Unfit(
            f"its weight of shape {weight.shape} in {groups} groups does not fit {image[0]} "
            "channels of input"
        )
    if given is not None and given != image[1:]:
        raise Unfit(f"it is made for images of {given}, and gets {image[1:]}")
    dilation = _pair(node.dilation, "dilation", 1)
    sides = _padding(node.padding, weight.shape[2:], dilation)
    found = _unrolled(weight, image, groups, _pair(node.stride, "stride", 1), sides, dilation)
    bias = numbers(node.bias, "bias").ravel()
    if bias.size not in {1, channels}:
        raise Unfit(f"it has {bias.size} biases for {channels} channels")
    each = np.repeat(np.broadcast_to(bias, (channels,)), math.prod(found.shape[1:]))
    return Transform(found.matrix, each, found.shape)


def sum_pool(node: Any, shape: Shape | None) -> Transform:
    """Return the sums over patches of an image."""
    image = _image(shape)
    kernel = np.ones((image[0], 1, *_pair(node.kernel_size, "kernel_size", 1)))
    sides = _padding(node.padding, kernel.shape[2:], (1, 1))
    return _unrolled(kernel, image, image[0], _pair(node.stride, "stride", 1), sides, (1, 1))


def average_pool(node: Any, shape: Shape | None) -> Transform:
    """Return the means over patches of an image."""
    found = sum_pool(node, shape)
    area = math.prod(_pair(node.kernel_size, "kernel_size", 1))
    return Transform(found.matrix / area, found.bias, found.shape)


def _unrolled(
    weight: NDArray[np.float64],
    image: Shape,
    groups: int,
    stride: tuple[int, int],
    sides: tuple[tuple[int, int], tuple[int, int]],
    dilation: tuple[int, int],
) -> Transform:
    """Return a convolution as a matrix: a row for each receptive field."""
    from scipy.sparse import coo_array

    outputs, inputs, height, width = weight.shape
    rows = _places(image[1], height, stride[0], sides[0], dilation[0])
    columns = _places(image[2], width, stride[1], sides[1], dilation[1])
    if math.prod((outputs, inputs, *rows.shape, *columns.shape)) > MOST_SYNAPSES:
        raise Unfit(f"unrolled it has more than {MOST_SYNAPSES} synapses")
    shape = (outputs, rows.shape[1], columns.shape[1])
    o, i, ky, kx, y, x = np.ix_(
        *(np.arange(n) for n in (outputs, inputs, height, width, *shape[1:]))
    )
    channel = i + inputs * (o // (outputs // groups))
    row, column = rows[ky, y], columns[kx, x]
    inside = (row >= 0) & (column >= 0) & (channel >= 0)
    whole = (outputs, inputs, height, width, *shape[1:])

    def kept(values: Any) -> Any:
        return np.broadcast_to(values, whole)[inside]

    matrix = coo_array(
        (
            kept(weight[..., None, None]),
            (
                kept((o * shape[1] + y) * shape[2] + x),
                kept((channel * image[1] + row) * image[2] + column),
            ),
        ),
        shape=(math.prod(shape), math.prod(image)),
    ).tocsr()
    matrix.eliminate_zeros()
    return Transform(matrix, np.zeros(math.prod(shape)), shape)


def _places(
    size: int, kernel: int, stride: int, sides: tuple[int, int], dilation: int
) -> NDArray[np.int64]:
    """Return which input each tap sees at each output, −1 in the padding: (taps, outputs)."""
    count = (size + sum(sides) - dilation * (kernel - 1) - 1) // stride + 1
    if count < 1:
        raise Unfit(f"its kernel of {kernel} is larger than what it gets, {size}")
    if count * kernel > MOST_SYNAPSES:
        raise Unfit(f"its output would be {count} wide")
    taps = dilation * np.arange(kernel)[:, None] - sides[0] + stride * np.arange(count)
    return np.where((taps >= 0) & (taps < size), taps, -1)


def _padding(
    given: Any, kernel: Shape, dilation: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return what is added before and after, by dimension."""
    word = given.decode() if isinstance(given, bytes) else given
    if isinstance(word, str):
        if word not in {"same", "valid"}:
            raise Unfit(f"its padding is {word!r}")
        total = [d * (k - 1) * (word == "same") for d, k in zip(dilation, kernel, strict=True)]
        return (total[0] // 2, -(-total[0] // 2)), (total[1] // 2, -(-total[1] // 2))
    y, x = _pair(given, "padding")
    return (y, y), (x, x)


def _pair(value: Any, what: str, least: int = 0) -> tuple[int, int]:
    found = numbers(value, what).ravel()
    if found.size not in {1, 2} or np.any(found != np.rint(found)) or found.min() < least:
        raise Unfit(f"its {what} is {np.asarray(value).tolist()!r}")
    return int(found[0]), int(found[-1])


def _image(shape: Shape | None) -> Shape:
    if shape is None:
        raise Unfit("the shape of its input is not known")
    if len(shape) != 3:
        raise Unfit(f"it takes images (channels, height, width) and gets {described(shape)}")
    return shape

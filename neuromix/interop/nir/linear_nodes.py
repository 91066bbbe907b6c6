"""Nodes without memory as matrices: what they do to a vector, row after row in C order.

Conventions are those of PyTorch, which NIR refers to: a convolution is a cross-correlation, images
have shape (channels, height, width).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_SYNAPSES = 100_000_000
"""Of one matrix: 1.2 GB."""

Shape = tuple[int, ...]


class Unfit(Exception):
    """Why a node cannot be mapped; collected with those of all other nodes."""


@dataclass(frozen=True, eq=False)
class Transform:
    """y = matrix x + bias.

    Parameters
    ----------
    matrix : (outputs, inputs) sparse array
    bias : (outputs,) ndarray
    shape : tuple of int
        Of the output.
    """

    matrix: Any
    bias: NDArray[np.float64]
    shape: Shape


def transform(node: Any, shape: Shape | None) -> Transform:
    """Return what a node does to an input of that shape.

    Parameters
    ----------
    node : nir.NIRNode
        Of a type in :data:`TRANSFORMS`.
    shape : tuple of int, optional
        Of its input; not known where the input is in a loop that has not been gone through.

    Raises
    ------
    Unfit
        Where the shape does not fit, or is needed and not known.
    """
    return TRANSFORMS[type(node).__name__](node, shape)


def matrix_shape(node: Any) -> Shape | None:
    """Return the shape of a node's output where its weights alone tell, else None."""
    weight: Any = getattr(node, "weight", None)
    if type(node).__name__ in {"Linear", "Affine"} and np.ndim(weight) == 2:
        return (int(np.shape(weight)[0]),)
    return None


def numbers(value: Any, what: str) -> NDArray[np.float64]:
    """Return finite floats."""
    found = np.asarray(value)
    if found.dtype.kind not in "biuf":
        raise Unfit(f"its {what} is not made of numbers")
    found = found.astype(np.float64)
    if not np.all(np.isfinite(found)):
        raise Unfit(f"its {what} is not finite")
    return found


def _dense(node: Any, shape: Shape | None) -> Transform:
    from scipy.sparse import csr_array

    weight = numbers(node.weight, "weight")
    if weight.ndim != 2:
        raise Unfit(f"its weight has {weight.ndim} dimensions, and a matrix has 2")
    if shape is not None and math.prod(shape) != weight.shape[1]:
        raise Unfit(f"it takes {weight.shape[1]} inputs and gets {_said(shape)}")
    bias = numbers(getattr(node, "bias", np.zeros(1)), "bias").ravel()
    if bias.size not in {1, weight.shape[0]}:
        raise Unfit(f"it has {bias.size} biases for {weight.shape[0]} outputs")
    return Transform(
        csr_array(weight), np.broadcast_to(bias, weight.shape[:1]).copy(), weight.shape[:1]
    )


def _convolution(node: Any, shape: Shape | None) -> Transform:
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


def _sum_pool(node: Any, shape: Shape | None) -> Transform:
    image = _image(shape)
    kernel = np.ones((image[0], 1, *_pair(node.kernel_size, "kernel_size", 1)))
    sides = _padding(node.padding, kernel.shape[2:], (1, 1))
    return _unrolled(kernel, image, image[0], _pair(node.stride, "stride", 1), sides, (1, 1))


def _average_pool(node: Any, shape: Shape | None) -> Transform:
    found = _sum_pool(node, shape)
    area = math.prod(_pair(node.kernel_size, "kernel_size", 1))
    return Transform(found.matrix / area, found.bias, found.shape)


def _flatten(node: Any, shape: Shape | None) -> Transform:
    from scipy.sparse import eye_array

    if shape is None:
        raise Unfit("the shape of its input is not known")
    size, rank = math.prod(shape), len(shape)
    first, last = (int(k) + (rank if int(k) < 0 else 0) for k in (node.start_dim, node.end_dim))
    # Tools count the batch as dimension 0 or not; the order of elements is the same.
    merged = max(first, 0), min(last, rank - 1)
    inside = math.prod(shape[merged[0] : merged[1] + 1])
    flat = (*shape[: merged[0]], inside, *shape[merged[1] + 1 :])
    return Transform(eye_array(size, format="csr"), np.zeros(size), flat)


def _scale(node: Any, shape: Shape | None) -> Transform:
    from scipy.sparse import diags_array

    scale = numbers(node.scale, "scale")
    if shape is None and scale.size == 1:
        raise Unfit("the shape of its input is not known")
    shape = scale.shape if shape is None else shape
    if scale.size not in {1, math.prod(shape)}:
        raise Unfit(f"it has {scale.size} scales and gets {_said(shape)}")
    each = np.broadcast_to(scale.ravel(), (math.prod(shape),))
    return Transform(diags_array(each, format="csr"), np.zeros(len(each)), shape)


TRANSFORMS: Mapping[str, Callable[[Any, Shape | None], Transform]] = {
    "Affine": _dense,
    "AvgPool2d": _average_pool,
    "Conv2d": _convolution,
    "Flatten": _flatten,
    "Linear": _dense,
    "Scale": _scale,
    "SumPool2d": _sum_pool,
}


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
        raise Unfit(f"it takes images (channels, height, width) and gets {_said(shape)}")
    return shape


def _said(shape: Shape) -> str:
    return f"{math.prod(shape)} of shape {shape}"

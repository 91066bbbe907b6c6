"""Nodes without memory as matrices: what they do to a vector, row after row in C order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from neuromix.interop.nir.transforms import Shape, Transform, Unfit, described, numbers
from neuromix.interop.nir.unrolling import average_pool, convolution, sum_pool


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


def _dense(node: Any, shape: Shape | None) -> Transform:
    from scipy.sparse import csr_array

    weight = numbers(node.weight, "weight")
    if weight.ndim != 2:
        raise Unfit(f"its weight has {weight.ndim} dimensions, and a matrix has 2")
    if shape is not None and math.prod(shape) != weight.shape[1]:
        raise Unfit(f"it takes {weight.shape[1]} inputs and gets {described(shape)}")
    bias = numbers(getattr(node, "bias", np.zeros(1)), "bias").ravel()
    if bias.size not in {1, weight.shape[0]}:
        raise Unfit(f"it has {bias.size} biases for {weight.shape[0]} outputs")
    return Transform(
        csr_array(weight), np.broadcast_to(bias, weight.shape[:1]).copy(), weight.shape[:1]
    )


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
        raise Unfit(f"it has {scale.size} scales and gets {described(shape)}")
    each = np.broadcast_to(scale.ravel(), (math.prod(shape),))
    return Transform(diags_array(each, format="csr"), np.zeros(len(each)), shape)


TRANSFORMS: Mapping[str, Callable[[Any, Shape | None], Transform]] = {
    "Affine": _dense,
    "AvgPool2d": average_pool,
    "Conv2d": convolution,
    "Flatten": _flatten,
    "Linear": _dense,
    "Scale": _scale,
    "SumPool2d": sum_pool,
}

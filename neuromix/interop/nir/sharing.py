"""Convolutions that stay convolutions on the way from a source to neurons.

A convolution that is only relabelled or scaled, channel by channel, has as many weights as before.
Any other product, and every sum, is a plain matrix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.array.receptive_fields import Convolution
from neuromix.interop.nir.network import View
from neuromix.interop.nir.transforms import Transform

Floats = NDArray[np.float64]

ALIKE = 1e-12
"""Relative difference of numbers that are the same but for the rounding of how they came about."""


def scaled(shared: Convolution, factors: Floats | float) -> Convolution:
    """Return a convolution with another kernel: times one factor, or one for each channel out."""
    return replace(shared, kernel=shared.kernel * np.reshape(factors, (-1, 1, 1, 1)))


def by_channel(shared: Convolution, values: Floats) -> Floats | None:
    """Return one value for each channel of what a convolution makes, or None where they differ.

    Parameters
    ----------
    values : (neurons,) ndarray
    """
    each = values.reshape(shared.shape[0], -1)
    return each[:, 0] if np.allclose(each, each[:, :1], rtol=ALIKE, atol=0.0) else None


def after(step: Transform, given: View, source: str) -> Convolution | None:
    """Return the convolution that a source and a node behind it make together, where they do."""
    before = given.shared.get(source)
    if step.shared is not None:
        factors = _diagonal(given.parts[source])
        alike = factors is not None and np.all(factors == factors[0])
        return scaled(step.shared, factors[0]) if factors is not None and alike else None
    factors = None if before is None else _diagonal(step.matrix)
    if before is None or factors is None:
        return None
    channels = by_channel(before, factors)
    return None if channels is None else scaled(before, channels)


def merged(views: Sequence[View]) -> tuple[dict[str, Convolution], dict[str, tuple[str, ...]]]:
    """Return what is left of convolutions in a sum of views, and all that there were, by source."""
    shared: dict[str, Convolution] = {}
    convolved: dict[str, tuple[str, ...]] = {}
    for source in dict.fromkeys(name for view in views for name in view.parts):
        senders = [view for view in views if source in view.parts]
        names = (name for view in senders for name in view.convolved.get(source, ()))
        convolved[source] = tuple(dict.fromkeys(names))
        if len(senders) == 1 and source in senders[0].shared:
            shared[source] = senders[0].shared[source]
    return shared, convolved


def weights_between(view: View, source: str, each: Floats) -> tuple[Any, str | None]:
    """Return weights as a convolution or a sparse array, and what is to be said of the latter.

    Parameters
    ----------
    view : View
    source : str
    each : (n,) ndarray
        By which the weights into each neuron are multiplied.

    Returns
    -------
    Convolution or (sources, n) sparse array
    str or None
        Which convolutions have been unrolled, and why.
    """
    shared = view.shared.get(source)
    factors = None if shared is None else by_channel(shared, each)
    if shared is not None and factors is not None:
        return scaled(shared, factors), None
    weights = (view.parts[source].T * each).tocsr()
    names = view.convolved.get(source, ())
    if not names:
        return weights, None
    why = (
        "other nodes lie between, and their product is a plain matrix"
        if shared is None
        else "neurons of a channel differ"
    )
    verb = "is" if len(names) == 1 else "are"
    return weights, f"{', '.join(names)} {verb} unrolled, a weight for each synapse: {why}"


def ungrouped(shared: Convolution) -> Floats:
    """Return a kernel over all channels: 0, which is no synapse, to those of other groups.

    The package ``nir`` takes the channels of one group for all of the image, and refuses the file.
    """
    outputs, inputs, *taps = shared.kernel.shape
    found = np.zeros((outputs, shared.image[0], *taps))
    for channel, kernel in enumerate(shared.kernel):
        first = channel // (outputs // shared.groups) * inputs
        found[channel, first : first + inputs] = kernel
    return found


def plain(weights: Convolution | Any) -> NDArray[Any]:
    """Return the weights that are stored: of a kernel, or of a sparse array."""
    return weights.kernel.ravel() if isinstance(weights, Convolution) else weights.data


def passed_on(given: View, step: Transform, name: str) -> Mapping[str, tuple[str, ...]]:
    """Return the convolutions on the way from each source, that of a node included."""
    mine = () if step.shared is None else (name,)
    return {source: (*given.convolved.get(source, ()), *mine) for source in given.parts}


def _diagonal(matrix: Any) -> Floats | None:
    """Return the diagonal of a sparse array that has nothing beside it and no gaps in it."""
    rows = matrix.tocsr()
    n = rows.shape[0]
    whole = rows.shape == (n, n) and rows.nnz == n and np.array_equal(rows.indices, np.arange(n))
    found: Floats = np.asarray(rows.data, np.float64)
    return found if whole and np.all(np.diff(rows.indptr) == 1) else None

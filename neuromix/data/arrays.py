"""Arrays of numbers as users give them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.errors import BadValue


def numeric(values: ArrayLike, of: str) -> NDArray[Any]:
    """Return numbers as a rectangular array, of the kind that they came in.

    Raises
    ------
    BadValue
        Where rows differ in length, or an element is not a number.
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise BadValue(
            f"{of}: some values are masked", cure="values.filled(0), or whatever stands for them"
        )
    try:
        found = np.asarray(values)
    except ValueError as error:
        raise BadValue(
            f"{of}: the rows differ in length", cure="rows of one length, as np.zeros((n, m)) has"
        ) from error
    except (TypeError, RuntimeError) as error:
        # Tensors that are on another device, or that gradients hang on, refuse in words of theirs.
        raise BadValue(
            f"{of}: {type(values).__name__} does not become an array",
            [str(error).partition("\n")[0]],
            "an array of numpy, such as tensor.detach().cpu().numpy()",
        ) from error
    if found.dtype.kind not in "biuf":
        raise BadValue(
            f"{of}: {values!r:.60} is not made of numbers", cure="numbers in SI units, such as 1e-9"
        )
    return found


def floats(values: ArrayLike, of: str) -> NDArray[np.float64]:
    """Return finite numbers as floats; see :func:`numeric`."""
    found = numeric(values, of).astype(np.float64)
    if not np.all(np.isfinite(found)):
        raise BadValue(f"{of}: a value is not finite")
    return found


def own_floats(values: ArrayLike, of: str) -> NDArray[np.float64]:
    """Return finite numbers as an array that nobody else can change; see :func:`floats`."""
    found = floats(values, of)
    found.setflags(write=False)
    return found

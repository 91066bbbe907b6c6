"""Models whose parameters are typed in: of a neuron that is an equation, not a circuit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neuromix.data.arrays import floats
from neuromix.errors import BadValue, UnknownName
from neuromix.models.family import Family, Values, family
from neuromix.models.mismatch import Mismatch

TYPED_IN = "typed in"
"""What the provenance of such a model says."""


def typed_in(kind: str | type[Family], parameters: Mapping[str, Values]) -> Family:
    """Return dynamics of these parameters, all checked; arrays are one value for each neuron."""
    if isinstance(kind, type) and issubclass(kind, Family):
        chosen = kind
    elif isinstance(kind, str):
        chosen = family(kind)
    else:
        raise BadValue(
            f"Model.ideal: {kind!r} is no family",
            cure='its name, such as "current_based_lif", or its class',
        )
    name = chosen.name()
    for key, value in parameters.items():
        if floats(value, f"{name}: {key}").ndim > 1:
            raise BadValue(
                f"{name}: {key} has {np.ndim(value)} dimensions",
                cure="one number, or one for each neuron",
            )
    given = {
        key: float(value) if np.ndim(value) == 0 else np.array(value, dtype=np.float64)
        for key, value in parameters.items()
    }
    return chosen.from_values(given)


def independent(dynamics: Family, deviations: Mapping[str, float]) -> Mismatch:
    """Return a mismatch without correlations.

    Parameters
    ----------
    dynamics : Family
        Nominal parameters.
    deviations : mapping of str to float
        Standard deviation by name: relative for a positive quantity (its logarithm is normal), in
        the parameter's unit for any other.

    Raises
    ------
    UnknownName, BadValue
        Where a parameter does not exist, is an array already, or has a deviation below 0.
    """
    known = dynamics.values()
    for name, deviation in deviations.items():
        if name not in known:
            raise UnknownName(f"parameter of family {dynamics.name()!r}", name, known)
        if name in dynamics.tables():
            raise BadValue(
                f"{dynamics.name()}: {name} is a table, which all instances have in common",
                cure="a mismatch of what scales or shifts it",
            )
        if np.ndim(known[name]):
            raise BadValue(
                f"{dynamics.name()}: {name} has a value for each neuron already",
                cure="one nominal value, or no mismatch of it",
            )
        if not 0.0 <= deviation < np.inf:
            raise BadValue(f"{dynamics.name()}: a deviation of {deviation!r} of {name}")
        if dynamics.positive(name) and known[name] == 0.0:
            raise BadValue(
                f"{dynamics.name()}: {name} is 0, of which there is no relative deviation",
                cure=f"no mismatch of {name}",
            )
    variances = np.square(list(deviations.values()))
    return Mismatch(
        tuple(deviations),
        tuple(dynamics.positive(name) for name in deviations),
        (0.0,) * len(deviations),
        tuple(map(tuple, np.diag(variances).tolist())),
        0,
    )

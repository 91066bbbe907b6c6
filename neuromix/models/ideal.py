"""Models whose parameters are typed in: of a neuron that is an equation, not a circuit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neuromix.data.arrays import floats
from neuromix.errors import BadValue, UnknownName
from neuromix.models.family import Family, Values, family
from neuromix.models.mismatch import Mismatch
from neuromix.units import number

TYPED_IN = "typed in"
"""What the provenance of such a model says."""

LARGEST_SPREAD = 3.0
"""Of a relative standard deviation: with more, draws leave what floats can hold."""


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
    if not isinstance(deviations, Mapping):
        raise BadValue(
            f"{dynamics.name()}: a mismatch of {deviations!r}",
            cure='{"threshold": 1e-3}, standard deviations by name',
        )
    known, ranges = dynamics.values(), {item.name: item for item in dynamics.parameters()}
    for name, given in deviations.items():
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
        deviation = number(given, f"{dynamics.name()}: the mismatch of {name}")
        relative = dynamics.positive(name)
        most = LARGEST_SPREAD if relative else ranges[name].high - ranges[name].low
        if not (0.0 <= deviation <= most and np.isfinite(deviation)):
            kind = "relative, 0.05 for 5 %" if relative else f"in {ranges[name].unit}"
            raise BadValue(
                f"{dynamics.name()}: a deviation of {deviation!r} of {name}",
                cure=f"0 … {most:g}, {kind}",
            )
        if relative and known[name] == 0.0:
            raise BadValue(
                f"{dynamics.name()}: {name} is 0, of which there is no relative deviation",
                cure=f"no mismatch of {name}",
            )
    variances = np.square(np.array(list(deviations.values()), dtype=np.float64))
    return Mismatch(
        tuple(deviations),
        tuple(dynamics.positive(name) for name in deviations),
        (0.0,) * len(deviations),
        tuple(map(tuple, np.diag(variances).tolist())),
        0,
    )

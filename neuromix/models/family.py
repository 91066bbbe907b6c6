"""The contract of a family of dynamics, and how families are found.

A family is a frozen dataclass whose fields are its physical parameters. A scalar in a field is one
cell; an array of shape ``(n,)`` is ``n`` mismatched ones. The same class serves both. A field that
:func:`tabulated` declares is a table, which all instances have in common.

Beside the class its module defines the compiled functions of its role, or the class has them as
static methods (``numba.njit``; ``p`` is one row of :meth:`Family.matrix`, states and results are
floats, SI):

``"neuron"``
    ``advance(v, hold, i_in, dt, p) -> (v, hold, spike)`` and :meth:`Family.shortest_interval`. A
    negative ``hold`` is the time for which the neuron has been free; it starts as ``RESTED``.
    For speed it may define ``step(v, hold, moved, i_in, dt, p) -> (v, hold, done)`` as well: the
    same for a step in which nothing happens, without branches (:mod:`neuromix.models.elementary`),
    so that many neurons make it at once; ``moved`` is by how much the step before moved ``v``.
    Where ``done`` is false, ``advance`` starts from the old state.
``"bursting_neuron"``
    ``stride(state, i_in, left, p) -> (state, passed, spiked)``, one internal step without branches,
    and ``rest(p) -> state``; a state is a tuple, the membrane first. Any number of spikes may leave
    in a step of an array. See :mod:`neuromix.models.bursting`.
``"synapse"``
    ``rest(p) -> state``, ``decay(state, dt, p) -> state``,
    ``inject(state, weight_current, width, p) -> state``,
    ``source(state, p) -> current`` and ``sink(state, p) -> current``, and the factors by which
    these differ at a node's voltage, ``source_compliance(voltage, p)`` and
    ``sink_compliance(voltage, p)``. For arrays, without branches: ``fall(state, p)``, the slope of
    the state without a pulse, 1/s; ``prepare(weight_current, width, p) -> (a, b, lasting)``, what
    is worth being computed once for each weight, and for how long the pulse acts, s; and
    ``rise(state, a, b, p)``, the slope during that pulse.
``"linear_neuron"``
    ``flow(v, e, i, t, p) -> (v, e, i)``: the exact state a time ``t`` later, of a membrane ``v``
    and its excitatory and inhibitory inputs, in which it must be linear, and each input independent
    of all else. An input whose effect at ``t = 0`` is a jump of ``v`` has no state of its own.
    Fields ``rest``, ``threshold``, ``reset``, ``refractory_time`` and ``noise`` (r.m.s. on the
    membrane); the array does thresholds, resets, weights, delays and noise.
``"converter"``
    none; the class has ``table(output) -> (n, codes)`` of settled currents.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import pkgutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numba.core.dispatcher import Dispatcher
from numpy.typing import NDArray

from neuromix.declare import Parameter
from neuromix.errors import MOST_NAMES, BadValue, UnknownName
from neuromix.models import families

Values = float | NDArray[np.float64]

KERNELS: Mapping[str, tuple[str, ...]] = {
    "neuron": ("advance",),
    "bursting_neuron": ("stride", "rest"),
    "synapse": (
        "rest",
        "decay",
        "inject",
        "source",
        "sink",
        "source_compliance",
        "sink_compliance",
        "fall",
        "prepare",
        "rise",
    ),
    "linear_neuron": ("flow",),
    "converter": (),
}
"""The compiled functions that the module of a family of each role defines."""


RESTED = -1.0
"""``hold`` of a neuron that has not spiked for long, s."""


def quantity(
    unit: str,
    meaning: str,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    positive: bool = False,
    default: float | None = None,
) -> Any:
    """Declare a field of a family: its unit, meaning and sane range, once.

    ``positive`` quantities are spread on a logarithmic scale; ``default`` makes it optional.
    """
    metadata = {"unit": unit, "meaning": meaning, "low": low, "high": high, "positive": positive}
    if default is None:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def tabulated(
    unit: str, meaning: str, points: int, low: float = -np.inf, high: float = np.inf
) -> Any:
    """Declare a field of a family that is a table of so many numbers, common to all instances.

    Instances differ by quantities that scale or shift it; the table itself has no mismatch.
    """
    metadata = {"unit": unit, "meaning": meaning, "low": low, "high": high, "positive": False}
    return dataclasses.field(metadata=metadata | {"points": points})


@dataclass(frozen=True, eq=False)
class Family:
    """Base of all families; see the module's text."""

    role: ClassVar[str] = ""
    """``"neuron"``, ``"linear_neuron"``, ``"synapse"``, ``"converter"``: its place in an array."""

    @classmethod
    def name(cls) -> str:
        """Return the name of the family: that of its module, of a script or notebook its own."""
        if cls.__module__ == "__main__":
            return cls.__qualname__
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """Return name, unit, meaning and range of each field; the value is the field's default."""
        return tuple(
            Parameter(
                item.name,
                np.nan if item.default is dataclasses.MISSING else item.default,
                item.metadata["unit"],
                item.metadata["meaning"],
                item.metadata["low"],
                item.metadata["high"],
            )
            for item in dataclasses.fields(cls)
        )

    @classmethod
    def tables(cls) -> dict[str, int]:
        """Return the fields that are tables, and how many points each has."""
        fields = dataclasses.fields(cls)
        return {item.name: item.metadata["points"] for item in fields if "points" in item.metadata}

    @classmethod
    def positive(cls, name: str) -> bool:
        """Tell whether that parameter is spread on a logarithmic scale."""
        return bool(next(f for f in dataclasses.fields(cls) if f.name == name).metadata["positive"])

    @classmethod
    def from_values(cls, values: Mapping[str, Values]) -> Self:
        """Build the family from a mapping, with every name and range checked."""
        known = {item.name: item for item in cls.parameters()}
        for name in values:
            if name not in known:
                raise UnknownName(f"parameter of family {cls.name()!r}", name, known)
        lacking = [n for n, item in known.items() if n not in values and np.isnan(item.value)]
        if lacking:
            raise BadValue(
                f"family {cls.name()!r}: {', '.join(lacking)} missing",
                [f"{n}: {known[n].meaning}, {known[n].unit}" for n in lacking[:MOST_NAMES]],
            )
        for name, item in known.items():
            given = np.asarray(values.get(name, item.value), dtype=np.float64)
            points = cls.tables().get(name)
            if points is not None and given.shape != (points,):
                raise BadValue(
                    f"family {cls.name()!r}: {name} has shape {given.shape}",
                    cure=f"a table of {points} numbers",
                )
            if not np.all(np.isfinite(given)):
                raise BadValue(f"family {cls.name()!r}: {name} is not finite")
            for extreme in (float(given.min()), float(given.max())):
                item.check(extreme)
        return cls(**values)

    def values(self) -> dict[str, Values]:
        """Return the parameters by name."""
        return {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}

    def matrix(self, size: int = 1) -> NDArray[np.float64]:
        """Return the parameters as kernels want them: shape ``(size, number of parameters)``.

        Quantities come in the order of their fields; behind them come the points of tables.
        """
        values, tables = self.values(), self.tables()
        columns = [
            np.broadcast_to(np.asarray(value, dtype=np.float64), (size,))
            for name, value in values.items()
            if name not in tables
        ]
        points = [np.broadcast_to(values[name], (size, tables[name])) for name in tables]
        return np.ascontiguousarray(np.column_stack([*columns, *points]))

    @classmethod
    def kernels(cls) -> tuple[Callable[..., Any], ...]:
        """Return the compiled functions of the family, in the order of :data:`KERNELS`.

        Raises
        ------
        BadValue
            Where neither the class nor its module has one of them.
        """
        wanted = KERNELS.get(cls.role, ())
        found = [cls._compiled(name) for name in wanted]
        missing = [name for name, item in zip(wanted, found, strict=True) if item is None]
        if missing or cls.role not in KERNELS:
            raise BadValue(
                f"family {cls.name()!r} cannot be computed with",
                [f"role {cls.role!r}; missing: {', '.join(missing) or 'a known role'}"],
                "define the functions that neuromix.models.family describes for its role, "
                "with numba.njit",
            )
        return tuple(item for item in found if item is not None)

    @classmethod
    def easy_step(cls) -> Callable[..., Any] | None:
        """Return the compiled ``step`` of a neuron family, where it defines one."""
        return cls._compiled("step")

    @classmethod
    def _compiled(cls, name: str) -> Callable[..., Any] | None:
        """Return a compiled function of the class, else of its module; None without one.

        A notebook, in which several families share a module, has them in each class.
        """
        for place in (cls, sys.modules[cls.__module__]):
            found: Callable[..., Any] | None = getattr(place, name, None)
            if isinstance(found, Dispatcher):
                return found
        return None

    def shortest_interval(self) -> Values:
        """Return the shortest time between two spikes of a neuron, s; 0 where none is known."""
        return 0.0

    def replace(self, **changes: Values) -> Self:
        """Return the same family with other values."""
        return dataclasses.replace(self, **changes)


def family_names() -> tuple[str, ...]:
    """Return the names of all installed families."""
    built_in = {item.name for item in pkgutil.iter_modules(families.__path__)}
    added = {item.name for item in importlib.metadata.entry_points(group="neuromix.models")}
    return tuple(sorted(built_in | added))


def family(name: str) -> type[Family]:
    """Return the family of that name.

    A name that was read from a file is only ever compared with what is installed; it is never
    imported as it stands.

    Raises
    ------
    UnknownName
        Where no installed family has that name.
    """
    for item in pkgutil.iter_modules(families.__path__):
        if item.name == name:
            module = importlib.import_module(f"{families.__name__}.{item.name}")
            found: type[Family] = module.Dynamics
            return found
    for entry in importlib.metadata.entry_points(group="neuromix.models"):
        if entry.name == name:
            loaded: type[Family] = entry.load()
            return loaded
    raise UnknownName("model family", name, family_names())

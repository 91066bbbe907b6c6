"""The exact step of linear neurons, found by letting a family's ``flow`` act on unit states.

Within a step of dt the state x = (v, e, i) becomes A x + b. Column by column, A is what ``flow``
makes of a unit of each state beyond what it makes of none; see Rotter and Diesmann (1999), Biol.
Cybern. 81, 381-402. A family therefore writes its equations once, for both kinds of kernels.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba.np.unsafe.ndarray import to_fixed_tuple
from numpy.typing import NDArray

from neuromix.compiling import kept
from neuromix.errors import BadValue
from neuromix.models.family import Family

Floats = NDArray[np.float64]

UNITS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], dtype=np.float64)
"""States that ``flow`` is asked about: none, one of each, and one of all to test the sum."""


@dataclass(frozen=True, eq=False)
class Propagators:
    """What one step does to each neuron; all of shape ``(n,)``, membranes in V above ``reset``.

    Parameters
    ----------
    kept, from_excitatory, from_inhibitory : arrays
        Part of the membrane, and of each input, that is in the membrane after the step.
    excitatory_kept, inhibitory_kept : arrays
        Part of each input that is left.
    drift : array, V
        What the step adds of its own: the way to rest.
    threshold, reset : arrays, V
        The former above the latter.
    refractory : array, s
    deviation : array, V
        Of what noise adds in a step.
    jumps : (bool, bool)
        Whether excitatory and inhibitory events move the membrane itself.
    """

    kept: Floats
    from_excitatory: Floats
    from_inhibitory: Floats
    excitatory_kept: Floats
    inhibitory_kept: Floats
    drift: Floats
    threshold: Floats
    reset: Floats
    refractory: Floats
    deviation: Floats
    jumps: tuple[bool, bool]

    @classmethod
    def of(cls, dynamics: Family, n: int, dt: float, noise: bool) -> Propagators:
        """Return those of ``n`` neurons for a step of ``dt``, s.

        Raises
        ------
        BadValue
            Where ``flow`` is not linear, or an input depends on anything but itself.
        """
        rows = dynamics.matrix(n)
        after, at_once = (_probed(dynamics, rows, time) for time in (dt, 0.0))
        jumps = _jumps(dynamics, at_once)
        for jump, column in zip(jumps, (2, 3), strict=True):
            if jump:
                # An event that has no state of its own arrives at the end of a step: whole.
                after[:, column] = after[:, 0] + np.array([1.0, 0.0, 0.0])
        offset = after[:, 0, 0]
        kept, from_e, from_i = (after[:, k, 0] - offset for k in (1, 2, 3))
        named = {
            name: np.broadcast_to(np.asarray(getattr(dynamics, name), dtype=np.float64), (n,))
            for name in ("threshold", "reset", "refractory_time", "noise")
        }
        reset = named["reset"]
        if np.any(reset >= named["threshold"]):
            raise BadValue(
                f"{dynamics.name()}: the reset of a neuron is not below its threshold",
                cure="thresholds above resets, also with their mismatch",
            )
        deviation = named["noise"] * np.sqrt(np.maximum(1.0 - kept**2, 0.0)) * noise
        return cls(
            kept,
            from_e,
            from_i,
            after[:, 2, 1],
            after[:, 3, 2],
            offset + (kept - 1.0) * reset,
            named["threshold"] - reset,
            reset,
            named["refractory_time"],
            deviation,
            jumps,
        )

    @property
    def signs_alike(self) -> bool:
        """Whether excitatory and inhibitory events act alike, so that one input serves both."""
        return bool(
            np.array_equal(self.from_excitatory, self.from_inhibitory)
            and np.array_equal(self.excitatory_kept, self.inhibitory_kept)
        )


def _probed(dynamics: Family, rows: Floats, time: float) -> Floats:
    """Return what flow makes of each unit state in ``time``, shape (n, units, 3)."""
    (flow,) = dynamics.kernels()
    found: Floats = prober(flow, rows.shape[1])(rows, UNITS, time)
    parts = found[:, 1:4] - found[:, :1]
    scale = 1e-9 * max(1.0, float(np.abs(found).max()))
    straight = np.abs(parts.sum(axis=1) - (found[:, 4] - found[:, 0])).max() <= scale
    alone = np.abs(found[:, 0, 1:]).max() <= scale and all(
        np.abs(parts[:, k, j]).max() <= scale for k, j in ((0, 1), (0, 2), (1, 2), (2, 1))
    )
    if not (straight and alone):
        raise BadValue(
            f"family {dynamics.name()!r}: its flow is not that of a linear neuron",
            ["the state after a step must be linear in the state before, and inputs stand alone"],
            "see neuromix.models.family; other dynamics have the role 'neuron'",
        )
    return found


def _jumps(dynamics: Family, at_once: Floats) -> tuple[bool, bool]:
    found = []
    for column in (2, 3):
        jump = at_once[:, column, 0] - at_once[:, 0, 0] > 0.5
        if jump.any() and not jump.all():
            raise BadValue(
                f"{dynamics.name()}: some neurons have synapses without a time constant",
                cure="two arrays, or a time constant for all",
            )
        found.append(bool(jump.any()))
    return found[0], found[1]


@functools.lru_cache
def prober(flow: Callable[..., Any], width: int) -> Callable[..., Any]:
    """Compile ``probe(rows, units, time)``: what flow makes of states, shape (n, units, 3)."""

    @kept()
    def probe(rows, units, time):  # type: ignore[no-untyped-def]
        found = np.empty((len(rows), len(units), 3))
        for n in range(len(rows)):
            p = to_fixed_tuple(rows[n], width)
            for k in range(len(units)):
                v, e, i = flow(units[k, 0], units[k, 1], units[k, 2], time, p)
                found[n, k, 0], found[n, k, 1], found[n, k, 2] = v, e, i
        return found

    compiled: Callable[..., Any] = probe
    return compiled

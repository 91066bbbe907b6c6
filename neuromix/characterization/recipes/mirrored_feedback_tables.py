"""First guess of a mirrored-feedback neuron: its direct currents, and the timing of its spikes.

The currents of single transistors are fitted to sweeps of one variable while the other is held; the
comparator's lines are laid through the median delay and width of a spike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from neuromix.characterization.recipe import Record
from neuromix.errors import FitFailed

Floats = NDArray[np.float64]

SMALLEST = 1e-11
"""A; less is leakage of junctions, which no transistor's equation describes."""

DRAIN = 0.1
"""V; the leak is told from sweeps at this membrane voltage or more."""

NMOS = {"current": 1e-7, "threshold": 0.6, "slope": 1.4, "mobility": 0.2}
PMOS = {"current": 5e-8, "threshold": 0.7, "slope": 1.4, "mobility": 0.2}
"""Where the search of a transistor starts; SI."""

Table = tuple[Floats, Floats, Floats]
"""Overdrive with a threshold of 0, drain voltage (infinite if saturated), current."""


def _current(x: Floats, table: Table, thermal: float) -> Floats:
    """Return the current of a transistor with ln I_s, V_T, n, theta and an Early term in ``x``."""
    gate, drain, _ = table
    slope, theta = x[2], x[3]
    overdrive = (gate - x[1]) / (slope * thermal)
    soft = np.logaddexp(0.0, 0.5 * overdrive)
    far = np.logaddexp(0.0, 0.5 * (overdrive - drain / thermal))
    early = 1.0 + x[4] * np.where(np.isfinite(drain), drain, 0.0)
    factor = np.exp(x[0]) * early / (1.0 + 2.0 * theta * slope * thermal * soft)
    return np.asarray(factor * (soft**2 - far**2))


def _transistor(
    start: Mapping[str, float], table: Table, thermal: float, what: str, *, early: bool = False
) -> dict[str, float]:
    """Fit one transistor to its table, in the logarithm of its current."""
    known = table[2] > SMALLEST
    if known.sum() < 6:
        raise FitFailed(
            f"the {what} carries no current where it is swept",
            [f"{known.sum()} of {known.size} points above {SMALLEST:g} A"],
            "look at `neuromix simulate` of the bench membrane_currents",
        )
    seen = (table[0][known], table[1][known], table[2][known])
    first = np.array([np.log(start["current"]), *list(start.values())[1:], 0.0])
    free = 5 if early else 4

    def rest(x: Floats) -> Floats:
        full = np.append(x, 0.0)[:5] if not early else x
        return np.asarray(np.log(_current(full, seen, thermal) / seen[2]))

    low = np.array([-40.0, 0.0, 1.0, -0.3, -0.2])[:free]
    high = np.array([0.0, 2.0, 3.0, 3.0, 1.0])[:free]
    found = least_squares(rest, first[:free], bounds=(low, high), x_scale="jac").x
    names = ("current", "threshold", "slope", "mobility", "early")[:free]
    return dict(zip(names, [float(np.exp(found[0])), *map(float, found[1:])], strict=True))


def currents_of(
    records: Sequence[Record],
    axes: Mapping[str, Floats],
    limit: float,
    supply: float,
    thermal: float,
) -> dict[str, float]:
    """Return the parameters of all transistors that direct currents tell.

    Parameters
    ----------
    records : sequence of Record
        Of the benches ``membrane_currents`` and ``slow_currents``.
    axes : dict of str to ndarray
        The swept voltages of each bench, V.
    limit, supply, thermal : float
        Highest membrane voltage at which it moves freely; supply; U_T; V.
    """

    def held(record: Record) -> float:
        return dict(record.stimulus.overrides).popitem()[1]

    v, u = axes["membrane_currents"], axes["slow_currents"]
    at_rest = next(r for r in records if r.stimulus.bench == "membrane_currents" and held(r) == 0.0)
    slow = [r for r in records if r.stimulus.bench == "slow_currents"]
    free = v <= limit
    v = v[free]
    mirror = supply - at_rest.arrays["mirror_voltage"][free]
    far = np.full_like(v, np.inf)
    feedback = -at_rest.arrays["membrane_current"][free]
    parts = {
        "square": _transistor(NMOS, (v, far, feedback), thermal, "square-law transistor"),
        "mirror": _transistor(PMOS, (mirror, far, feedback), thermal, "mirror"),
    }
    charging = -at_rest.arrays["slow_current"][free]
    parts["slow"] = _transistor(PMOS, (mirror, far, charging), thermal, "charging transistor")
    discharging = next(r for r in slow if held(r) == 0.0).arrays["slow_current"]
    parts["discharge"] = _transistor(
        NMOS, (u, np.full_like(u, np.inf), discharging), thermal, "discharging transistor"
    )
    leaking = [(held(r), r.arrays["membrane_current"]) for r in slow if DRAIN <= held(r) <= limit]
    leak = (
        np.tile(u, len(leaking)),
        np.concatenate([np.full_like(u, volts) for volts, _ in leaking]),
        np.concatenate([current - current[0] for _, current in leaking]),
    )
    parts["leak"] = _transistor(NMOS, leak, thermal, "leak", early=True)
    found = {
        f"{part}_{key}": value for part, values in parts.items() for key, value in values.items()
    }
    # The charging and lifting transistors share slope and mobility with the mirror.
    for name in ("slow_slope", "slow_mobility"):
        del found[name]
    return found


def timing_of(delay: float, width: float, supply: float) -> dict[str, float]:
    """Return the lines of the comparator through the delay and the width of a spike, s.

    The shares are those of the transients of the cell in gf180mcu; the fit moves all of them.
    """
    switching = 0.44 * supply
    fall = 0.5 * (supply - switching) / delay
    rise = 0.17 * supply / width
    return {
        "delay": delay,
        "head_start": 0.1 * delay,
        "recovery_time": 0.5 * delay,
        "reset_delay": 0.03 * width,
        "reset_growth": 0.1 * width,
        "turn": 0.25 * width,
        "switching": switching,
        "fall": fall,
        "fall_curve": 0.3 * fall / delay,
        "rise": rise,
        "rise_curve": 0.25 * rise / width,
        "pull": 0.067 * supply,
        "pull_growth": 0.2,
        "release": 0.49 * supply,
        "release_slope": 0.06,
        "release_step": 0.009 * supply,
    }


def capacitances_of(sizes: Mapping[str, float]) -> dict[str, float]:
    """Return first guesses of the capacitances, F, from the cell's own capacitors."""
    membrane, slow = sizes["c_membrane"], sizes["c_slow"]
    return {
        "membrane_capacitance": 1.15 * membrane,
        "coupling_capacitance": 0.02 * membrane,
        "mirror_capacitance": 0.2 * membrane,
        "mirror_gate": 0.3 * membrane,
        "slow_capacitance": 1.4 * slow,
        "slow_gate": 0.1 * slow,
    }

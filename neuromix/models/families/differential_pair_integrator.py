"""Differential-pair integrator synapse: a current-mode low-pass filter of weak-inversion FETs.

With x = ln(I/I_ref) of the source output's current and I_ref = 1 nA,

    tau dx/dt = (I_w/I_tau) / (1 + exp(s y + c y²)) − (1 + e x) (1 − exp(−m (x − x_f)))

    y = x − ln(I_g/I_ref),   s = a + b l + b_2 l²,   l = ln(I_w/10 nA)

where the first term is there only while a pulse of the weight current I_w lasts. It is eq. 6 of
Bartolozzi and Indiveri 2007, "Synaptic dynamics in analog VLSI" (s = 1, c = 0), with what gf180mcu
shows beside: the slope of the pair depends on what it carries (b, b_2, c), the leak has an Early
term (e), and it ends at a floor x_f, where the output is I_f, over a knee of its own (m).

The tail of the pair must be charged before it conducts and conducts until it is discharged: a pulse
acts for its width plus q_0/I_w.

The sink output settles at g I (I/I_ref)^d; its mirror follows as dI_s/dt = I_s (g I − I_s)/q_s, a
lag of q_s/I: 0.1 ms at the floor, below 1 µs from 1 nA on.

Both outputs are stated at 0.5 V; :func:`source_compliance` and :func:`sink_compliance` are their
factors at others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from neuromix.compiling import kept
from neuromix.models.elementary import exp
from neuromix.models.family import Family, Values, quantity

REFERENCE_CURRENT = 1e-9
"""I_ref of the equations, A."""

REFERENCE_WEIGHT = 1e-8
"""Weight current at which s = a, A."""

OUTPUT_VOLTAGE = 0.5
"""Voltage of both outputs at which their currents are stated, V."""

LARGEST_DECAY = 0.1
"""Longest internal step of a decay, in time constants."""

LARGEST_RISE = 0.4
"""Largest change of x in one internal step of a pulse."""


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the equations above; SI."""

    role: ClassVar[str] = "synapse"

    time_constant: Values = quantity(
        "s", "tau, decay of the output current at 1 nA", 1e-9, 10.0, positive=True
    )
    tau_current: Values = quantity(
        "A", "I_tau, weight current that balances the leak", 1e-16, 1e-3, positive=True
    )
    gain_current: Values = quantity(
        "A", "I_g, output at which the gain is half", 1e-18, 1e-3, positive=True
    )
    gain_exponent: Values = quantity(
        "1", "a, steepness of the gain's fall", 0.1, 3.0, positive=True
    )
    gain_exponent_slope: Values = quantity("1", "b, its change with ln I_w", -1.0, 1.0, default=0.0)
    gain_exponent_curve: Values = quantity(
        "1", "b_2, its change with the square of ln I_w", -1.0, 1.0, default=0.0
    )
    gain_curve: Values = quantity("1", "c, curvature of the gain's fall", -1.0, 1.0, default=0.0)
    decay_early: Values = quantity("1", "e, Early term of the leak", -0.2, 0.2, default=0.0)
    floor_current: Values = quantity(
        "A", "I_f, output without any input", 1e-18, 1e-6, positive=True, default=1e-12
    )
    floor_exponent: Values = quantity(
        "1", "m, steepness of the approach to the floor", 0.1, 5.0, positive=True, default=1.0
    )
    pulse_charge: Values = quantity(
        "C",
        "q_0, charge of the weight current by which a pulse acts longer",
        -1e-12,
        1e-12,
        default=0.0,
    )
    sink_gain: Values = quantity(
        "1", "g, sink output over source output at 1 nA", 0.1, 10.0, positive=True, default=1.0
    )
    sink_gain_slope: Values = quantity("1", "d, its change with ln I", -0.2, 0.2, default=0.0)
    sink_lag_charge: Values = quantity(
        "C", "q_s, lag of the sink times its current", 1e-20, 1e-9, positive=True, default=1e-16
    )
    source_early: Values = quantity(
        "1/V", "fall of the source output with its voltage", -1.0, 1.0, default=0.0
    )
    sink_early: Values = quantity(
        "1/V", "rise of the sink output with its voltage", -1.0, 1.0, default=0.0
    )
    sink_knee: Values = quantity(
        "V", "voltage over which the sink output sets in", 1e-3, 0.2, positive=True, default=0.0259
    )

    def matrix(self, size: int = 1) -> NDArray[np.float64]:
        """Return the parameters as kernels want them; behind them ln(I_g), x_f, 1/tau, 1/knee."""
        columns = super().matrix(size)
        currents = [self.gain_current, self.floor_current]
        derived = [
            np.broadcast_to(np.log(np.divide(i, REFERENCE_CURRENT)), (size,)) for i in currents
        ]
        inverse = [
            np.broadcast_to(np.divide(1.0, value), (size,))
            for value in (self.time_constant, self.sink_knee)
        ]
        return np.column_stack([columns, *derived, *inverse])


@njit(inline="always")
def rest(p: tuple[float, ...]) -> float:
    """Return x without any input: that of the floor."""
    return p[18]


@njit(inline="always")
def source(log_current: float, p: tuple[float, ...]) -> float:  # noqa: ARG001
    """Return the current that the source output sends into 0.5 V, A."""
    current: float = REFERENCE_CURRENT * exp(log_current)
    return current


@njit(inline="always")
def sink(log_current: float, p: tuple[float, ...]) -> float:
    """Return the current that the sink output takes from 0.5 V once its mirror has settled, A."""
    current: float = p[11] * REFERENCE_CURRENT * exp((1.0 + p[12]) * log_current)
    return current


@njit(inline="always")
def source_compliance(voltage: float, p: tuple[float, ...]) -> float:
    """Return the source output into ``voltage`` over that into 0.5 V; up to vdd − 0.5 V."""
    return 1.0 - p[14] * (voltage - OUTPUT_VOLTAGE)


@njit(inline="always")
def sink_compliance(voltage: float, p: tuple[float, ...]) -> float:
    """Return the sink output from ``voltage`` over that from 0.5 V.

    Below about 0.1 V it falls as 1 − exp(−V/U), and is 0 at 0 V: an inhibited membrane stays there.
    U is fitted; BSIM4's knee (16 mV) is sharper than the thermal voltage of the physics.
    """
    knee: float = 1.0 - exp(-max(voltage, 0.0) * p[20])
    return (1.0 + p[15] * (voltage - OUTPUT_VOLTAGE)) * knee


@njit
def sink_follow(
    sink_current: float, before: float, after: float, dt: float, p: tuple[float, ...]
) -> float:
    """Return the sink's current after ``dt``, A, while what it settles at changes.

    Parameters
    ----------
    sink_current : float
        Now, A.
    before, after : float
        What :func:`sink` gives now and after ``dt``, A.

    Notes
    -----
    The logistic curve towards a constant, chosen so that a mirror that trails a straight line by
    its lag still does so afterwards (a first-order hold of the linearised equation).
    """
    lags = 0.5 * (before + after) * dt / p[13]
    part = 0.5 + lags / 12.0 if lags < 1e-3 else -1.0 / math.expm1(-lags) - 1.0 / lags
    settled = before + part * (after - before)
    remains = math.exp(-min(settled * dt / p[13], 700.0))
    return settled / (1.0 + (settled / sink_current - 1.0) * remains)


@njit(inline="always")
def fall(log_current: float, p: tuple[float, ...]) -> float:
    """Return dx/dt without a pulse, 1/s."""
    above: float = exp(-p[9] * (log_current - p[18]))
    return (1.0 + p[7] * log_current) * (above - 1.0) * p[19]


@njit
def decay(log_current: float, dt: float, p: tuple[float, ...]) -> float:
    """Return x after ``dt`` without a pulse.

    With a constant factor r = 1 + e x, exp(m (x − x_f)) − 1 decays as exp(−m r t/tau); r is taken
    in the middle of internal steps of at most 0.1 tau.
    """
    x = log_current
    floor = p[18]
    e, m = p[7], p[9]
    left = dt / p[0]
    while left > 0.0:
        h = min(left, LARGEST_DECAY)
        above = math.exp(m * (x - floor))
        middle = x - 0.5 * h * (1.0 + e * x) * (1.0 - 1.0 / above)
        x = floor + math.log1p((above - 1.0) * math.exp(-m * h * (1.0 + e * middle))) / m
        left -= h
    return x


@njit
def prepare(
    weight_current: float, width: float, p: tuple[float, ...]
) -> tuple[float, float, float]:
    """Return I_w/I_tau, s, and for how long a pulse of ``width`` seconds acts, s."""
    if weight_current <= 0.0:
        return 0.0, 1.0, width
    log_weight = math.log(weight_current / REFERENCE_WEIGHT)
    s = p[3] + (p[4] + p[5] * log_weight) * log_weight
    return weight_current / p[1], s, width + p[10] / weight_current


@njit(inline="always")
def rise(log_current: float, drive: float, s: float, p: tuple[float, ...]) -> float:
    """Return dx/dt during a pulse of which :func:`prepare` gave I_w/I_tau and s, 1/s."""
    y = log_current - p[17]
    slope: float = drive * p[19] / (1.0 + exp((s + p[6] * y) * y)) + fall(log_current, p)
    return slope


@njit
def inject(log_current: float, weight_current: float, width: float, p: tuple[float, ...]) -> float:
    """Return x after a pulse of ``width`` seconds of the weight current (A).

    Classical Runge-Kutta steps, each of which moves x by at most 0.4.
    """
    x = log_current
    if weight_current <= 0.0:
        decayed: float = decay(x, width, p)
        return decayed
    drive, s, left = prepare(weight_current, width, p)
    while left > 0.0:
        k1 = rise(x, drive, s, p)
        h = min(left, LARGEST_RISE / max(abs(k1), 1e-30))
        k2 = rise(x + 0.5 * h * k1, drive, s, p)
        k3 = rise(x + 0.5 * h * k2, drive, s, p)
        k4 = rise(x + h * k3, drive, s, p)
        x += h / 6.0 * (k1 + 2.0 * (k2 + k3) + k4)
        left -= h
    return x


@kept()
def respond(
    times: NDArray[np.float64],
    onset: NDArray[np.float64],
    width: NDArray[np.float64],
    weight: NDArray[np.float64],
    voltage: float,
    p: tuple[float, ...],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return source and sink output at sorted times, from rest at time 0, under pulses.

    Parameters
    ----------
    times : (t,) array, s
    onset, width, weight : (n,) arrays, s, s, A
        When each pulse begins, how long it lasts, its weight current. They do not overlap.
    voltage : float, V
        At both outputs.
    p : (21,) array
        One row of :meth:`Family.matrix`.

    Returns
    -------
    source, sink : (t,) arrays, A
    """
    out_source, out_sink = np.empty_like(times), np.empty_like(times)
    x, now, k = rest(p), 0.0, 0
    mirrored = sink(x, p)
    for j in range(len(times)):
        while k < len(onset) and onset[k] + width[k] <= times[j]:
            x, mirrored = _wait(x, mirrored, onset[k] - now, p)
            x, mirrored = _pulse(x, mirrored, weight[k], width[k], p)
            now = onset[k] + width[k]
            k += 1
        inside = k < len(onset) and onset[k] < times[j]
        stop = onset[k] if inside else times[j]
        x, mirrored = _wait(x, mirrored, stop - now, p)
        now = stop
        seen, following = x, mirrored
        if inside:
            seen, following = _pulse(x, mirrored, weight[k], times[j] - onset[k], p)
        out_source[j] = source(seen, p) * source_compliance(voltage, p)
        out_sink[j] = following * sink_compliance(voltage, p)
    return out_source, out_sink


@njit
def _wait(x: float, mirrored: float, dt: float, p: tuple[float, ...]) -> tuple[float, float]:
    """Return x and the sink's current after ``dt`` without a pulse."""
    after = decay(x, dt, p)
    return after, sink_follow(mirrored, sink(x, p), sink(after, p), dt, p)


@njit
def _pulse(
    x: float, mirrored: float, weight: float, width: float, p: tuple[float, ...]
) -> tuple[float, float]:
    """Return x and the sink's current after a pulse."""
    after = inject(x, weight, width, p)
    return after, sink_follow(mirrored, sink(x, p), sink(after, p), width, p)

"""Stage of a 4-phase handshake: times and swing by the load of its request.

With C the load, d the time for which the receiver waits before it answers an edge of the request,

    latency(C)   = t_l + R_l C + o_l C / (C + C_l) + t_w exp(−r / tau_w)
    return(C, d) = t_r + R_r C (1 − k m) + o_r C / (C + C_r)
    cycle(C, d) = latency + d + return + d
    m(C, d)     = m_0 exp(−d / (R_m C))

Latency is from the spike to the request, return from the acknowledge to the end of the request and
from the end of the acknowledge until the stage is free again, together. R C is the driver that
charges the wire, its resistance the ratio of swing to current; the terms in o are the overlap of a
gate's output edge with its input edge, which a large load does away with. m is the part of the
swing that is still missing when the receiver answers sooner than the wire has settled: so much less
charge is moved, and so much sooner is it gone. r is the time for which the stage has been armed
before the spike: right after an event a node of the C-element is still charged.

A chain of equal stages passes events at the cycle of one whose receiver is another such stage,
which answers each edge after its own latency (Sutherland 1989, "Micropipelines"; from memory).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neuromix.models.family import Family, Values, quantity


@dataclass(frozen=True, eq=False)
class Dynamics(Family):
    """Parameters of the times above; SI."""

    role: ClassVar[str] = "stage"

    latency: Values = quantity("s", "t_l, from spike to request", 0.0, 1e-3, positive=True)
    latency_resistance: Values = quantity("Ω", "R_l, of its growth", 1.0, 1e9, positive=True)
    latency_overlap: Values = quantity("s", "o_l, lost at small loads", -1e-6, 1e-6)
    latency_overlap_load: Values = quantity("F", "C_l, halves it", 1e-18, 1e-12, positive=True)
    warm_loss: Values = quantity("s", "t_w, latency lost right after an event", -1e-6, 1e-6)
    warm_time: Values = quantity("s", "tau_w, for which that lasts", 1e-12, 1e-3, positive=True)
    return_time: Values = quantity(
        "s", "t_r, from acknowledge to request off, and on to free", 0.0, 1e-3, positive=True
    )
    return_resistance: Values = quantity("Ω", "R_r, of its growth", 1.0, 1e9, positive=True)
    return_overlap: Values = quantity("s", "o_r, lost at small loads", -1e-6, 1e-6)
    return_overlap_load: Values = quantity("F", "C_r, halves it", 1e-18, 1e-12, positive=True)
    swing_loss: Values = quantity("1", "m_0, swing missing at once", 0.0, 1.0, positive=True)
    swing_resistance: Values = quantity("Ω", "R_m, of its recovery", 1.0, 1e9, positive=True)
    swing_speedup: Values = quantity("1", "k, return time won by it", 0.0, 10.0, positive=True)

    def missing_swing(self, load: Values, receiver_delay: Values) -> Values:
        """Return m, the part of the swing that is not reached.

        Parameters
        ----------
        load : float or ndarray, F
        receiver_delay : float or ndarray, s
        """
        settling = np.maximum(np.asarray(self.swing_resistance) * load, np.finfo(float).tiny)
        return np.asarray(self.swing_loss * np.exp(-np.asarray(receiver_delay) / settling))

    def latency_at(self, load: Values, rest: Values = math.inf) -> Values:
        """Return the time from the spike to the request, s.

        Parameters
        ----------
        load : float or ndarray, F
        rest : float or ndarray, s
            For how long the stage has been armed; forever where it is left out.
        """
        return np.asarray(
            self.latency
            + self.latency_resistance * load
            + self.latency_overlap * load / (load + self.latency_overlap_load)
            + self.warm_loss * np.exp(-np.asarray(rest) / self.warm_time)
        )

    def return_at(self, load: Values, receiver_delay: Values) -> Values:
        """Return the stage's own part of the way back, s; arguments as :meth:`cycle_at`."""
        won = self.swing_speedup * self.missing_swing(load, receiver_delay)
        return np.asarray(
            self.return_time
            + self.return_resistance * load * (1.0 - won)
            + self.return_overlap * load / (load + self.return_overlap_load)
        )

    def cycle_at(
        self, load: Values, receiver_delay: Values | None = None, rest: Values = math.inf
    ) -> Values:
        """Return the time from one event to the next that can be taken, s.

        Parameters
        ----------
        load : float or ndarray, F
        receiver_delay : float or ndarray, s, optional
            For which the receiver waits before it answers; the latency of another such stage with
            the same load where it is left out.
        rest : float or ndarray, s
            As for :meth:`latency_at`.
        """
        waits = self.latency_at(load) if receiver_delay is None else receiver_delay
        return np.asarray(self.latency_at(load, rest) + self.return_at(load, waits) + 2.0 * waits)

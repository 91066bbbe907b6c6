"""Nodes with a membrane as one set of parameters, an element for each neuron.

    tau_s dI/dt = −I + w_in S            (I = S where tau_s is 0: LI, LIF)
    tau dv/dt   = v_leak − v + R I       v > threshold: a spike, v = reset

as ``nir`` 1.0 defines LI, LIF, CubaLI and CubaLIF. A spike is S = 1 for ``dt``: it adds
``w gain dt/tau`` to v, or ``w gain dt/tau_s`` to R I, with gain = R w_in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.interop.nir.transforms import Shape, Unfit, numbers

Floats = NDArray[np.float64]

SPIKING = ("LIF", "CubaLIF")
SILENT = ("LI", "CubaLI")


@dataclass(frozen=True, eq=False)
class Neurons:
    """Parameters of one node.

    Parameters
    ----------
    kind : str
        Type of the node.
    shape : tuple of int
        How its neurons are laid out.
    tau, tau_syn : (n,) ndarrays, s
        ``tau_syn`` is 0 where there is no synaptic current.
    gain, leak : (n,) ndarrays
        R w_in and v_leak.
    threshold, reset : (n,) ndarrays
        Infinite and 0 where it does not spike.
    """

    kind: str
    shape: Shape
    tau: Floats
    tau_syn: Floats
    gain: Floats
    leak: Floats
    threshold: Floats
    reset: Floats

    @property
    def n(self) -> int:
        """How many neurons."""
        return math.prod(self.shape)

    @property
    def spiking(self) -> bool:
        """Whether they have a threshold."""
        return self.kind in SPIKING

    def slower(self, times: float) -> Neurons:
        """Return the same neurons with time constants so many times as long."""
        return replace(self, tau=self.tau * times, tau_syn=self.tau_syn * times)

    def jump(self, dt: float) -> Floats:
        """Return what a spike of weight 1 adds to v, or to R I where there is one: (n,)."""
        return self.gain * dt / np.where(self.tau_syn > 0.0, self.tau_syn, self.tau)

    def drive_at(self, rate: float) -> Floats:
        """Return the constant R I at which it spikes at ``rate``, Hz: (n,).

        The solution v(t) = v_leak + x + (reset − v_leak − x) exp(−t/tau) is set equal to the
        threshold at t = 1/rate.
        """
        kept = np.exp(-1.0 / (rate * self.tau))
        return np.asarray(
            (self.threshold - self.leak - (self.reset - self.leak) * kept)
            / -np.expm1(-1.0 / (rate * self.tau))
        )

    def rates(self, drive: Floats) -> Floats:
        """Return the rate of each neuron at a constant R I, Hz; 0 below its threshold.

        Parameters
        ----------
        drive : (…, n) ndarray
        """
        start, end = self.leak + drive - self.reset, self.leak + drive - self.threshold
        fires = (end > 0.0) & (start > end)
        interval = self.tau * np.log(
            np.divide(start, end, out=np.full(np.shape(end), np.inf), where=fires)
        )
        return np.asarray(np.where(fires, 1.0 / interval, 0.0))


def neurons(node: Any, shape: Shape | None) -> Neurons:
    """Return the parameters of a node that gets an input of that shape.

    One value stands for all, as some tools write it.

    Raises
    ------
    Unfit
        Where a parameter has another shape, or a value that cannot be.
    """
    kind = type(node).__name__
    current = kind.startswith("Cuba")
    names = {
        "tau": "tau_mem" if current else "tau",
        "r": "r",
        "leak": "v_leak",
        **({"tau_syn": "tau_syn", "w_in": "w_in"} if current else {}),
        **({"threshold": "v_threshold", "reset": "v_reset"} if kind in SPIKING else {}),
    }
    given = {key: numbers(getattr(node, name), name) for key, name in names.items()}
    own = next((value.shape for value in given.values() if value.size > 1), None)
    if shape is None:
        shape = own or (1,)
    n = math.prod(shape)
    for key, value in given.items():
        if value.size not in {1, n}:
            raise Unfit(f"its {names[key]} is for {value.size} neurons, and its input for {n}")
    each = {key: np.array(np.broadcast_to(value.ravel(), (n,))) for key, value in given.items()}
    if any(each[key].min() <= 0.0 for key in ("tau", "tau_syn") if key in each):
        raise Unfit("a time constant is not positive")
    if each["r"].min() < 0.0:
        raise Unfit("its r, a resistance, is negative")
    zeros = np.zeros(n)
    found = Neurons(
        kind,
        own or shape,
        each["tau"],
        each.get("tau_syn", zeros),
        each["r"] * each.get("w_in", 1.0),
        each["leak"],
        each.get("threshold", np.full(n, np.inf)),
        each.get("reset", zeros),
    )
    if found.spiking and np.any(found.reset >= found.threshold):
        raise Unfit("its v_reset is not below its v_threshold")
    return found

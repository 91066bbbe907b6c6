"""Synapses of a block of lanes: pulses, and what flows out of them in a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

from neuromix.array.lanes import BORROWING, LANES, column, load, store
from neuromix.array.rows import Rows
from neuromix.models.elementary import chosen, chosen_each

LARGEST_RISE = 0.6
"""Largest change of a synapse's state in one internal step of a pulse: where the state is a
logarithm and its slope falls e-fold over 1, the classical Runge-Kutta rule errs by 2e-4 of it."""

VECTORIZED: dict[str, Any] = {"fastmath": {"contract"}, **BORROWING}
"""How loops over lanes are compiled: products and sums may be rounded once, and a division by zero
does not raise, which would be a branch."""


def synapse_lanes(
    rows: Rows, functions: tuple[Callable[..., Any], ...]
) -> tuple[Callable[..., None], Callable[..., None]]:
    """Compile the pulse and the end of a step for the synapses of a family.

    Parameters
    ----------
    rows : Rows
    functions : tuple of compiled functions
        Of the synapse family, in the order of its contract.

    Returns
    -------
    pulse(blocks, o, width)
        Bring lanes to the moment of their pulse and through it: a classical Runge-Kutta step for
        each ``LARGEST_RISE`` of the state. ``o`` is where the block begins.
    elapse(blocks, o, stop, dt)
        Bring all lanes to the end of a step. Between pulses a state falls along a chord: its slope
        is that in the middle of the step, predicted from the slope before.
    """
    fall, rise, source, sink = functions[7], functions[9], functions[3], functions[4]
    excitatory, inhibitory = rows.of_neuron * LANES, (rows.of_neuron + rows.of_synapse) * LANES
    parameters = column(rows.of_synapse)
    exc, exc_slope, inh, inh_slope, reached = (
        rows[name] * LANES
        for name in (
            "excitatory",
            "excitatory_slope",
            "inhibitory",
            "inhibitory_slope",
            "reached",
        )
    )
    source_charge, sink_charge = rows["source_charge"] * LANES, rows["sink_charge"] * LANES
    when, sign, first, second, lasting, before, present = (
        rows[name] * LANES
        for name in ("when", "sign", "first", "second", "lasting", "before", "present")
    )

    @njit(**VECTORIZED)
    def wait(blocks, o):  # type: ignore[no-untyped-def]
        for lane in range(LANES):
            k = o + lane
            p_exc = parameters(blocks, k + excitatory)
            p_inh = parameters(blocks, k + inhibitory)
            at = load(blocks, k + reached)
            direction = load(blocks, k + sign)
            span = max(load(blocks, k + when) - at, 0.0) * abs(direction)
            x_exc, x_inh = load(blocks, k + exc), load(blocks, k + inh)
            s_exc, s_inh = load(blocks, k + exc_slope), load(blocks, k + inh_slope)
            charge = span * source(x_exc + 0.5 * span * s_exc, p_exc)
            store(blocks, k + source_charge, load(blocks, k + source_charge) + charge)
            charge = span * sink(x_inh + 0.5 * span * s_inh, p_inh)
            store(blocks, k + sink_charge, load(blocks, k + sink_charge) + charge)
            x_exc += span * s_exc
            x_inh += span * s_inh
            store(blocks, k + exc, x_exc)
            store(blocks, k + inh, x_inh)
            x = chosen(direction > 0.0, x_exc, x_inh)
            store(blocks, k + before, x)
            store(blocks, k + present, x)
            store(blocks, k + reached, at + span)

    @njit(**VECTORIZED)
    def climb(blocks, o):  # type: ignore[no-untyped-def]
        """Make one internal step of all pulses; return how many are not over."""
        unfinished = 0
        for lane in range(LANES):
            k = o + lane
            p_exc = parameters(blocks, k + excitatory)
            p_inh = parameters(blocks, k + inhibitory)
            excites = load(blocks, k + sign) > 0.0
            p = chosen_each(excites, p_exc, p_inh)
            x, left = load(blocks, k + present), load(blocks, k + lasting)
            a, b = load(blocks, k + first), load(blocks, k + second)
            k1 = rise(x, a, b, p)
            h = min(left, LARGEST_RISE / max(abs(k1), 1e-30))
            k2 = rise(x + 0.5 * h * k1, a, b, p)
            k3 = rise(x + 0.5 * h * k2, a, b, p)
            k4 = rise(x + h * k3, a, b, p)
            left -= h
            store(blocks, k + present, x + h * (1.0 / 6.0) * (k1 + 2.0 * (k2 + k3) + k4))
            store(blocks, k + lasting, left)
            unfinished += left > 0.0
        return unfinished

    @njit(**VECTORIZED)
    def land(blocks, o, width):  # type: ignore[no-untyped-def]
        for lane in range(LANES):
            k = o + lane
            p_exc = parameters(blocks, k + excitatory)
            p_inh = parameters(blocks, k + inhibitory)
            direction = load(blocks, k + sign)
            span = width * abs(direction)
            x, x_before = load(blocks, k + present), load(blocks, k + before)
            excites, inhibits = direction > 0.0, direction < 0.0
            slope = fall(x, chosen_each(excites, p_exc, p_inh))
            x_exc, s_exc = load(blocks, k + exc), load(blocks, k + exc_slope)
            middle = chosen(excites, 0.5 * (x_before + x), x_exc + 0.5 * span * s_exc)
            charge = span * source(middle, p_exc)
            store(blocks, k + source_charge, load(blocks, k + source_charge) + charge)
            store(blocks, k + exc, chosen(excites, x, x_exc + span * s_exc))
            store(blocks, k + exc_slope, chosen(excites, slope, s_exc))
            x_inh, s_inh = load(blocks, k + inh), load(blocks, k + inh_slope)
            middle = chosen(inhibits, 0.5 * (x_before + x), x_inh + 0.5 * span * s_inh)
            charge = span * sink(middle, p_inh)
            store(blocks, k + sink_charge, load(blocks, k + sink_charge) + charge)
            store(blocks, k + inh, chosen(inhibits, x, x_inh + span * s_inh))
            store(blocks, k + inh_slope, chosen(inhibits, slope, s_inh))
            store(blocks, k + reached, load(blocks, k + reached) + span)

    @njit(**BORROWING)
    def pulse(blocks, o, width):  # type: ignore[no-untyped-def]
        wait(blocks, o)
        while climb(blocks, o) > 0:
            pass
        land(blocks, o, width)

    @njit(**VECTORIZED)
    def elapse(blocks, o, stop, dt):  # type: ignore[no-untyped-def]
        for lane in range(LANES):
            k = o + lane
            p_exc = parameters(blocks, k + excitatory)
            p_inh = parameters(blocks, k + inhibitory)
            at = load(blocks, k + reached)
            span = max(stop - at, 0.0)
            x, slope = load(blocks, k + exc), load(blocks, k + exc_slope)
            charge = span * source(x + 0.5 * span * slope, p_exc)
            store(blocks, k + source_charge, load(blocks, k + source_charge) + charge)
            x += span * slope
            store(blocks, k + exc, x)
            store(blocks, k + exc_slope, fall(x + 0.5 * dt * slope, p_exc))
            x, slope = load(blocks, k + inh), load(blocks, k + inh_slope)
            charge = span * sink(x + 0.5 * span * slope, p_inh)
            store(blocks, k + sink_charge, load(blocks, k + sink_charge) + charge)
            x += span * slope
            store(blocks, k + inh, x)
            store(blocks, k + inh_slope, fall(x + 0.5 * dt * slope, p_inh))
            store(blocks, k + reached, max(at, stop))

    return pulse, elapse

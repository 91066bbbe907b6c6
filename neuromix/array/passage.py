"""What it takes an event to pass a link: the stages on its way and the wires beside them.

A link of n senders is a binary tree of handshake stages (``address_event_stage``): one at each
sender, one at each of the n − 1 nodes in which two branches meet, so that an event makes
1 + ceil(log2 n) hops. Each stage drives a wire to the next, which answers as such stages do. Beside
the request run the address bits, each on a pair of wires of which one makes the handshake with it
(dual rail: Sparsø and Furber 2001, "Principles of Asynchronous Circuit Design"; from memory).

Counted are the stages, their wires and the wires of the address. Not counted are the gates that
exclude two branches from each other at a node, and the address encoder's: there is no cell of
either yet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from neuromix.errors import BadValue
from neuromix.models.families.four_phase_stage import Dynamics
from neuromix.models.model import Model
from neuromix.units import render


@dataclass(frozen=True)
class Passage:
    """What one event on one link takes.

    Parameters
    ----------
    cycle_time : float, s
        From one event to the next.
    latency : float, s
        From the request to the target, where nothing is in the way.
    energy_per_event : float, J
    static_power : float, W
        Of all stages of the link.
    origin : str
        Where these figures come from.
    """

    cycle_time: float
    latency: float
    energy_per_event: float
    static_power: float
    origin: str


def address_bits(senders: int) -> int:
    """Return how many bits tell that many senders apart."""
    return max(0, math.ceil(math.log2(senders)))


def passage_of(stage: Model, wire: float, senders: int, addresses: int | None = None) -> Passage:
    """Return the passage over a link that is made of one kind of stage.

    Parameters
    ----------
    stage : Model
        Of the role ``"stage"``.
    wire : float, F
        Capacitance that each stage drives, and of each address wire.
    senders : int
        Of the link.
    addresses : int, optional
        How many its wires tell apart, where these are not just its senders.

    Raises
    ------
    BadValue
        Where the model is of another role, or the load outside of what it was fitted to.
    """
    if not isinstance(stage.dynamics, Dynamics):
        raise BadValue(
            f"fabric: {stage.cell} is a {stage.dynamics.role or 'cell without a role'}",
            cure='the model of a handshake stage, nmx.model("address_event_stage")',
        )
    covered = stage.validity.get("load")
    if covered is not None and not covered.low <= wire <= covered.high:
        raise BadValue(
            f"fabric: {stage.cell} was not characterized with {render(wire, 'F')} to drive",
            [f"its model covers {render(covered.low, 'F')} … {render(covered.high, 'F')}"],
            "shorter wires, or a stage that was characterized for them",
        )
    bits = address_bits(senders if addresses is None else addresses)
    hops = 1 + address_bits(senders)
    supply = float(stage.condition["supply"])
    of_a_wire = stage.energy.per_output_charge * wire * supply
    return Passage(
        cycle_time=float(stage.dynamics.cycle_at(wire)),
        latency=hops * float(stage.dynamics.latency_at(wire)),
        energy_per_event=hops * (stage.energy.per_event + of_a_wire) + bits * of_a_wire,
        static_power=(2 * senders - 1) * stage.energy.static_power,
        origin=(
            f"{hops} hops of {stage.cell} in {stage.technology} and {bits} address bits, "
            f"wires of {render(wire, 'F')}"
        ),
    )

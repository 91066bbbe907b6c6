"""What a run is given: events of each source of spikes, checked."""

from __future__ import annotations

from collections.abc import Mapping

from neuromix.array.chip import Array, SpikeSource
from neuromix.data.events import Events
from neuromix.errors import BadValue, FabricError, UnknownName

Inputs = Mapping[str, Events]


def given_inputs(
    blocks: Mapping[str, SpikeSource | Array], inputs: Inputs, duration: float
) -> dict[str, Events]:
    """Return the events of every source up to ``duration`` (s); one not named is silent.

    Raises
    ------
    BadValue, UnknownName
        Where they are not events by the name of a source, or lie before the start.
    FabricError
        Where an event has an address that its source does not have.
    """
    if not isinstance(inputs, Mapping):
        raise BadValue(
            f"run: inputs are {type(inputs).__name__}, not events by block",
            cure='run(chip, {"pixels": events}, duration=…)',
        )
    sources = {n: block for n, block in blocks.items() if isinstance(block, SpikeSource)}
    for name in inputs:
        if name not in sources:
            raise UnknownName("spike source", name, sources)
    return {
        name: _checked(name, block, inputs[name]).between(0.0, duration)
        if name in inputs
        else Events.empty()
        for name, block in sources.items()
    }


def _checked(name: str, block: SpikeSource, events: Events) -> Events:
    if not isinstance(events, Events):
        raise BadValue(
            f"run: the input of {name!r} is a {type(events).__name__}",
            cure="Events.sort(time, address), or an encoder such as rate_code(pixels, …)",
        )
    if len(events) and int(events.address.max()) >= block.n:
        raise FabricError(
            f"run: {name!r} has no address {int(events.address.max())}",
            [f"its addresses are 0 … {block.n - 1}"],
            f"SpikeSource({int(events.address.max()) + 1})",
        )
    if len(events) and events.time[0] < 0.0:
        raise BadValue(f"run: {name!r} spikes at {events.time[0]:.6g} s, before the start")
    return events

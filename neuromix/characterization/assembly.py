"""Brings cell, netlist, technology and condition together into decks and jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from neuromix import library
from neuromix.declare import (
    Bench,
    Cell,
    Condition,
    Constant,
    OperatingPoint,
    Technology,
    Voltage,
)
from neuromix.engine.contract import Engine, raised
from neuromix.engine.job import NOMINAL, Job, Variation
from neuromix.engine.messages import MeasureCall
from neuromix.errors import BadValue
from neuromix.netlist.composing import compose
from neuromix.netlist.deck import Deck
from neuromix.netlist.parsing import Subcircuit, read_subcircuit
from neuromix.pdk.cards import device_cards
from neuromix.pdk.location import identity
from neuromix.units import celsius

SUPPLY_MARGIN = 1.1
"""Of the technology's nominal supply: what its models and its oxide are good for."""


def assemble(
    cell: Cell,
    bench: Bench,
    technology: Technology,
    condition: Condition,
    overrides: Mapping[str, float] | None = None,
    bias_voltages: Mapping[str, float] | None = None,
) -> Deck:
    """Compose the deck of a library cell; see :func:`neuromix.netlist.composing.compose`.

    Raises
    ------
    BadValue
        Where the temperature is outside of what the models cover.
    """
    low, high = technology.temperature
    if not low <= condition.temperature <= high:
        raise BadValue(
            f"{celsius(condition.temperature):g} °C is outside of what {technology.name} models",
            cure=f"{celsius(low):g} … {celsius(high):g} °C",
        )

    supply = condition.supply or cell.realisation(technology.name).supply
    if supply > SUPPLY_MARGIN * technology.supply:
        raise BadValue(
            f"{cell.name}: a supply of {supply:g} V is beyond what {technology.name} stands",
            cure=f"at most {technology.supply:g} V",
        )

    def cards(devices: Iterable[tuple[str, float, float]]) -> tuple[str, str]:
        _, sha256 = identity(technology)
        text = device_cards(technology, condition.corner, devices)
        return text, f"{technology.name} {condition.corner} {sha256}"

    return compose(
        cell,
        bench,
        cell.realisation(technology.name),
        subcircuit_of(cell, technology),
        cards,
        condition,
        overrides,
        bias_voltages,
    )


def subcircuit_of(cell: Cell, technology: Technology) -> Subcircuit:
    """Return the circuit of a cell over neutral devices, whatever its netlist is written with."""
    native = {device.model.lower(): device.neutral for device in technology.devices}
    file = library.netlist_file(cell.name)
    return read_subcircuit(file, native if cell.devices == "native" else None)


def replica_voltages(
    cell: Cell, technology: Technology, condition: Condition, engine: Engine
) -> dict[str, float]:
    """Return the voltages that the nominal replicas put on the bias ports, V.

    They are what ideal biases hold; all other inputs are left at ground.
    """
    ports = tuple(bias.port for bias in cell.realisation(technology.name).biases)
    grounded = tuple(Voltage(port, Constant(0.0)) for port in cell.ports_of("input"))
    bench = Bench("bias", "voltages of the replicas", grounded, OperatingPoint(), keep=ports)
    deck = assemble(cell, bench, technology, condition)
    (outcome,) = engine.run([Job(deck, (), (NOMINAL,), keep=(0,))])[0]
    if outcome.failure:
        raise raised(outcome, deck.title)
    return {port: float(outcome.waves[port][0]) for port in ports}


def measure_calls(bench: Bench, values: Mapping[str, float]) -> tuple[MeasureCall, ...]:
    """Return the bench's measures with parameter names replaced by their values."""
    return tuple(
        MeasureCall(
            item.name,
            item.kind,
            {
                key: values[given] if isinstance(given, str) and given in values else given
                for key, given in item.arguments
            },
        )
        for item in bench.measures
    )


def job_for(
    cell: Cell,
    bench: Bench,
    technology: Technology,
    condition: Condition,
    overrides: Mapping[str, float] | None = None,
    *,
    bias_voltages: Mapping[str, float] | None = None,
    variations: Sequence[Variation] = (NOMINAL,),
    keep: Sequence[int] = (),
) -> Job:
    """Return the job of one bench: its deck, its measures, the variations to run."""
    given = dict(overrides or {})
    deck = assemble(cell, bench, technology, condition, given, bias_voltages)
    known = {item.name for item in bench.parameters}
    values = bench.values({name: value for name, value in given.items() if name in known})
    values["supply"] = condition.supply or cell.realisation(technology.name).supply
    return Job(deck, measure_calls(bench, values), tuple(variations), tuple(keep))

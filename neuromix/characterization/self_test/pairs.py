"""Pairs of equal transistors in ngspice: decks, runs and what comes back as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neuromix import pdk
from neuromix.declare import Technology
from neuromix.engine.contract import Engine, raised
from neuromix.engine.job import NOMINAL, Job, Variation
from neuromix.engine.messages import MeasureCall
from neuromix.netlist.deck import Deck, Transistor, Vector

Floats = NDArray[np.float64]
Size = tuple[float, float]

SMALL: Size = (1e-6, 2e-6)
LARGE: Size = (4e-6, 8e-6)
"""Width and length, m: a sixteenth of the area, at the same ratio."""

CURRENT = 2e-10
"""A for a square device: weak inversion, where the gate follows the threshold one to one."""

EXACT = ".options gmin=1e-18 abstol=1e-18 vntol=1e-9 reltol=1e-6\n"
GATES = (0.25, 0.45, 0.8)
"""Gate voltages over the supply, from weak to strong inversion."""

SIGN = {"nfet": 1, "pfet": -1}


def pair(technology: Technology, device: str, size: Size, corner: str = "tt") -> Deck:
    """Return a deck of two equal diodes that are fed with equal currents."""
    width, length = size
    current = SIGN[device] * CURRENT * width / length
    circuit = EXACT + "".join(
        f"i{k} 0 d{k} {current!r}\nx{k} d{k} d{k} 0 0 {device} w={width!r} l={length!r}\n"
        for k in (1, 2)
    )
    return Deck(
        title=f"a pair of {device}",
        circuit=circuit,
        cards=pdk.device_cards(technology, corner, [(device, width, length)]),
        models=f"{technology.name} {corner} {pdk.identity(technology)[1]}",
        command="op",
        vectors=(
            *(Vector(f"v{k}", f"d{k}") for k in (1, 2)),
            *(Vector(f"shift{k}", f"@m.x{k}.m0[delvto]") for k in (1, 2)),
        ),
        axis="",
        stop=0.0,
        transistors=tuple(Transistor(f"m.x{k}.m0", device, width, length) for k in (1, 2)),
    )


def voltages(engine: Engine, deck: Deck, variations: Sequence[Variation] = (NOMINAL,)) -> Floats:
    """Return the voltages of both diodes under each variation, shape (variations, 2), V."""
    return _taken(engine, deck, variations, ("v1", "v2"))


def shifts(engine: Engine, deck: Deck, variations: Sequence[Variation] = (NOMINAL,)) -> Floats:
    """Return ``delvto`` of both devices under each variation, shape (variations, 2), V."""
    return _taken(engine, deck, variations, ("shift1", "shift2"))


def _taken(
    engine: Engine, deck: Deck, variations: Sequence[Variation], names: Sequence[str]
) -> Floats:
    calls = tuple(MeasureCall(name, "final", {"of": name}) for name in names)
    (outcomes,) = engine.run([Job(deck, calls, tuple(variations))])
    for outcome in outcomes:
        if outcome.failure:
            raise raised(outcome, deck.title)
    return np.array([[outcome.values[name] for name in names] for outcome in outcomes])


def drain_currents(
    engine: Engine, technology: Technology, corner: str, cards: str, sizes: Sequence[Size]
) -> Floats:
    """Return the drain currents of transistors of both types at several gate voltages, A."""
    lines, names = [EXACT], []
    for device, sign in SIGN.items():
        drain = sign * technology.supply / 2.0
        for k, (width, length) in enumerate(sizes):
            for g, part in enumerate(GATES):
                name = f"{device}{k}{g}"
                names.append(name)
                lines.append(
                    f"vg{name} g{name} 0 {sign * part * technology.supply!r}\n"
                    f"v{name} d{name} 0 {drain!r}\n"
                    f"x{name} d{name} g{name} 0 0 {device} w={width!r} l={length!r}\n"
                )
    vectors = tuple(Vector(name, f"v{name}#branch") for name in names)
    models = f"{technology.name} {corner}"
    deck = Deck("drain currents", "".join(lines), cards, models, "op", vectors, "", 0.0)
    ((outcome,),) = engine.run([Job(deck, keep=(0,))])
    if outcome.failure:
        raise raised(outcome, deck.title)
    return np.array([outcome.waves[name][0] for name in names])

"""What chips, arrays and recordings show of themselves."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuromix.array.board import Board
from neuromix.array.chip import Array, Chip, Connection
from neuromix.array.memory import stored, words
from neuromix.array.projection import Projection
from neuromix.array.recording import Recording
from neuromix.display import Sheet, Table
from neuromix.display.raster import raster
from neuromix.models.sheets import model_sheet
from neuromix.units import render


def array_sheet(array: Array) -> Sheet:
    """Return how many neurons of which model, and the model's own tables."""
    model = model_sheet(array.model)
    current = np.asarray(array.current, dtype=np.float64)
    facts = (
        ("neurons", f"{array.n} of {array.model.cell} in {array.model.technology}"),
        ("mismatch", f"drawn from {array.model.mismatch.samples} instances"
            if array.mismatch else "none: all are nominal"),
        ("noise", "on" if array.noise else "off"),
        ("constant input", _span(current, "A")),
    )  # fmt: skip
    return Sheet(
        "Array", model.summary, (Table("Population", ("property", "value"), facts), *model.tables)
    )


def _span(values: np.ndarray, unit: str) -> str:
    low, high = render(float(values.min()), unit), render(float(values.max()), unit)
    return low if low == high else f"{low} … {high}"


def chip_sheet(chip: Chip) -> Sheet:
    """Return blocks, weight memories with their paths, and the fabric."""
    blocks = tuple(
        (
            name,
            str(block.n),
            f"{block.model.cell} in {block.model.technology}"
            if isinstance(block, Array)
            else "events that the user gives",
        )
        for name, block in chip.blocks.items()
    )
    memories = tuple(_memory(chip, item) for item in chip.connections)
    fabric = chip.fabric
    queue = f"{fabric.fifo_depth} events, then {fabric.policy}"
    neurons = sum(block.n for block in chip.blocks.values() if isinstance(block, Array))
    synapses = sum(len(words(item.codes)) for item in chip.connections)
    synapses += sum(len(item) for item in chip.projections)
    return Sheet(
        "Chip",
        f"die of seed {chip.seed}; {neurons} neurons, {synapses} weights that are not 0",
        (
            Table("Blocks", ("name", "size", "what it is"), blocks),
            Table(
                "Weight memories",
                ("link", "shape", "codes", "zero", "words", "through", "pulse"),
                memories,
            ),
            Table(
                "Weights of linear neurons",
                ("link", "synapses", "weights", "delays"),
                tuple(_projection(item) for item in chip.projections),
            ),
            Table(
                "Fabric",
                ("link", "handshake", "latency", "energy of an event", "FIFO", "from"),
                tuple(_link(chip, name, queue) for name in chip.paths),
                folded=True,
            ),
        ),
    )


def board_sheet(board: Board) -> Sheet:
    """Return chips, the wires between them, and the links that these take."""
    fabric, topology = board.fabric, board.topology
    chips = tuple(
        (str(k), name, f"die of seed {chip.seed}", ", ".join(chip.blocks))
        for k, (name, chip) in enumerate(board.chips.items())
    )
    wires = tuple(
        (
            f"{way.sender} → {', '.join(way.ports)}",
            str(way.count),
            ", ".join(topology.name(link) for link in topology.path(way.chip, way.target)),
        )
        for way in board.bridges
    )
    return Sheet(
        "Board",
        f"{len(chips)} chips on {topology!r}; links hold {fabric.fifo_depth} events, "
        f"then {fabric.policy}",
        (
            Table("Chips", ("place", "name", "what it is", "blocks"), chips),
            Table("Wires", ("from and to", "addresses", "links"), wires),
        ),
    )


def _memory(chip: Chip, item: Connection) -> tuple[str, ...]:
    path = chip.paths[item.target]
    rows, columns = chip.blocks[item.source].n, chip.blocks[item.target].n
    codes = words(item.codes)
    return (
        f"{item.source} → {item.target}",
        f"{rows} × {columns}",
        f"{codes.min()} … {codes.max()}" if len(codes) else "none",
        f"{100.0 * (1.0 - len(codes) / (rows * columns)):.0f} %",
        str(stored(item.codes)),
        f"{path.converter.cell}, {path.synapse.cell}",
        render(path.pulse_width, "s"),
    )


def _projection(item: Projection) -> tuple[str, ...]:
    delays = np.atleast_1d(item.delays)
    return (
        f"{item.source} → {item.target}",
        str(len(item)),
        _range(item.weights, "V"),
        _range(delays, "s"),
    )


def _range(values: NDArray[np.floating[Any]], unit: str) -> str:
    if not len(values):
        return "none"
    low, high = (render(float(value), unit, 3) for value in (values.min(), values.max()))
    return low if low == high else f"{low} … {high}"


def _link(chip: Chip, target: str, queue: str) -> tuple[str, ...]:
    senders = sum(chip.blocks[c.source].n for c in chip.connections if c.target == target)
    passage = chip.fabric.passage(senders)
    return (
        f"→ {target}",
        render(passage.cycle_time, "s"),
        render(passage.latency, "s"),
        render(passage.energy_per_event, "J"),
        queue,
        passage.origin,
    )


def recording_sheet(recording: Recording) -> Sheet:
    """Return a raster, spikes by block, what the links did and what the parts took."""
    blocks = tuple(
        (
            name,
            str(recording.sizes[name]),
            str(len(events)),
            render(len(events) / recording.duration / recording.sizes[name], "Hz"),
        )
        for name, events in recording.events.items()
    )
    links = tuple(
        (
            f"→ {name}" if name in recording.sizes else name,
            str(item.sent),
            str(item.delivered),
            str(item.dropped),
            f"{100.0 * item.load:.3g} %",
            render(item.latency.percentile(99.0), "s"),
            render(item.longest_wait, "s"),
            str(item.deepest_queue),
            render(item.pace, "s"),
            item.passage.origin,
        )
        for name, item in recording.links.items()
    )
    paths = tuple(
        (
            f"→ {name}",
            str(item.paths.served),
            str(item.paths.waited),
            str(item.paths.waiting),
            f"{100.0 * item.paths.load:.3g} %",
            render(item.paths.wait.percentile(99.0), "s"),
            render(item.paths.longest_wait, "s"),
            render(item.paths.pace, "s"),
        )
        for name, item in recording.links.items()
        if item.paths is not None
    )
    total = recording.total_energy
    parts = sorted(recording.energy.items(), key=lambda item: -item[1])
    energy = tuple(
        (name, render(spent, "J"), f"{100.0 * spent / total:.1f} %")
        for name, spent in parts
        if spent
    )
    traces = tuple(
        (name, " × ".join(map(str, trace.shape)), str(trace.attrs.get("long_name", "")))
        for name, trace in recording.traces.items()
    )
    return Sheet(
        "Recording",
        f"{render(recording.duration, 's')}, {render(total, 'J')}, "
        f"{recording.dropped} events dropped",
        (
            Table("Spikes", ("block", "size", "spikes", "mean rate"), blocks),
            Table(
                "Links",
                (
                    "into",
                    "sent",
                    "delivered",
                    "dropped",
                    "load",
                    "99 % arrive within",
                    "longest wait",
                    "deepest queue",
                    "one event each",
                    "from",
                ),
                links,
            ),
            Table(
                "Paths into neurons of sparse memories",
                (
                    "into",
                    "words served",
                    "have waited",
                    "wait at the end",
                    "load of the busiest",
                    "99 % wait up to",
                    "longest wait",
                    "one word each",
                ),
                paths,
            ),
            Table("Energy", ("part", "energy", "share"), energy, folded=True),
            Table("Traces", ("name", "shape", "meaning"), traces, folded=True),
        ),
        _picture(recording),
    )


def _picture(recording: Recording) -> str:
    sizes = [recording.sizes[name] for name in recording.events]
    if not sizes:
        return ""
    first = itertools.accumulate(sizes, initial=0)
    spikes = (
        (time, row + address)
        for row, events in zip(first, recording.events.values(), strict=False)
        for time, address in zip(events.time.tolist(), events.address.tolist(), strict=True)
    )
    names = ", ".join(recording.events)
    return raster(spikes, sum(sizes), recording.duration, f"spikes of {names}, from the top")

"""SPICE's side of a network: recurrent ones live in one deck, feed-forward ones in decks each."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from neuromix import errors
from neuromix.cosim import circuit
from neuromix.cosim.dies import Silicon
from neuromix.cosim.worker import Wiring
from neuromix.data.events import Events
from neuromix.data.netcdf import read_dataset, write_dataset
from neuromix.data.provenance import digest
from neuromix.declare import Settings
from neuromix.display.progress import Progress, quiet
from neuromix.engine.contract import Engine, raised
from neuromix.engine.job import Job
from neuromix.engine.messages import (
    Answer,
    Load,
    MeasureCall,
    Run,
    Vector,
    pack_array,
    unpack_array,
)
from neuromix.engine.process import WorkerProcess

if TYPE_CHECKING:
    import xarray as xr

LIVE_WORKER = "neuromix.cosim.worker"

LOADING = 300.0
"""Time-out of loading a deck, s."""

LONGEST = 24 * 3600.0
"""Time-out of a live run, s."""


def live_spikes(
    silicon: Silicon, settings: Settings = circuit.SETTINGS, store: Path | None = None
) -> Events:
    """Return the spikes of a network that is simulated whole in one deck.

    Parameters
    ----------
    silicon : Silicon
    settings : Settings
        Tolerances of ngspice.
    store : Path, optional
        Folder that keeps the spikes, so that the same run is done once; while it goes on, a log
        there gets the spikes of every quarter of a millisecond.

    Raises
    ------
    EngineError
        Where ngspice does not get through.
    """
    network = silicon.network
    n = network.n
    deck = circuit.deck_of(
        f"network {network.name}",
        silicon.technology,
        network.duration,
        [("external", "external")] * n,
        settings,
    )
    wiring = Wiring(
        outputs=tuple(map(circuit.OUTPUTS.format, range(n))),
        gates=tuple(map(circuit.GATES.format, range(n))),
        weights=tuple(map(circuit.WEIGHTS.format, range(n))),
        codes=pack_array(network.codes.astype(np.float64)),
        time=pack_array(network.given.time),
        address=pack_array(network.given.address.astype(np.float64)),
        outside=network.outside,
        clocking=network.clocking,
    )
    vectors = tuple(Vector(item.name, item.source, item.sign, item.part) for item in deck.vectors)
    load = Load(deck.lines(), deck.command, vectors, deck.axis, deck.stop, ())
    alterations = tuple(item for k in range(n) for item in silicon.placed(k, k))
    kept = None
    if store is not None:
        key = digest(deck.key, msgspec.json.encode((wiring, alterations)))[:16]
        kept = store.resolve() / f"live-{key}.nc"
        if kept.exists():
            data = read_dataset(kept)
            return Events(data["time"].to_numpy().copy(), data["address"].to_numpy().copy())
        store.mkdir(parents=True, exist_ok=True)
        wiring = msgspec.structs.replace(wiring, log=str(kept.with_suffix(".log")))
    with WorkerProcess(LIVE_WORKER) as process:
        for request, timeout in (
            (wiring, LOADING),
            (load, LOADING),
            (Run(alterations, ()), LONGEST),
        ):
            answer = process.ask(request, timeout)
            _check(answer, deck.title)
    time, address = (unpack_array(answer.arrays[f"spike_{key}"]) for key in ("time", "address"))
    spikes = Events(time, address.astype(np.uint32))
    if kept is not None:
        write_dataset(_spike_table(spikes), kept)
    return spikes


def forward_spikes(
    silicon: Silicon,
    engine: Engine,
    settings: Settings = circuit.SETTINGS,
    progress: Progress = quiet,
) -> Events:
    """Return the spikes of neurons that hear none of each other, each in a deck of its own."""
    network = silicon.network
    exchange = network.exchange()
    exchange.serve(math.inf)
    jobs = []
    for k in range(network.n):
        sources = (circuit.corners_of(exchange.gates[k]), circuit.corners_of(exchange.weights[k]))
        deck = circuit.deck_of(
            f"neuron {k} of {network.name}",
            silicon.technology,
            network.duration,
            [sources],
            settings,
        )
        level = 0.5 * network.clocking.supply
        call = MeasureCall(
            "spikes", "spike_times", {"of": circuit.OUTPUTS.format(0), "level": level}
        )
        jobs.append(Job(deck, (call,), (silicon.placed(k, 0),), timeout=LONGEST))
    outcomes = [row[0] for row in engine.run(jobs, progress)]
    for job, outcome in zip(jobs, outcomes, strict=True):
        if outcome.failure:
            raise raised(outcome, job.deck.title)
    trains = [outcome.arrays["spikes"] for outcome in outcomes]
    address = np.repeat(np.arange(network.n), [len(train) for train in trains])
    return Events.sort(np.concatenate(trains), address)


def _spike_table(spikes: Events) -> xr.Dataset:
    import xarray as xr

    return xr.Dataset(
        {"time": ("spike", spikes.time, {"units": "s"}), "address": ("spike", spikes.address)}
    )


def _check(answer: Answer, title: str) -> None:
    if answer.error:
        kind = getattr(errors, answer.error)
        raise kind(f"{title}: {answer.summary}", answer.evidence, answer.cure or None)

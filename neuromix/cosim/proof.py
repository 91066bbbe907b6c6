"""The proof that an array computes what its transistors do: one network, simulated as both.

The spikes of the transistors are kept with all that they rest on: the network, the draws of every
transistor, the settings of ngspice, and the parameters of the model of each die. What an array
makes of these parameters is computed anew whenever it is compared.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neuromix import library
from neuromix.cosim.agreement import Agreement
from neuromix.cosim.circuit import NEURON, SETTINGS, SYNAPSE
from neuromix.cosim.design import Network
from neuromix.cosim.dies import Silicon
from neuromix.cosim.exchange import Clocking
from neuromix.cosim.simulation import forward_spikes, live_spikes
from neuromix.cosim.virtual import STEP, array_spikes
from neuromix.data.events import Events
from neuromix.data.netcdf import read_dataset, write_dataset
from neuromix.data.provenance import digest, software
from neuromix.declare import Settings
from neuromix.display.progress import Progress, quiet
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BadValue
from neuromix.models.catalogue import model
from neuromix.models.family import Family, family
from neuromix.pdk.location import identity

if TYPE_CHECKING:
    import xarray as xr

CELLS = (NEURON, SYNAPSE)

FLOORED = (
    "total_error",
    "rate_error_largest",
    "drift_largest",
    "isi_error_median",
    "isi_error_p90",
)
"""Figures of an agreement that have a numerical floor."""

TIGHTER, OTHER_METHOD = "tighter", "other_method"
"""Runs from which the floor is taken."""


@dataclass(frozen=True, eq=False)
class Proof:
    """A network on its dies: the parameters of their models, the spikes of their transistors.

    Parameters
    ----------
    silicon : Silicon
        Network and draws.
    families : mapping of str to Family
        By cell, parameters of each die; arrays of shape ``(n,)`` where dies differ.
    spikes : Events
        Of SPICE.
    provenance : mapping of str to str
        Versions, hashes, settings, the command.
    again : mapping of str to Events
        Of SPICE once more, with tolerances ten times smaller and with the other method, where the
        numerical floor was measured.
    """

    silicon: Silicon
    families: Mapping[str, Family]
    spikes: Events
    provenance: Mapping[str, str]
    again: Mapping[str, Events] = field(default_factory=dict)

    def array_spikes(self, dt: float = STEP) -> Events:
        """Return the spikes of the array of the same dies."""
        return array_spikes(self.silicon.network, self.families[NEURON], self.families[SYNAPSE], dt)

    def agreement(self, dt: float = STEP) -> Agreement:
        """Compare the array with SPICE."""
        return Agreement.of(self.spikes, self.array_spikes(dt), self.silicon.network.n)

    def floor(self) -> dict[str, float]:
        """Return how far SPICE is from itself, by figure: the worse of both runs; or nothing."""
        n = self.silicon.network.n
        found = [Agreement.of(self.spikes, other, n).summary() for other in self.again.values()]
        return {name: max(abs(item[name]) for item in found) for name in FLOORED if found}


def characterized(
    silicon: Silicon, engine: NgspiceEngine, progress: Progress = quiet
) -> dict[str, Family]:
    """Return the parameters of each die of a network, by cell, from stimuli of their own."""
    return {
        dies.cell: dies.fitted(model(dies.cell, dies.technology), engine, progress)
        for dies in silicon.dies
    }


def prove(
    silicon: Silicon,
    *,
    spikes: Events | None = None,
    workers: int = 1,
    settings: Settings = SETTINGS,
    floor: bool = False,
    store: Path | None = None,
    progress: Progress = quiet,
) -> Proof:
    """Characterize the dies of a network, and simulate its transistors; up to hours.

    Parameters
    ----------
    silicon : Silicon
    spikes : Events, optional
        Of SPICE, where they are known: the transistors are not simulated again.
    workers : int
        Processes of ngspice; a recurrent network is one deck, which takes one.
    settings : Settings
        Tolerances of ngspice in the network.
    floor : bool
        Simulate it twice more, for the numerical floor.
    store : Path, optional
        Folder of outcomes: a killed characterization goes on where it was. See
        :func:`~neuromix.cosim.simulation.live_spikes` for a recurrent network.
    progress : callable
    """
    again: dict[str, Events] = {}
    with NgspiceEngine(workers, store) as engine:

        def simulated(given: Settings, name: str) -> Events:
            if silicon.network.feeds_forward:
                return forward_spikes(silicon, engine, given, progress)
            progress(0, 1, f"transistors of {name}")
            return live_spikes(silicon, given, store)

        name = silicon.network.name
        families = characterized(silicon, engine, progress)
        if spikes is None:
            spikes = simulated(settings, name)
        if floor:
            again[TIGHTER] = simulated(_tighter(settings), f"{name}, tighter")
            again[OTHER_METHOD] = simulated(settings.other_method(), f"{name}, other method")
        version = engine.probe()["version"]
    return Proof(silicon, families, spikes, provenance(silicon, settings, version), again)


def _tighter(settings: Settings) -> Settings:
    """Return tolerances ten times smaller; that of currents a hundred times larger.

    Behind a corner of a gate steps of 1e-16 s are asked for, over which the current of its charge
    is known to 1e-15 A by rounding alone. Currents of nodes are held by the tolerance of voltages.
    """
    return replace(settings.tighter(), abstol=100.0 * settings.abstol)


def renewed(
    proof: Proof,
    *,
    simulate: bool,
    workers: int = 1,
    store: Path | None = None,
    progress: Progress = quiet,
) -> Proof:
    """Return a proof with its dies characterized anew, and its transistors simulated if asked."""
    made = prove(
        proof.silicon,
        spikes=None if simulate else proof.spikes,
        floor=simulate and bool(proof.again),
        workers=workers,
        store=store,
        progress=progress,
    )
    return made if simulate else replace(proof, families=made.families)


def provenance(silicon: Silicon, settings: Settings, ngspice: str) -> dict[str, str]:
    """Return where the numbers of a proof come from."""
    _, sha256 = identity(library.technology(silicon.technology))
    sources = (library.source_hash(cell, silicon.technology) for cell in CELLS)
    return {
        "models_sha256": sha256,
        "source_sha256": digest(*sources),
        "ngspice": ngspice,
        "settings": repr(settings),
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        **software(),
    }


def save(proof: Proof, path: Path) -> Path:
    """Write a proof as NetCDF and return the path."""
    import xarray as xr

    silicon, network = proof.silicon, proof.silicon.network
    dataset = xr.Dataset(
        {
            "codes": (("sender", "neuron"), network.codes.astype(np.int8)),
            "given_time": ("given", network.given.time, {"units": "s"}),
            "given_address": ("given", network.given.address.astype(np.int32)),
            "spike_time": ("spike", proof.spikes.time, {"units": "s"}),
            "spike_address": ("spike", proof.spikes.address.astype(np.int32)),
        },
        attrs={
            "name": network.name,
            "technology": silicon.technology,
            "duration": network.duration,
            "seed": network.seed,
            **{f"clocking_{name}": value for name, value in asdict(network.clocking).items()},
            **{f"from_{name}": value for name, value in proof.provenance.items()},
        },
    )
    for name, events in proof.again.items():
        dataset[f"{name}_time"] = (f"{name}_spike", events.time, {"units": "s"})
        dataset[f"{name}_address"] = (f"{name}_spike", events.address.astype(np.int32))
    for dies in silicon.dies:
        cell, fitted = dies.cell, proof.families[dies.cell]
        dataset[f"{cell}_draws"] = (
            ("neuron", f"{cell}_parameter"),
            dies.array(),
            {"long_name": "threshold shift (V) and relative mobility of each transistor"},
        )
        dataset.coords[f"{cell}_parameter"] = list(dies.parameters)
        dataset.attrs[f"{cell}_family"] = fitted.name()
        values = fitted.values()
        columns = [np.broadcast_to(np.asarray(item), network.n) for item in values.values()]
        dataset.coords[f"{cell}_fitted_name"] = list(values)
        dataset[f"{cell}_fitted"] = (
            ("neuron", f"{cell}_fitted_name"),
            np.stack(columns, axis=1),
            {"long_name": "parameters of the model of each die", "units": "SI"},
        )
    return write_dataset(dataset, path)


def load(path: Path) -> Proof:
    """Read a proof.

    Raises
    ------
    BadValue
        Where the file is none, or its draws are not those that its seed gives.
    """
    data = read_dataset(path)
    if f"{NEURON}_draws" not in data:
        raise BadValue(f"{path} is no proof of a network", cure="neuromix verify-network --help")
    clocking = {
        name: type(default)(data.attrs[f"clocking_{name}"])
        for name, default in asdict(Clocking()).items()
    }
    network = Network(
        name=str(data.attrs["name"]),
        codes=data["codes"].to_numpy().astype(np.int64),
        given=_events(data, "given"),
        duration=float(data.attrs["duration"]),
        clocking=Clocking(**clocking),
        seed=int(data.attrs["seed"]),
    )
    silicon = Silicon.made(network, str(data.attrs["technology"]))
    for dies in silicon.dies:
        if not np.allclose(dies.array(), data[f"{dies.cell}_draws"], rtol=1e-12, atol=0.0):
            raise BadValue(
                f"{path}: its {dies.cell}s are other dies than seed {network.seed} draws today",
                cure="simulate it anew, with neuromix verify-network --simulate",
            )
    families = {cell: _family(data, cell) for cell in CELLS}
    stored = {
        name.removeprefix("from_"): str(value)
        for name, value in data.attrs.items()
        if name.startswith("from_")
    }
    again = {
        name: _events(data, name) for name in (TIGHTER, OTHER_METHOD) if f"{name}_time" in data
    }
    return Proof(silicon, families, _events(data, "spike"), stored, again)


def _events(data: xr.Dataset, what: str) -> Events:
    return Events(
        data[f"{what}_time"].to_numpy().copy(),
        data[f"{what}_address"].to_numpy().astype(np.uint32),
    )


def _family(data: xr.Dataset, cell: str) -> Family:
    fitted = data[f"{cell}_fitted"].to_numpy()
    names = data[f"{cell}_fitted_name"].to_numpy()
    values = {str(name): fitted[:, k].copy() for k, name in enumerate(names)}
    return family(str(data.attrs[f"{cell}_family"])).from_values(values)

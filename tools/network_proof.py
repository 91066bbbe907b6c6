"""Simulate the networks against which arrays are proved; write figures and picture of the page.

Run by ``make networks [NAMES="small …"]``: for each network the dies are characterized, weights are
balanced on the array, and the transistors are simulated; ``recurrent`` takes about an hour of one
core. With no names only the figures and the picture are written, from what is stored.
Simulations are kept in ``build/simulations``, so that an interrupted run goes on where it was; a
recurrent network starts anew, and its spikes so far are in a log there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neuromix.cli.progress import reporting
from neuromix.cosim import proof as proofs
from neuromix.cosim.circuit import NEURON, SYNAPSE
from neuromix.cosim.design import Network, balanced, feed_forward, recurrent
from neuromix.cosim.dies import Silicon
from neuromix.cosim.picture import comparison
from neuromix.cosim.virtual import array_spikes
from neuromix.data.files import replace_file
from neuromix.engine.pool import NgspiceEngine
from neuromix.plot import png

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "reference" / "network"
PAGE = ROOT / "docs" / "network-proof.md"

SPIKES = {"recurrent": 60, "feed_forward": 80}
"""Wanted of each neuron of these networks, whose weights are balanced for it."""

DESIGNS: dict[str, Callable[[], Network]] = {
    "small": lambda: recurrent(4, 10e-3, 2),
    "recurrent": recurrent,
    "feed_forward": feed_forward,
}
FLOORED = {"small"}
"""Networks whose transistors are simulated three times."""

FIGURES = "## Figures"
"""Heading under which this tool writes the page; the rest of it is written by hand."""

HEAD = (
    "| network | neurons | ms | fewest spikes of a neuron | spikes, SPICE | spikes, array "
    "| total, % | largest rate error, % | largest drift, % | mean drift, % "
    "| median distance of a spike, % of an interval |",
    "|---" * 11 + "|",
)


def record(name: str, workers: int, store: Path) -> None:
    """Make one network and store its proof."""
    silicon = Silicon.made(DESIGNS[name]())
    with reporting("loading models") as progress:
        if name in SPIKES:
            with NgspiceEngine(workers, store) as engine:
                families = proofs.characterized(silicon, engine, progress)

            def counts(network: Network) -> NDArray[np.int64]:
                found = array_spikes(network, families[NEURON], families[SYNAPSE])
                return found.counts(network.n)

            silicon = replace(silicon, network=balanced(silicon.network, counts, SPIKES[name]))
        made = proofs.prove(
            silicon, workers=workers, floor=name in FLOORED, store=store, progress=progress
        )
    proofs.save(made, FOLDER / f"{name}.nc")


def write_page() -> None:
    """Write the part of the page that has figures, and the picture beside it."""
    stored = {
        name: proofs.load(file) for name in DESIGNS if (file := FOLDER / f"{name}.nc").exists()
    }
    lines = [*HEAD]
    drawn = "recurrent" if "recurrent" in stored else "small"
    for name, found in stored.items():
        network = found.silicon.network
        if name == drawn:
            title = f"{network.name} network of {network.n}"
            picture = comparison(title, found.spikes, found.array_spikes(), network.duration)
            replace_file(PAGE.with_suffix(".png"), png(picture))
        figures = found.agreement().summary()
        lines.append(
            f"| {name} | {network.n} | {1e3 * network.duration:g} | {figures['fewest_spikes']:.0f} "
            f"| {figures['spikes_spice']:.0f} | {figures['spikes_array']:.0f} "
            f"| {100 * figures['total_error']:+.2f} | {100 * figures['rate_error_largest']:.2f} "
            f"| {100 * figures['drift_largest']:.2f} | {100 * figures['drift_mean']:+.2f} "
            f"| {100 * figures['isi_error_median']:.1f} |"
        )
    floor, origin = stored["small"].floor(), stored["small"].provenance
    lines += [
        "",
        "*SPICE itself*, the small network with tolerances ten times smaller and with the other",
        f"integration method: drift up to {100 * floor['drift_largest']:.3f} %, median distance of "
        f"spikes {100 * floor['isi_error_median']:.2f} % of an",
        f"interval, {100 * floor['total_error']:.2g} % of the spikes. ngspice {origin['ngspice']}, "
        f"model set {origin['models_sha256'][:12]},",
        f"`{origin['settings']}`.",
        "",
        "![Spikes of a recurrent network in SPICE and in the array](network-proof.png)",
        "",
        "",
    ]
    before, _, after = PAGE.read_text(encoding="utf-8").partition(f"{FIGURES}\n")
    _, following, rest = after.partition("\n## ")
    text = "\n".join([FIGURES, "", *lines]) + following.lstrip("\n") + rest
    replace_file(PAGE, (before + text).encode())


def main() -> None:
    """Read the command line and make what it names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2, help="simulations at a time")
    parser.add_argument("names", nargs="*", help="networks to simulate")
    given = parser.parse_args()
    unknown = set(given.names) - set(DESIGNS)
    if unknown:
        parser.error(f"no network is called {', '.join(unknown)}: {', '.join(DESIGNS)}")
    for name in given.names:
        record(name, given.workers, ROOT / "build" / "simulations")
    if (FOLDER / "small.nc").exists():
        write_page()


if __name__ == "__main__":
    main()

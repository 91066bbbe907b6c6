"""Spreads from few runs against a plain Monte Carlo of a thousand, on four quantities.

``python benchmarks/mismatch.py [--json]``: runs :func:`few_run_spread` on three cells of gf180mcu
at the typical corner, in SPICE and with a seed that was fixed beforehand, and holds it against
stored references: 1000 draws of a plain Monte Carlo, and 500 fresh instances whose measures are
predicted from their draws alone. ``--page`` writes what it found into docs/mismatch.md.
``--record`` makes the references anew (a quarter of an hour on one core; a store in
``build/simulations`` lets it go on where it was).
"""

from __future__ import annotations

import argparse
import json

from mismatch_figures import figures
from mismatch_page import write_page
from monte_carlo_references import ROOT, Stimulated, read, record

from neuromix.characterization.few_runs.spread import few_run_spread
from neuromix.engine.pool import NgspiceEngine

SEED = 1
"""Of the few runs; the references have another."""

STIMULATED = (
    Stimulated("lif_neuron", "step", (("i_in", 1e-9), ("duration", 2.5e-3))),
    Stimulated("gm_c_integrator", "linear_range"),
    Stimulated("dpi_synapse", "pulse"),
)

QUANTITIES = {
    "lif_neuron.rate": ("lif_neuron", "rate"),
    "gm_c_integrator.offset": ("gm_c_integrator", "offset"),
    "dpi_synapse.tau": ("dpi_synapse", "time_constant"),
    "dpi_synapse.weight": ("dpi_synapse", "peak"),
}


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    parser.add_argument("--page", action="store_true", help="write docs/mismatch.md")
    parser.add_argument("--record", action="store_true", help="make the references anew")
    words = parser.parse_args()
    with NgspiceEngine(1, ROOT / "build" / "simulations" if words.record else None) as engine:
        if words.record:
            for item in STIMULATED:
                record(item, engine)
    with NgspiceEngine(1) as engine:
        spreads = {
            item.cell: few_run_spread(
                item.cell,
                item.bench,
                item.technology,
                seed=SEED,
                engine=engine,
                **dict(item.parameters),
            )
            for item in STIMULATED
        }
    references = {item.cell: read(item) for item in STIMULATED}
    found = {
        name: figures(spreads[cell], measure, references[cell])
        for name, (cell, measure) in QUANTITIES.items()
    }
    if words.page:
        write_page(ROOT / "docs" / "mismatch.md", spreads, references, found)
    for name, item in found.items():
        print(
            f"{name:24} {item.runs} runs: "
            f"sigma {item.sigma:.4g} ± {100.0 * item.standard_error:.2g} %, "
            f"{item.deviation:+.1f} standard errors from Monte Carlo, "
            f"coverage {item.prediction_coverage_95:.3f}, "
            f"correlations within {item.correlation_error:.3f}"
        )
    if words.json:
        print(json.dumps({"quantities": {name: vars(item) for name, item in found.items()}}))


if __name__ == "__main__":
    main()

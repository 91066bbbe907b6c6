"""Plausible models of the demo's cells, for tests of the upper storey.

Not characterized: round numbers near those of gf180mcu at 1.8 V and 27 °C.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from neuromix.models.families import (
    binary_weighted_dac,
    differential_pair_integrator,
    four_phase_stage,
    positive_feedback_lif,
)
from neuromix.models.mismatch import Mismatch
from neuromix.models.model import Energy, Model, NoiseDensity, Range
from neuromix.models.store import save

CONDITION = {"corner": "tt", "temperature": 300.15, "supply": 1.8}
PROVENANCE = {"kind": "provisional", "source": "tests/provisional.py, not characterized"}


def _independent(sigma: dict[str, tuple[float, bool]]) -> Mismatch:
    """Return a mismatch without correlations: sigma and whether it is relative, by name."""
    return Mismatch(
        tuple(sigma),
        tuple(relative for _, relative in sigma.values()),
        (0.0,) * len(sigma),
        tuple(map(tuple, np.diag([s**2 for s, _ in sigma.values()]).tolist())),
        samples=200,
    )


def neuron() -> Model:
    """Return a leaky integrate-and-fire neuron of about 1.85 kHz at 1 nA."""
    return Model(
        "lif_neuron",
        "gf180mcu",
        CONDITION,
        positive_feedback_lif.Dynamics(
            capacitance=0.5e-12,
            capacitance_slope=0.03e-12,
            leak_current=8.3e-12,
            leak_early=0.1,
            leak_slope=0.0259,
            feedback_current=2e-9,
            feedback_slope=0.045,
            limit_current=2e-9,
            limit_slope=0.06,
            threshold=0.95,
            reset=0.0,
            refractory_time=50e-6,
            refractory_growth=-2e-6,
            recovery_depth=2e-6,
            recovery_time=50e-6,
            delay=1e-6,
        ),
        mismatch=_independent(
            {
                "threshold": (0.009, False),
                "leak_current": (0.12, True),
                "refractory_time": (0.09, True),
                "energy_per_event": (0.042, True),
            }
        ),
        noise=NoiseDensity(white=2e-29, flicker=2e-27),
        energy=Energy(per_event=1.3e-12, static_power=20e-12),
        provenance=PROVENANCE,
    )


def synapse() -> Model:
    """Return a differential-pair integrator of 5 ms with an event's gain spread by 25 %."""
    return Model(
        "dpi_synapse",
        "gf180mcu",
        CONDITION,
        differential_pair_integrator.Dynamics.from_values(
            {
                "time_constant": 5e-3,
                "tau_current": 4e-12,
                "gain_current": 20e-12,
                "gain_exponent": 0.95,
                "decay_early": 0.01,
                "floor_current": 10e-15,
                "sink_gain": 1.0,
                "source_early": 0.05,
                "sink_early": 0.05,
            }
        ),
        mismatch=_independent(
            {
                "time_constant": (0.07, True),
                "gain_current": (0.25, True),
                "sink_gain": (0.05, True),
            }
        ),
        energy=Energy(per_event=0.5e-12, static_power=50e-12),
        provenance=PROVENANCE,
    )


def converter() -> Model:
    """Return a 6-bit converter of 0.5 nA per step."""
    bits = [(f"{output}_current_{k}", k) for output in ("source", "sink") for k in range(6)]
    return Model(
        "dac_synapse",
        "gf180mcu",
        CONDITION,
        binary_weighted_dac.Dynamics.from_values({name: 0.5e-9 * 2**k for name, k in bits}),
        mismatch=_independent({name: (0.094 / 2 ** (0.5 * k), True) for name, k in bits}),
        energy=Energy(per_event=0.2e-12, static_power=10e-12),
        provenance=PROVENANCE,
    )


def stage() -> Model:
    """Return a handshake stage of 0.2 ns and 4 kΩ each way, without overlap or missing swing."""
    return Model(
        "address_event_stage",
        "gf180mcu",
        CONDITION,
        four_phase_stage.Dynamics(
            latency=0.2e-9,
            latency_resistance=4e3,
            latency_overlap=0.0,
            latency_overlap_load=10e-15,
            warm_loss=0.0,
            warm_time=1e-9,
            return_time=0.5e-9,
            return_resistance=4e3,
            return_overlap=0.0,
            return_overlap_load=10e-15,
            swing_loss=0.0,
            swing_resistance=3e3,
            swing_speedup=1.0,
        ),
        energy=Energy(per_event=0.2e-12, static_power=1e-12, per_output_charge=1.8),
        validity={"load": Range(2e-15, 200e-15, "F")},
        provenance=PROVENANCE,
    )


def library(folder: Path) -> Path:
    """Write the four models into a library of their own, for ``NEUROMIX_PATH``; return it."""
    for made in (neuron(), synapse(), converter(), stage()):
        save(made, folder / "circuits" / f"{made.cell}.{made.technology}.model.json")
    return folder

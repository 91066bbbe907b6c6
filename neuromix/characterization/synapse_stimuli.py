"""The trains of pulses that an integrator synapse is driven with, purpose by purpose."""

from __future__ import annotations

import numpy as np

from neuromix.characterization.pulse_trains import PulseTrain
from neuromix.data.randomness import generator

GRID = 1e-5
"""Step of the even times at which outputs are compared, s."""

WEIGHTS = (0.7e-9, 60e-9)
"""Weight currents that the training covers, A."""

WIDTHS = (1e-6, 10e-6)
"""Pulse widths that the training covers, s."""

UNIT = 0.95e-9
"""Least significant bit of the converter that drives it in the proof, A."""

REFERENCE, LOW, HIGH = 0.5, 0.02, 0.9
"""Voltages at the outputs, V: nearly always the first."""

BURSTS = ((5e-6, 20), (10e-6, 40))
"""Shortest gap between the pulses of a burst (s), and the largest code."""

Trains = tuple[tuple[str, PulseTrain, float, float], ...]
"""Name, train, duration (s), voltage at the outputs (V)."""


def trains(purpose: str) -> Trains:
    """Return the trains of one of the purposes of a recipe; none for noise."""
    makers = {
        "sweep": sweep,
        "training": training,
        "mismatch": mismatch,
        "proof": proof,
    }
    return makers[purpose]() if purpose in makers else ()


def regular(first: float, period: float, count: int, width: float, weight: float) -> PulseTrain:
    """Return equal pulses."""
    onset = np.asarray(first + period * np.arange(count), dtype=np.float64)
    return PulseTrain(onset, np.full(count, width), np.full(count, weight))


def sweep() -> Trains:
    """Return single pulses of three weights, for the tables of every condition."""
    return tuple(
        (f"single {weight * 1e9:g} nA", regular(1e-4, 1.0, 1, width, weight), 12e-3, REFERENCE)
        for weight, width in ((10e-9, 8e-6), (30e-9, 2e-6), (60e-9, 10e-6))
    )


def training() -> Trains:
    """Return regular trains, mixtures of all weights, bursts, and outputs at other voltages."""
    steady = (
        (1e-9, 5e-6, 2000),
        (2e-9, 5e-6, 1500),
        (4e-9, 2e-6, 2000),
        (8e-9, 2e-6, 1000),
        (16e-9, 2e-6, 600),
        (30e-9, 2e-6, 400),
        (60e-9, 2e-6, 800),
        (60e-9, 5e-6, 700),
        (20e-9, 1e-6, 2000),
    )
    found = [
        (f"regular {k}", regular(0.5e-3, 1.0 / rate, round(15e-3 * rate), width, weight), 25e-3)
        for k, (weight, width, rate) in enumerate(steady)
    ]
    mixtures = (
        (150, 60e-9, 10e-6),
        (200, 8e-9, 10e-6),
        (400, 60e-9, 10e-6),
        (1200, 60e-9, 5e-6),
        (1500, 30e-9, 10e-6),
        (2000, 12e-9, 10e-6),
        (800, 60e-9, 2.5e-6),
        (1500, 20e-9, 3e-6),
    )
    for k, (rate, largest, longest) in enumerate(mixtures):
        found.append((f"mixture {k}", _mixture("training", k, rate, largest, longest), 26e-3))
    found += [
        (
            f"strong {k}",
            _codes("strong training", k, 20e-3, rate, (20, 63), (4e-6, 10e-6), 60e-6),
            20e-3,
        )
        for k, rate in enumerate((1500, 3000, 6000))
    ]
    ladder = PulseTrain(
        np.concatenate([0.5e-3 + 0.5e-3 * np.arange(24), 13e-3 + 0.12e-3 * np.arange(30)]),
        np.concatenate([(1 + np.arange(24) % 9) * 1e-6, np.full(30, 9e-6)]),
        np.concatenate([(1 + 7 * np.arange(24) % 60) * 1e-9, np.full(30, 60e-9)]),
    )
    found.append(("ladder", ladder, 30e-3))
    found += [
        (f"burst {k}", _bursts("training", k, gap, top), 12e-3)
        for k, (gap, top) in enumerate(BURSTS)
    ]
    pair = PulseTrain(np.array([0.3e-3, 1.5e-3]), np.array([2e-6, 8e-6]), np.array([30e-9, 60e-9]))
    outputs = [
        (f"outputs at {v:g} V", pair, 4e-3, v) for v in (LOW, 0.06, 0.1, 0.3, REFERENCE, 0.7, HIGH)
    ]
    return (*((name, train, duration, REFERENCE) for name, train, duration in found), *outputs)


def mismatch() -> Trains:
    """Return what tells instances apart: weak and strong events, at low and at high currents."""
    strong = _codes("mismatch", 0, 10e-3, 1500, (20, 63), (4e-6, 10e-6))
    return (
        ("mixture", _mixture("mismatch", 0, 800, 60e-9, 5e-6, 12e-3), 14e-3, REFERENCE),
        ("weak", _mixture("mismatch", 1, 1500, 10e-9, 8e-6, 12e-3), 14e-3, REFERENCE),
        ("strong", strong, 14e-3, REFERENCE),
        ("decay", regular(0.5e-3, 8e-3, 2, 3e-6, 40e-9), 20e-3, REFERENCE),
    )


def proof() -> Trains:
    """Return trains of codes that no fit sees: many weights, rates, widths and levels."""
    irregular = (
        (20e-3, 150, 63, 10e-6),
        (30e-3, 300, 63, 4e-6),
        (40e-3, 600, 63, 10e-6),
        (40e-3, 1000, 40, 6e-6),
        (20e-3, 1500, 25, 10e-6),
        (30e-3, 2000, 15, 10e-6),
        (40e-3, 500, 63, 2e-6),
        (40e-3, 250, 63, 10e-6),
    )
    found = [
        (
            f"codes {k}.{again}",
            _codes(f"proof {again}", k, duration, rate, (1, top), (1e-6, w)),
            duration,
        )
        for again in range(2)
        for k, (duration, rate, top, w) in enumerate(irregular)
    ]
    found += [
        (
            f"strong {k}",
            _codes("strong proof", k, 20e-3, rate, (1, 63), (1e-6, 10e-6), 60e-6),
            20e-3,
        )
        for k, rate in enumerate((1000, 3000, 6000))
    ]
    found += [
        (f"burst {k}", _bursts("proof", k, gap, top), 12e-3)
        for k, (gap, top) in enumerate((*BURSTS, (3e-6, 10)))
    ]
    return tuple((name, train, duration, REFERENCE) for name, train, duration in found)


def _mixture(
    of: str, k: int, rate: float, largest: float, longest: float, duration: float = 20e-3
) -> PulseTrain:
    """Return an irregular train whose weights are spread evenly on a logarithmic scale."""
    random = generator(1, "dpi_synapse", of, k)
    train = PulseTrain.irregular(random, duration, rate, 1e-4, (WIDTHS[0], longest))
    low, high = np.log([WEIGHTS[0], largest])
    return train.weighted(np.exp(random.uniform(low, high, len(train.onset))))


def _codes(
    of: str,
    k: int,
    duration: float,
    rate: float,
    codes: tuple[int, int],
    widths: tuple[float, float],
    gap: float = 1e-4,
) -> PulseTrain:
    """Return an irregular train whose weights are those of evenly drawn codes."""
    random = generator(2, "dpi_synapse", of, k)
    train = PulseTrain.irregular(random, duration, rate, gap, widths)
    drawn = random.integers(codes[0], codes[1] + 1, len(train.onset))
    return train.weighted(np.asarray(UNIT * drawn, dtype=np.float64))


def _bursts(of: str, k: int, gap: float, top: int) -> PulseTrain:
    """Return two bursts of 35 pulses of drawn codes, as the link of an array brings them."""
    random = generator(3, "dpi_synapse", of, k)
    width = random.uniform(WIDTHS[0], 4e-6, 70)
    gaps = random.uniform(gap, 5.0 * gap, 70)
    onset = 0.5e-3 + np.cumsum(gaps) + np.cumsum(width) - width
    onset[35:] += 4e-3
    codes = random.integers(1, top + 1, 70)
    return PulseTrain(onset, width, np.asarray(UNIT * codes, dtype=np.float64))

"""The self-test of a technology: all of its checks, and how likely they fail by chance."""

from __future__ import annotations

import numpy as np

from neuromix import library, pdk
from neuromix.characterization.draws import mismatch_draws, process_draws
from neuromix.characterization.self_test.bench import FALSE_ALARM, Bench, Mismatch, Process
from neuromix.characterization.self_test.pairs import LARGE, SMALL, Floats, drain_currents
from neuromix.characterization.self_test.report import Check, SelfTest
from neuromix.declare import Technology
from neuromix.engine.contract import Engine
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BadValue
from neuromix.pdk.whole import whole_set

FEWEST = 100
"""Draws; with fewer, the bounds let everything pass."""


def check_technology(
    technology: Technology | str,
    *,
    samples: int = 1000,
    seed: int = 1,
    mismatch: Mismatch = mismatch_draws,
    process: Process = process_draws,
) -> SelfTest:
    """Test a technology in ngspice.

    Two equal diodes in weak inversion are fed with equal currents; the voltages at their gates
    follow their thresholds, and tell what draws do.

    Parameters
    ----------
    technology : Technology or str
        What is tested, or its name.
    samples : int
        Draws of each kind; 1000 of them show a sigma that is off by a quarter for certain.
    seed : int
        Root of the draws.
    mismatch, process : callable
        What draws; the package's own.

    Returns
    -------
    SelfTest
        Its checks; ``ok`` where all pass. A technology without fault fails with a probability
        below ``false_alarm``.

    Raises
    ------
    ModelSetMissing
        Where there is nothing to test.
    BadValue
        Where the samples are too few for the bounds to mean anything.
    """
    what = library.technology(technology) if isinstance(technology, str) else technology
    if samples < FEWEST:
        raise BadValue(
            f"a self-test with {samples} draws shows nothing",
            cure=f"{FEWEST} or more, such as 1000",
        )
    _, identity = pdk.identity(what)
    checks: list[Check] = []
    chances = 0
    with NgspiceEngine(workers=1) as engine:
        for device in what.devices:
            bench = Bench(engine, what, device.neutral, samples, seed)
            checks += bench.nominal()
            checks += bench.mismatch(mismatch)
            chances += 3
            if device.neutral in dict(what.process):
                checks += bench.process(process)
                chances += 1
            checks += bench.corners()
        trimmed = _currents_trimmed(engine, what)
    checks.append(_whole(what, trimmed))
    return SelfTest(what.name, identity, samples, seed, chances * FALSE_ALARM, tuple(checks))


def _currents_trimmed(engine: Engine, technology: Technology) -> dict[str, Floats]:
    sizes = [(name, *size) for size in (SMALL, LARGE) for name in ("nfet", "pfet")]
    return {
        corner: drain_currents(
            engine,
            technology,
            corner,
            pdk.device_cards(technology, corner, sizes),
            (SMALL, LARGE),
        )
        for corner, _ in technology.corners
    }


def _whole(technology: Technology, trimmed: dict[str, Floats]) -> Check:
    """Compare with the untrimmed set, in a process of its own for what the set leaves behind."""
    worst = 0.0
    with NgspiceEngine(workers=1) as engine:
        for corner, found in trimmed.items():
            cards = whole_set(technology, corner)
            whole = drain_currents(engine, technology, corner, cards, (SMALL, LARGE))
            worst = max(worst, float(np.max(np.abs(found / whole - 1.0))))
    return Check(
        "trimmed cards are the whole set",
        "",
        worst,
        0.0,
        1e-9,
        "",
        "largest relative difference of drain currents, over all corners",
    )

"""What a bursting neuron is driven with: steps at many settings, random levels, sines.

Training and proof draw from generators of different names; the fit never sees the proof's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neuromix.characterization.recipe import Stimulus
from neuromix.data.randomness import generator
from neuromix.declare import Points

CURRENTS = (3e-8, 3e-7)
"""Range of input currents that is covered, A."""

SPIKING_CURRENTS = (4e-8, 2.5e-7)
"""Further currents of regular spiking, A."""

HELD_SLOW = (0.0, 0.5, 0.7, 0.9, 1.2)
HELD_MEMBRANE = (0.0, 0.1, 0.3, 0.8)
"""Voltages at which one variable is held while the other sweeps, V."""

_SEED = 20261123
_PERIODS, _PERIOD, _REFERENCE = 8.0, 1.8e-6, 1e-7
"""So many periods of about so many seconds at so many amperes make a run."""

TABLES = (
    *(Stimulus(f"u at {u} V", "membrane_currents", (("u", u),)) for u in HELD_SLOW),
    *(Stimulus(f"v at {v} V", "slow_currents", (("v_mem", v),)) for v in HELD_MEMBRANE),
)
"""Direct currents, from which the search starts."""

_GRID = (
    (1e-7, 0.0, 0.0, 1.0), (3e-8, 0.0, 0.0, 0.6), (3e-7, 0.0, 0.0, 1.0),
    (1e-7, 0.0, 0.4, 1.0), (3e-7, 0.0, 0.6, 1.0), (1e-7, 0.0, 1.0, 1.0), (3e-8, 0.1, 0.8, 1.0),
    (1e-7, 0.4, 0.0, 0.6), (5e-8, 0.4, 0.6, 1.0), (2e-7, 0.4, 0.9, 1.0),
    (1e-7, 0.65, 0.2, 0.6), (3e-8, 0.65, 0.8, 1.0), (3e-7, 0.65, 0.5, 1.0),
    (1e-7, 0.83, 1.0, 1.0), (4e-8, 0.83, 0.5, 0.7), (3e-7, 0.83, 0.8, 1.0), (2e-7, 0.83, 0.0, 0.3),
    (1e-7, 1.0, 0.6, 1.0), (3e-8, 1.0, 1.0, 1.0), (3e-7, 1.0, 0.8, 1.0), (1e-7, 0.93, 0.4, 0.7),
    (1.5e-7, 1.0, 0.0, 0.2), (5e-8, 0.95, 0.15, 0.4),
)  # fmt: skip
"""Current, place of c and d in their ranges (0 to 1), share of the usual length."""


@dataclass(frozen=True)
class Setting:
    """The voltages that a realisation of the cell works at.

    Parameters
    ----------
    bench : str
        Whose defaults they are.
    resets, lifts : tuple of float
        Ranges of c and d that are covered, V.
    patterns : tuple of (str, (float, float)) pairs
        c and d, V, of each pattern at 100 nA.
    """

    bench: str
    resets: tuple[float, float]
    lifts: tuple[float, float]
    patterns: tuple[tuple[str, tuple[float, float]], ...]

    def step(
        self, current: float, reset: float, lift: float, share: float = 1.0, name: str = ""
    ) -> Stimulus:
        """Return a step of current at the voltages c and d; ``share`` of the usual length."""
        duration = share * float(1e-6 + _PERIODS * _PERIOD * (_REFERENCE / current) ** 0.8)
        overrides = (
            ("i_in", float(current)),
            ("v_reset", float(reset)),
            ("v_lift", float(lift)),
            ("duration", duration),
            ("max_step", duration / 100.0),
        )
        title = name or f"step {current:.3g} A, c {reset:.3g} V, d {lift:.3g} V"
        return Stimulus(title, self.bench, overrides, (), duration, duration / 100.0)

    def placed_step(self, current: float, reset: float, lift: float, share: float) -> Stimulus:
        """Return a step at places of c and d in their ranges, 0 to 1."""
        (c_low, c_high), (d_low, d_high) = self.resets, self.lifts
        c, d = c_low + reset * (c_high - c_low), d_low + lift * (d_high - d_low)
        return self.step(current, c, d, share)

    def spiking(self, current: float) -> Stimulus:
        """Return regular spiking at another current, for the curve of rate against current."""
        reset, lift = dict(self.patterns)["regular spiking"]
        name = f"regular spiking at {current:.3g} A"
        return self.step(current, reset, lift, share=0.7, name=name)

    def drawn_step(self, owner: str, number: int) -> Stimulus:
        """Return a step drawn evenly over the box of currents and voltages."""
        random = generator(_SEED, owner, "step", number)
        current = np.exp(random.uniform(*np.log(CURRENTS)))
        return self.step(current, random.uniform(*self.resets), random.uniform(*self.lifts))

    def levels(self, owner: str, number: int, duration: float) -> Stimulus:
        """Return currents uniform in their logarithm, each for a few periods, at drawn c and d."""
        random = generator(_SEED, owner, "levels", number)
        times, currents = [0.0, 1e-6], [0.0, 0.0]
        while times[-1] < duration:
            current = float(np.exp(random.uniform(*np.log(CURRENTS))))
            moment = times[-1]
            hold = float(random.exponential(3.0 * _PERIOD)) + 0.3 * _PERIOD
            times += [moment + 1e-9, moment + hold]
            currents += [current, current]
        return self._varying(f"{owner} levels {number}", times, currents, duration, random)

    def sine(self, owner: str, number: int, duration: float) -> Stimulus:
        """Return a sinusoid of the current's logarithm over the range, at drawn c and d."""
        random = generator(_SEED, owner, "sine", number)
        grid = np.linspace(0.0, duration, 401)
        phase, period = random.uniform(0.0, 2.0 * np.pi), _PERIOD * random.uniform(2.0, 6.0)
        low, high = np.log(CURRENTS)
        swing = np.sin(2.0 * np.pi * grid / period + phase)
        currents = np.exp(0.5 * (low + high) + 0.5 * (high - low) * swing)
        return self._varying(
            f"{owner} sine {number}", grid.tolist(), currents.tolist(), duration, random
        )

    def _varying(
        self,
        name: str,
        times: list[float],
        currents: list[float],
        duration: float,
        random: np.random.Generator,
    ) -> Stimulus:
        drive = Points(tuple(times), tuple(currents))
        voltages = (
            ("v_reset", random.uniform(*self.resets)),
            ("v_lift", random.uniform(*self.lifts)),
        )
        step = duration / 200.0
        return Stimulus(name, self.bench, voltages, (("v_mem", drive),), duration, step)

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of a purpose."""
        spiking = tuple(self.spiking(current) for current in SPIKING_CURRENTS)
        named = {
            share: tuple(self.step(1e-7, *cd, share, name) for name, cd in self.patterns)
            for share in (1.0, 0.8)
        }
        return {
            "sweep": (*named[1.0], *spiking),
            "training": (
                *TABLES,
                *(self.placed_step(*row) for row in _GRID),
                *(self.levels("training", k, 15e-6) for k in range(4)),
                *(self.sine("training", k, 12e-6) for k in range(2)),
            ),
            "mismatch": (*named[0.8], *spiking),
            "noise": tuple(
                Stimulus(f"held at {volts} V", "noise", (("v_hold", volts),))
                for volts in (0.2, 0.4, 0.6)
            ),
            "proof": (
                *(self.step(1.1e-7, *cd, name=name) for name, cd in self.patterns),
                *(self.drawn_step("proof", k) for k in range(16)),
                *(self.levels("proof", k, 16e-6) for k in range(4)),
                *(self.sine("proof", k, 14e-6) for k in range(2)),
            ),
        }[purpose]


HIGH_SUPPLY = Setting(
    bench="step",
    resets=(0.1, 0.7),
    lifts=(2.7, 3.2),
    patterns=(
        ("regular spiking", (0.1, 3.2)),
        ("fast spiking", (0.1, 2.7)),
        ("intrinsically bursting", (0.55, 3.1)),
        ("chattering", (0.7, 3.0)),
    ),
)
"""At 3.3 V."""

LOW_SUPPLY = Setting(
    bench="low_supply_step",
    resets=(0.1, 0.55),
    lifts=(1.5, 1.75),
    patterns=(
        ("regular spiking", (0.1, 1.75)),
        ("fast spiking", (0.1, 1.5)),
        ("intrinsically bursting", (0.45, 1.72)),
        ("chattering", (0.55, 1.7)),
    ),
)
"""At 1.8 V."""

LOW = 2.5
"""V; a supply below is low."""


def setting_for(supply: float) -> Setting:
    """Return the voltages for a nominal supply, V."""
    return LOW_SUPPLY if supply < LOW else HIGH_SUPPLY

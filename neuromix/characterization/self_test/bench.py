"""One type of device on the bench of the self-test: what draws do to a pair of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from neuromix.characterization.self_test.pairs import (
    LARGE,
    SMALL,
    Floats,
    Size,
    pair,
    shifts,
    voltages,
)
from neuromix.characterization.self_test.report import Check
from neuromix.declare import Technology
from neuromix.engine.contract import Engine
from neuromix.engine.job import Variation
from neuromix.engine.messages import Alteration
from neuromix.netlist.deck import Transistor

Mismatch = Callable[[Technology, tuple[Transistor, ...], int, int, str], Sequence[Variation]]
"""As :func:`mismatch_draws`: technology, transistors, samples, seed, cell."""

Process = Callable[[Technology, tuple[Transistor, ...], int, int, str], Sequence[Variation]]
"""As :func:`process_draws`: technology, transistors, samples, seed, die."""

FALSE_ALARM = 1e-6
"""Of each check that hangs on random numbers."""

REPEATED = 20
"""Draws that are made again, with the same and with another seed."""

RESOLUTION = 1e-6
"""V; what the operating points of two equal circuits may differ by."""

OFFSETS = 0.1
"""How much the sigma may fall more or less than with the root of the drawn area: the offsets of a
law stand for effective sizes, which differ from the drawn ones in small devices."""

STEP = 1e-3
"""V of a shift of the threshold, and part of the mobility, that sensitivities are taken with."""


@dataclass(frozen=True)
class Bench:
    """One type of device on the bench."""

    engine: Engine
    technology: Technology
    device: str
    samples: int
    seed: int

    def nominal(self) -> Iterator[Check]:
        """Compare two devices without draws, and shift one of them."""
        deck = pair(self.technology, self.device, SMALL)
        ((first, second),) = voltages(self.engine, deck)
        yield self._check(
            "equal without draws",
            abs(first - second),
            (0.0, RESOLUTION),
            "V",
            "difference of the gate voltages of two equal devices",
        )
        threshold, _ = self._slopes(SMALL)
        yield self._check(
            "the threshold moves", threshold, (0.9, 1.1), "V/V", "gate voltage over delvto"
        )

    def mismatch(self, draw: Mismatch) -> Iterator[Check]:
        """Look whether mismatch is there, follows law and area, and hangs on the seed alone."""
        from scipy import stats

        law = self.technology.device(self.device).mismatch
        spread = {}
        low, high = stats.chi2.interval(1.0 - FALSE_ALARM, self.samples - 1)
        bounds = (math.sqrt(low / (self.samples - 1)), math.sqrt(high / (self.samples - 1)))
        for name, size in (("small", SMALL), ("large", LARGE)):
            found = self._voltages(draw, size, self.samples, self.seed)
            spread[size] = float(np.std(found[:, 0] - found[:, 1], ddof=1))
            yield self._check(
                f"{name} devices vary",
                spread[size],
                (10.0 * RESOLUTION, math.inf),
                "V",
                f"sigma of the difference of two devices of {_words(size)}",
            )
            sigma = math.hypot(*np.multiply(law.sigmas(*size), self._slopes(size)))
            yield self._check(
                f"sigma of {name} devices",
                _ratio(spread[size], math.sqrt(2.0) * sigma),
                bounds,
                "",
                "over that of the declared law",
            )
        f_low, f_high = stats.f.interval(1.0 - FALSE_ALARM, self.samples - 1, self.samples - 1)
        root = math.sqrt(math.prod(LARGE) / math.prod(SMALL))
        yield self._check(
            "sigma falls with area",
            _ratio(spread[SMALL], spread[LARGE]),
            (root * math.sqrt(f_low) * (1 - OFFSETS), root * math.sqrt(f_high) * (1 + OFFSETS)),
            "",
            f"small over large; the root of the areas is {root:g}",
        )
        once, again, other = (
            self._voltages(draw, SMALL, REPEATED, seed)
            for seed in (self.seed, self.seed, self.seed + 1)
        )
        yield self._check(
            "equal seeds are equal",
            int(np.sum(once != again)),
            (0, 0),
            "",
            f"of {once.size} voltages that differ when they are drawn again",
        )
        yield self._check(
            "other seeds differ",
            int(np.sum(once != other)),
            (once.size, once.size),
            "",
            f"of {once.size} voltages that differ under another seed",
        )

    def process(self, draw: Process) -> Iterator[Check]:
        """Look whether two devices of a die move together, as much as the law says."""
        from scipy import stats

        law = dict(self.technology.process)[self.device]
        deck = pair(self.technology, self.device, SMALL)
        drawn = draw(self.technology, deck.transistors, self.samples, self.seed, "self-test")
        found = voltages(self.engine, deck, drawn)
        yield self._check(
            "a die is shared",
            float(np.max(np.abs(found[:, 0] - found[:, 1]))),
            (0.0, RESOLUTION),
            "V",
            "largest difference of two devices under process draws",
        )
        low, high = stats.chi2.interval(1.0 - FALSE_ALARM, self.samples - 1)
        sigma = math.hypot(*np.multiply((law.threshold, law.mobility), self._slopes(SMALL)))
        yield self._check(
            "sigma of dies",
            _ratio(float(np.std(found[:, 0], ddof=1)), sigma),
            (math.sqrt(low / (self.samples - 1)), math.sqrt(high / (self.samples - 1))),
            "",
            "of one device under process draws, over that of the declared law",
        )

    def corners(self) -> Iterator[Check]:
        """Look whether a draw is added to the shift that the model cards compute."""
        worst = 0.0
        for corner, _ in self.technology.corners:
            deck = pair(self.technology, self.device, SMALL, corner)
            ((nominal, other),) = shifts(self.engine, deck)
            one = (Alteration(deck.transistors[0].path, "delvto", STEP),)
            ((moved, still),) = shifts(self.engine, deck, (one,))
            worst = max(worst, abs(moved - nominal - STEP), abs(still - other))
        yield self._check(
            "shifts of the cards are kept",
            worst,
            (0.0, 1e-12),
            "V",
            "delvto under a draw less nominal and draw, at the worst corner",
        )

    def _voltages(self, draw: Mismatch, size: Size, samples: int, seed: int) -> Floats:
        deck = pair(self.technology, self.device, size)
        # A name for each size, so that their draws are independent.
        cell = f"self-test {self.device} {_words(size)}"
        drawn = draw(self.technology, deck.transistors, samples, seed, cell)
        return voltages(self.engine, deck, drawn)

    def _slopes(self, size: Size) -> tuple[float, float]:
        """Return how the gate voltage moves with threshold (V/V) and relative mobility (V)."""
        deck = pair(self.technology, self.device, size)
        path = deck.transistors[0].path
        found = voltages(
            self.engine,
            deck,
            [
                (Alteration(path, "delvto", shift), Alteration(path, "mulu0", factor))
                for shift, factor in ((0.0, 1.0), (STEP, 1.0), (0.0, 1.0 + STEP))
            ],
        )[:, 0]
        return float(found[1] - found[0]) / STEP, float(found[2] - found[0]) / STEP

    def _check(
        self, name: str, found: float, bounds: tuple[float, float], unit: str, meaning: str
    ) -> Check:
        return Check(name, self.device, float(found), *bounds, unit, meaning)


def _ratio(value: float, reference: float) -> float:
    return value / reference if reference else math.nan


def _words(size: Size) -> str:
    width, length = size
    return f"{width * 1e6:g} µm × {length * 1e6:g} µm"

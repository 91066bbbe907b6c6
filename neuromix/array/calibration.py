"""Calibration as on a real chip: test stimuli on the die, and trim codes that answer them.

The array alone is driven by one line that excites all its neurons; the excitatory trim of each is
searched bit by bit until it spikes as fast as the nominal neuron does. Then a second line inhibits,
and the inhibitory trims are searched in the same way. Threshold, leak, capacitance and the gains of
converter and synapse differ from neuron to neuron: one trim a sign cannot undo them apart, only
what they do together at the point of the test. Constant currents are switched off meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from neuromix.array.chip import Array, Chip, SpikeSource
from neuromix.array.pixels import positive
from neuromix.array.simulation import run
from neuromix.array.trims import Trims
from neuromix.data.events import Events
from neuromix.display.progress import Progress, phase, quiet, watching
from neuromix.errors import BadValue, FitFailed, UnknownName

CODE = 32
"""Weight code of the test lines."""

TARGET_RATE = 1e3
"""Hz, of a nominal neuron under the exciting line, by default."""

INHIBITED = 0.5
"""Share of it that is left under the inhibiting line."""

SETTLING, COUNTING = 20e-3, 40e-3
"""s: how long currents settle, and then how long spikes are looked at."""

LINE_RATES = (50.0, 60e3)
"""Hz: between these the rate of a test line is searched; paths are busy for about 7 µs."""

SEARCH = 12
"""Halvings of that interval."""

LINES = 2
"""Exciting and inhibiting."""

NOMINAL_RUNS = LINES * (SEARCH + 1)
"""Of a nominal neuron: to find the rates of the lines, and what it does under them."""

TRIAL = 2**20
"""First trial of a calibration: its noise is not that of the runs to come."""


@dataclass(frozen=True, eq=False, repr=False)
class Calibration:
    """What a calibration has found.

    Parameters
    ----------
    trims : dict of str to Trims
        By array.
    before, after : dict of str to (2, n) ndarray, Hz
        Rates under the exciting line, and under both, without trims and with them.
    nominal : dict of str to (2,) ndarray, Hz
        Those of the nominal neuron.
    """

    trims: dict[str, Trims]
    before: dict[str, NDArray[np.float64]]
    after: dict[str, NDArray[np.float64]]
    nominal: dict[str, NDArray[np.float64]]

    def spread(self, name: str) -> tuple[float, float]:
        """Return the relative rms error of the rates of an array, before and after."""
        if name not in self.nominal:
            raise UnknownName("calibrated array", name, self.nominal)
        nominal = self.nominal[name][:, None]
        errors = [
            float(np.sqrt(np.mean((rates[name] / nominal - 1.0) ** 2)))
            for rates in (self.before, self.after)
        ]
        return errors[0], errors[1]

    def __repr__(self) -> str:
        return f"Calibration({self})"

    def __str__(self) -> str:
        lines = []
        for name in self.trims:
            before, after = self.spread(name)
            lines.append(f"{name}: rates differ by {before:.1%} rms before, {after:.1%} after")
        return "; ".join(lines)


def calibrate(
    chip: Chip,
    *,
    arrays: Collection[str] = (),
    bits: int = 6,
    span: float = 1.0,
    dt: float = 20e-6,
    target_rate: float = TARGET_RATE,
    progress: Progress | None = None,
) -> Calibration:
    """Find trim codes for arrays of a die.

    Parameters
    ----------
    chip : Chip
        The die; it may be frozen, and is not changed: ``chip.with_trims(found.trims)`` is the
        calibrated one.
    arrays : collection of str
        All that receive events, by default.
    bits, span
        See :class:`~neuromix.array.trims.Trims`.
    dt : float, s
        Step of the test runs.
    target_rate : float, Hz
        Rate of a nominal neuron under the exciting line: trims answer what neurons do there.
    progress : callable, optional
        Called with test runs done, all test runs, and what is calibrated; by default a line in a
        notebook.

    Raises
    ------
    BadValue
        Where this is no chip, nothing on it has trims, or such trims cannot be built.
    UnknownName
        Where an array has no synapse path.
    FitFailed
        Where no rate of the test line brings a nominal neuron to the target.
    """
    if not isinstance(chip, Chip):
        raise BadValue(
            f"calibrate: {chip!r} is not a chip", cure="each chip of a board by itself, beforehand"
        )
    if isinstance(arrays, str) or not isinstance(arrays, Collection):
        raise BadValue(f"calibrate: arrays={arrays!r}", cure='arrays=["hidden"], a list of names')
    for name in arrays:
        if not isinstance(name, str) or name not in chip.paths:
            raise UnknownName("array with a synapse path", name, chip.paths)
    if not chip.paths:
        raise BadValue(
            "calibrate: nothing on this chip has trims",
            ["trims are of the converters before arrays of characterized neurons"],
            "an array that is connected through a converter and a synapse",
        )
    Trims.middle(1, bits, span)  # refuses what cannot be built
    positive(target_rate, "calibrate: target_rate", "Hz")
    names = tuple(arrays or chip.paths)
    runs = NOMINAL_RUNS + die_runs(bits)
    found = Calibration({}, {}, {}, {})
    with watching(progress, "test runs") as told:
        for k, name in enumerate(names):
            told_of_array = phase(told, f"calibrating {name}", k * runs, len(names) * runs)
            _calibrate(found, _Bench(chip, name, dt, told_of_array), bits, span, target_rate)
    return found


def die_runs(bits: int = 6) -> int:
    """Return how many test runs of a whole array its calibration takes."""
    # Before and after; the bits of both signs, and both neighbours of what they have found.
    return 2 * LINES + LINES * (bits + 2)


def _calibrate(
    found: Calibration, bench: _Bench, bits: int, span: float, target_rate: float
) -> None:
    """Find the trims of one array, and take them up."""
    name, chip = bench.name, bench.chip
    exciting = bench.line(target_rate, None)
    inhibiting = bench.line(INHIBITED * target_rate, exciting)
    lines = ((exciting, None), (exciting, inhibiting))
    nominal = np.array([bench.rates(None, line, nominal=True)[0] for line in lines])
    trims = Trims.middle(chip.blocks[name].n, bits, span)
    before = np.stack([bench.rates(trims, line) for line in lines])
    for sign, line in enumerate(lines):
        codes = trims.codes.copy()
        codes[sign] = 0
        for bit in reversed(range(bits)):
            tried = codes.copy()
            tried[sign] += 1 << bit
            rates = bench.rates(replace(trims, codes=tried), line)
            # Excitation raises a rate, inhibition lowers it.
            small = rates <= nominal[0] if sign == 0 else rates >= nominal[1]
            codes[sign] = np.where(small, tried[sign], codes[sign])
        trims = replace(trims, codes=_nearer(bench, trims, codes, sign, line, nominal))
    found.trims[name], found.nominal[name], found.before[name] = trims, nominal, before
    found.after[name] = np.stack([bench.rates(trims, line) for line in lines])


class _Bench:
    """One array of a die, alone with two test lines."""

    def __init__(self, chip: Chip, name: str, dt: float, told: Progress = quiet) -> None:
        array = chip.blocks[name]
        assert isinstance(array, Array)
        self.chip, self.name, self.array, self.dt = chip, name, array, dt
        self.path = chip.paths[name]
        self.trial = TRIAL
        self.told = told

    def rates(
        self,
        trims: Trims | None,
        lines: tuple[float, float | None],
        *,
        nominal: bool = False,
    ) -> NDArray[np.float64]:
        """Return the rates of all neurons, or of the nominal one, Hz, shape ``(n,)``."""
        array = (
            replace(self.array, n=1, mismatch=False, noise=False, current=0.0, trims=None)
            if nominal
            else replace(self.array, current=0.0, trims=trims)
        )
        test = Chip(self.chip.seed, self.chip.fabric)
        test.add("lines", SpikeSource(2))
        test.add(self.name, array)
        test.connect(
            "lines",
            self.name,
            weights=np.outer([CODE, -CODE], np.ones(array.n, np.int64)),
            through=(self.path.converter, self.path.synapse),
            pulse_width=self.path.pulse_width,
            setup=self.path.setup,
        )
        duration = SETTLING + COUNTING
        times = [
            (np.arange(int(rate * duration)) + offset) / rate if rate else np.empty(0)
            for rate, offset in zip(lines, (0.25, 0.75), strict=True)
        ]
        address = np.repeat(np.arange(2, dtype=np.uint32), [len(time) for time in times])
        events = {"lines": Events.sort(np.concatenate(times), address)}
        self.trial += 1
        recording = run(
            test,
            events,
            duration=duration,
            dt=self.dt,
            trial=self.trial,
            threads=1,
            progress=quiet,
        )
        self.told(self.trial - TRIAL, 0, self.name)
        return _interval_rates(recording.events[self.name].between(SETTLING, duration), array.n)

    def line(self, target: float, exciting: float | None) -> float:
        """Return the rate of a line at which the nominal neuron spikes at ``target``, Hz.

        It is the exciting line, or the inhibiting one beside an exciting line of a given rate.
        """
        low, high = np.log(LINE_RATES)
        for _ in range(SEARCH):
            middle = float(np.exp(0.5 * (low + high)))
            lines = (middle, None) if exciting is None else (exciting, middle)
            (rate,) = self.rates(None, lines, nominal=True)
            below = rate < target if exciting is None else rate > target
            low, high = (np.log(middle), high) if below else (low, np.log(middle))
        found = float(np.exp(0.5 * (low + high)))
        if not 1.05 * LINE_RATES[0] < found < LINE_RATES[1] / 1.05:
            raise FitFailed(
                f"{self.name}: no line of code {CODE} at {LINE_RATES[0]:g} … {LINE_RATES[1]:g} Hz "
                f"makes a nominal neuron spike at {target:g} Hz",
                cure="a longer or shorter pulse_width, or another target_rate",
            )
        return found


def _interval_rates(spikes: Events, n: int) -> NDArray[np.float64]:
    """Return spikes per second of each neuron from its first to its last one; 0 below two."""
    order = np.lexsort((spikes.time, spikes.address))
    time, address = spikes.time[order], spikes.address[order].astype(np.int64)
    counts = np.bincount(address, minlength=n)
    ends = np.cumsum(counts)
    rates = np.zeros(n)
    many = counts > 1
    first, last = time[(ends - counts)[many]], time[(ends - 1)[many]]
    rates[many] = (counts[many] - 1) / (last - first)
    return rates


def _nearer(
    bench: _Bench,
    found: Trims,
    codes: NDArray[np.int64],
    sign: int,
    line: tuple[float, float | None],
    nominal: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return for each neuron the searched code or the next one, whichever comes nearer."""
    above = codes.copy()
    above[sign] = np.minimum(above[sign] + 1, 2**found.bits - 1)
    errors = [
        np.abs(bench.rates(replace(found, codes=tried), line) - nominal[sign])
        for tried in (codes, above)
    ]
    return np.where(errors[1] < errors[0], above, codes)

"""What a multiplier is driven with: sweeps of x, rasters of x and y, products of sinusoids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization.recipe import Stimulus
from neuromix.data.randomness import generator
from neuromix.declare import Points
from neuromix.models.families.gilbert_cell import OUTPUT_VOLTAGE, X_COMMON, Y_COMMON

Floats = NDArray[np.float64]

LARGEST = 0.1
"""Of x and of y, V."""

LINEAR = 0.02
"""Of x and of y in the range in which distortion, noise and mismatch are stated, V."""

X_COMMONS, Y_COMMONS, OUTPUTS = (1.05, 1.2), (0.7, 0.8), (1.05, 1.4)
"""Common modes and voltages of the output that the training covers, V."""

HIGHEST_FREQUENCY = 1e4
"""Of a sinusoid, Hz."""

PERIODS = 5
CORNERS = 120
"""Of the faster sinusoid: its periods in a stimulus, and straight pieces for each."""

LINE = 0.05
"""Duration of one line of a raster, s: so slow that every moment is settled."""


def sweep_of(y: float, x_common: float, y_common: float, v_out: float) -> Stimulus:
    """Return a sweep of x over its whole range."""
    name = f"y {1e3 * y:.4g} mV, at {x_common:.3g}, {y_common:.3g}, {v_out:.3g} V"
    given = _ends(y, y_common)
    return Stimulus(
        name, "transfer", (("x_common", x_common), ("y_common", y_common), ("v_out", v_out), *given)
    )


def linear_range(name: str = "linear range") -> Stimulus:
    """Return a sweep of x over ±20 mV at y = 20 mV."""
    return Stimulus(name, "linear_range", _ends(LINEAR, Y_COMMON))


def product(
    name: str, x: tuple[float, float, float], y: tuple[float, float, float], at: Floats
) -> Stimulus:
    """Return a product of sinusoids.

    Parameters
    ----------
    name : str
        Of the stimulus.
    x, y : tuple of three floats
        Amplitude (V), frequency (Hz) and phase of each.
    at : (3,) ndarray, V
        Common modes of x and y, voltage of the output.
    """
    duration = PERIODS / max(x[1], y[1])
    times = np.linspace(0.0, duration, PERIODS * CORNERS + 1)
    waves = [a * np.sin(2.0 * np.pi * f * times + phase) for a, f, phase in (x, y)]
    return _driven(name, times, waves[0], waves[1], at, len(times), duration / 200.0)


def raster(name: str, x: float, y: Floats, at: Floats) -> Stimulus:
    """Return a slow raster of the plane: x runs from −x to x and back, y is a line's.

    ``x`` is in V, ``y`` of shape ``(lines,)`` in V, ``at`` as in :func:`product`.
    """
    starts = LINE * np.arange(len(y))
    times = np.stack([starts + 0.1 * LINE, starts + LINE], axis=1).ravel()
    ends = np.where(np.arange(len(y)) % 2, x, -x)
    along = np.stack([ends, -ends], axis=1).ravel()
    across = np.repeat(y, 2)
    first = [np.concatenate([values[:1], values]) for values in (along, across)]
    grid = np.concatenate([[0.0], times])
    return _driven(name, grid, first[0], first[1], at, 50 * len(y) + 1, 0.02 * LINE)


def sweep() -> tuple[Stimulus, ...]:
    """Return what the datasheet's tables are made of."""
    return (
        linear_range(),
        Stimulus("square", "square"),
        Stimulus("rest", "rest"),
        Stimulus("step", "step"),
        Stimulus("bandwidth", "bandwidth"),
    )


def training() -> tuple[Stimulus, ...]:
    """Return sweeps at many y, some at other voltages of the ports, and products."""
    home = (X_COMMON, Y_COMMON, OUTPUT_VOLTAGE)
    ys = LARGEST * np.array([-1.0, -0.6, -0.3, -0.1, 0.0, 0.1, 0.3, 0.6, 1.0])
    moved = [
        (x_common, y_common, v_out)
        for x_common, y_common, v_out in (
            *((v, Y_COMMON, OUTPUT_VOLTAGE) for v in X_COMMONS),
            *((X_COMMON, v, OUTPUT_VOLTAGE) for v in Y_COMMONS),
            *((X_COMMON, Y_COMMON, v) for v in OUTPUTS),
        )
    ]
    at = np.array(home)
    return (
        *(sweep_of(float(y), *home) for y in ys),
        *(sweep_of(y, *voltages) for voltages in moved for y in (-0.8 * LARGEST, 0.4 * LARGEST)),
        product("product 3 kHz", (LARGEST, 3e3, 0.0), (LARGEST, 2.1e3, 0.5), at),
        product("product 10 kHz", (0.5 * LARGEST, 1e4, 0.3), (LARGEST, 1.3e3, 0.0), at),
    )


def mismatch() -> tuple[Stimulus, ...]:
    """Return what tells instances apart: five sweeps, and the linear range."""
    home = (X_COMMON, Y_COMMON, OUTPUT_VOLTAGE)
    ys = LARGEST * np.array([-1.0, -0.3, 0.0, 0.3, 1.0])
    return (*(sweep_of(float(y), *home) for y in ys), linear_range())


def proof() -> tuple[Stimulus, ...]:
    """Return drawn sweeps, rasters and products all over the box; no fit sees them."""
    found = []
    for k in range(8):
        random = generator(2, "gilbert_multiplier", "sweep", k)
        y = float(random.choice([-1.0, 1.0]) * random.uniform(0.1, 1.0) * LARGEST)
        found.append(sweep_of(y, *map(float, _voltages(random))))
    for k in range(3):
        random = generator(2, "gilbert_multiplier", "raster", k)
        lines = random.uniform(-LARGEST, LARGEST, 12)
        found.append(raster(f"raster {k}", LARGEST, lines, _voltages(random)))
    for k in range(9):
        random = generator(2, "gilbert_multiplier", "product", k)
        waves = [_sinusoid(random) for _ in range(2)]
        found.append(product(f"product {k}", waves[0], waves[1], _voltages(random)))
    return tuple(found)


def noise() -> tuple[Stimulus, ...]:
    """Return the noise of the output, and the sweep that says what x makes as much."""
    return (linear_range("slope"), Stimulus("noise", "noise", _ends(LINEAR, Y_COMMON)))


def _sinusoid(random: np.random.Generator) -> tuple[float, float, float]:
    """Draw amplitude (V), frequency (Hz, evenly on a logarithmic scale) and phase."""
    frequency = np.exp(random.uniform(np.log(1e2), np.log(HIGHEST_FREQUENCY)))
    amplitude = random.uniform(0.1, 1.0) * LARGEST
    return float(amplitude), float(frequency), float(random.uniform(0.0, 2.0 * np.pi))


def _voltages(random: np.random.Generator) -> Floats:
    return np.array([random.uniform(*limits) for limits in (X_COMMONS, Y_COMMONS, OUTPUTS)])


def _ends(y: float, y_common: float) -> tuple[tuple[str, float], ...]:
    return (("y1", y_common + 0.5 * y), ("y2", y_common - 0.5 * y))


def _driven(
    name: str, times: Floats, x: Floats, y: Floats, at: Floats, points: int, max_step: float
) -> Stimulus:
    x_common, y_common, v_out = map(float, at)
    corners = tuple(map(float, times))

    def ends(differential: Floats, common: float) -> tuple[Points, Points]:
        positive, negative = (common + sign * 0.5 * differential for sign in (1.0, -1.0))
        return Points(corners, tuple(map(float, positive))), Points(
            corners, tuple(map(float, negative))
        )

    duration = corners[-1]
    (x1, x2), (y1, y2) = ends(x, x_common), ends(y, y_common)
    return Stimulus(
        name,
        "product",
        (("v_out", v_out), ("duration", duration), ("points", float(points))),
        (("x1", x1), ("x2", x2), ("y1", y1), ("y2", y2)),
        duration,
        max_step,
    )

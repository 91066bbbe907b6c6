"""How a Gilbert cell is characterized: sweeps give the static form, products its lag.

Noise and the transfer curve are stated in the linear range, x over ±20 mV at y = 20 mV: the noise
is that of the output, divided by the transconductance of x there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from neuromix.characterization import multiplier_stimuli as shapes
from neuromix.characterization.adjusting import adjust
from neuromix.characterization.recipe import Record, Stimulus, Transfer
from neuromix.characterization.spectra import white_and_flicker
from neuromix.declare import Cell
from neuromix.models.families.gilbert_cell import Dynamics, Inputs
from neuromix.models.family import Family
from neuromix.models.model import Energy, Model, NoiseDensity
from neuromix.units import thermal_voltage

Floats = NDArray[np.float64]

OF_AN_INSTANCE = (
    "tail_current",
    "x_slope",
    "y_slope",
    "x_offset_left",
    "x_offset_right",
    "y_offset",
    "offset_current",
)
OF_THE_PORTS = (
    "tail_early",
    "x_slope_common",
    "y_slope_common",
    "drain_offset",
    "mirror_early",
)
OF_TIME = ("mirror_charge",)

SLOPE_FACTOR = 1.4
"""n of weak inversion, from which the fit starts: k = 1/(2 n U_T)."""

SMALL_OFFSET, SMALL_CURRENT = 1e-3, 1e-3
"""Where offsets start, V, and in shares of the tail current: a fit cannot start at 0."""


class Recipe:
    """See :class:`neuromix.characterization.recipe.Recipe`."""

    refitted: tuple[str, ...] = OF_AN_INSTANCE
    main_error = "nrmse"

    def __init__(self, cell: Cell, technology: str, supply: float) -> None:
        self._cell = cell
        self._supply = supply
        (bias,) = cell.realisation(technology).biases
        self._tail = abs(bias.current)

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return the stimuli of a purpose."""
        makers: dict[str, Callable[[], tuple[Stimulus, ...]]] = {
            "sweep": shapes.sweep,
            "training": shapes.training,
            "mismatch": shapes.mismatch,
            "noise": shapes.noise,
            "proof": shapes.proof,
        }
        return makers[purpose]()

    def fit(self, records: Sequence[Record], temperature: float) -> tuple[Family, dict[str, float]]:
        """Fit the static form to all sweeps, then the mirror's lag to the products."""
        start = Dynamics(
            tail_current=self._tail,
            x_slope=0.5 / (SLOPE_FACTOR * thermal_voltage(temperature)),
            y_slope=0.5 / (SLOPE_FACTOR * thermal_voltage(temperature)),
            x_offset_left=SMALL_OFFSET,
            x_offset_right=SMALL_OFFSET,
            y_offset=SMALL_OFFSET,
            offset_current=SMALL_CURRENT * self._tail,
            tail_early=0.05,
            x_slope_common=0.05,
            y_slope_common=0.05,
            drain_offset=1e-3,
            mirror_early=0.01,
            mirror_charge=2e-6 * self._tail / 4.0,
        )
        sweeps = [item for item in records if item.stimulus.bench == "transfer"]
        products = [item for item in records if item.stimulus.bench == "product"]
        fitted, errors = adjust(
            start, (*OF_AN_INSTANCE, *OF_THE_PORTS), self._residuals(sweeps), evaluations=100
        )
        fitted, found = adjust(fitted, OF_TIME, self._residuals(products))
        return fitted, errors | found

    def refit(
        self,
        nominal: Model,
        records: Sequence[Record],
        baseline: Sequence[Record],  # noqa: ARG002
    ) -> dict[str, float]:
        """Refit currents, slopes and offsets of one instance to its sweeps."""
        assert isinstance(nominal.dynamics, Dynamics)
        start = nominal.dynamics.replace(
            x_offset_left=SMALL_OFFSET,
            x_offset_right=SMALL_OFFSET,
            y_offset=SMALL_OFFSET,
            offset_current=SMALL_CURRENT * self._tail,
        )
        sweeps = [item for item in records if item.stimulus.bench == "transfer"]
        fitted, _ = adjust(start, self.refitted, self._residuals(sweeps))
        return {name: float(np.asarray(getattr(fitted, name))) for name in self.refitted}

    def noise(self, records: Sequence[Record]) -> NoiseDensity:
        """Return the noise of the output over the transconductance of x, V²/Hz."""
        slopes = [r.values["transconductance"] for r in records if r.stimulus.bench != "noise"]
        spectra = [r.arrays for r in records if r.stimulus.bench == "noise"]
        if not slopes or not spectra:
            return NoiseDensity(unit="V")
        density = (spectra[0]["input_noise"] / slopes[0]) ** 2
        return white_and_flicker(spectra[0]["frequency"], density, "V")

    def energy(self, dynamics: Family, records: Sequence[Record]) -> Energy:  # noqa: ARG002
        """Return standing power, and energy per charge of the output."""
        products = [item for item in records if item.stimulus.bench == "product"]
        rows = np.array([self._paid_for(item.stimulus, item.arrays["out"]) for item in products])
        paid = np.array([item.values["energy"] for item in products])
        found, *_ = np.linalg.lstsq(rows / paid[:, None], np.ones(len(paid)), rcond=None)
        return Energy(static_power=float(found[0]), per_output_charge=float(found[1]))

    def predict(self, model: Model, stimulus: Stimulus) -> Record:
        """Return the output at every point of a sweep or at even times, and the energy."""
        assert isinstance(model.dynamics, Dynamics)
        out = self._output(model.dynamics, stimulus)
        if stimulus.bench != "product":
            return Record(stimulus, {}, {"out": out})
        duration, charge = self._paid_for(stimulus, out)
        energy = model.energy.static_power * duration + model.energy.per_output_charge * charge
        return Record(stimulus, {"energy": energy}, {"out": out})

    def compare(self, pairs: Sequence[tuple[Record, Record]]) -> dict[str, float]:
        """Return errors of the output over the span of each stimulus; and of the energy."""
        each = [_nrmse(a.arrays["out"], b.arrays["out"]) for a, b in pairs]
        still = [e for e, (a, _) in zip(each, pairs, strict=True) if a.stimulus.bench != "product"]
        energy = [
            abs(b.values["energy"] / a.values["energy"] - 1.0)
            for a, b in pairs
            if "energy" in a.values
        ]
        return {
            "nrmse": max(each),
            "nrmse_median": float(np.median(each)),
            **({"nrmse_sweeps": max(still)} if still else {}),
            **({"energy_error": max(energy)} if energy else {}),
            "points": float(sum(len(a.arrays["out"]) for a, _ in pairs)),
        }

    def transfer(self, records: Sequence[Record]) -> Transfer | None:
        """Return the output against x in the linear range, at y = 20 mV."""
        for record in records:
            if record.stimulus.bench == "linear_range":
                out = record.arrays["out"]
                x = np.linspace(-shapes.LINEAR, shapes.LINEAR, len(out))
                return Transfer(x, out, "x at y = 20 mV", "V", "output current", "A")
        return None

    def validity(self) -> dict[str, tuple[float, float, str]]:
        """Return what the training covers."""
        return {
            "x": (-shapes.LARGEST, shapes.LARGEST, "V"),
            "y": (-shapes.LARGEST, shapes.LARGEST, "V"),
            "x_common": (*shapes.X_COMMONS, "V"),
            "y_common": (*shapes.Y_COMMONS, "V"),
            "v_out": (*shapes.OUTPUTS, "V"),
            "frequency": (0.0, shapes.HIGHEST_FREQUENCY, "Hz"),
        }

    def _output(self, dynamics: Dynamics, stimulus: Stimulus) -> Floats:
        given = self._cell.bench(stimulus.bench).values(dict(stimulus.overrides))
        if stimulus.bench != "product":
            return dynamics.output(
                Inputs(
                    np.linspace(given["low"], given["high"], round(given["points"])),
                    np.array(given["y1"] - given["y2"]),
                    given["x_common"],
                    0.5 * (given["y1"] + given["y2"]),
                    given["v_out"],
                )
            )
        times = np.linspace(0.0, given["duration"], round(given["points"]))
        x1, x2, y1, y2 = (
            np.interp(times, *stimulus.waveform(self._cell, port))
            for port in ("x1", "x2", "y1", "y2")
        )
        at = Inputs(x1 - x2, y1 - y2, 0.5 * (x1 + x2), 0.5 * (y1 + y2), given["v_out"])
        return dynamics.respond(at, float(times[1]))

    def _paid_for(self, stimulus: Stimulus, out: Floats) -> tuple[float, float]:
        """Return duration (s) and charge of the output (C)."""
        duration = dict(stimulus.overrides)["duration"]
        return duration, float(np.trapezoid(out, dx=duration / (len(out) - 1)))

    def _residuals(self, records: Sequence[Record]) -> Callable[[Dynamics], Floats]:
        """Return the function from a family to its errors in shares of the tail current."""

        def residuals(dynamics: Dynamics) -> Floats:
            return np.concatenate(
                [
                    (self._output(dynamics, item.stimulus) - item.arrays["out"]) / self._tail
                    for item in records
                ]
            )

        return residuals


def _nrmse(reference: Floats, other: Floats) -> float:
    return float(np.sqrt(np.mean((other - reference) ** 2)) / np.ptp(reference))
